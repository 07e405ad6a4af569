"""The READMEs show what the command prints and nothing else, and their commands and settings work."""

import re
import shlex
from pathlib import Path

import pytest

from tests.command import opsctl

ROOT = Path(__file__).resolve().parents[1]
READMES = {"en": ROOT / "README.md", "zh-CN": ROOT / "README.zh-CN.md"}


@pytest.mark.parametrize("locale", READMES)
def test_what_a_readme_shows_is_what_is_printed(locale: str) -> None:
    screens = re.findall(r"```console\n(.*?)```", READMES[locale].read_text(encoding="utf-8"), re.DOTALL)
    assert [_named(screen) for screen in screens] == ["report", "prune", "year-end"]
    for screen in screens:
        (command,) = re.findall(r"^\$ opsctl (.*)$", screen, re.MULTILINE)
        printed = opsctl(*shlex.split(command), "--locale", locale, cwd=ROOT).out.splitlines()
        lines = [line for line in screen.splitlines() if line and not line.startswith("$")]
        assert len(lines) > 8
        assert [line for line in lines if line not in printed] == []


def _named(screen: str) -> str:
    (name,) = re.findall(r"^\$ opsctl (\S+)", screen, re.MULTILINE)
    return str(name)


def test_every_command_of_a_readme_has_the_options_that_it_uses() -> None:
    commands = [line.partition("#")[0] for path in READMES.values() for line in _shell(path)]
    assert len(commands) > 6
    for command in commands:
        name, *arguments = shlex.split(command.partition("||")[0])[1:]
        known = opsctl(name, "--help").out
        for argument in arguments:
            assert not argument.startswith("-") or re.search(rf"(?<!\S){re.escape(argument)}\b", known), command


def _shell(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]


def test_the_project_of_the_readme_is_one(tmp_path: Path) -> None:
    (yaml,) = re.findall(r"```yaml\n(.*?)```", READMES["en"].read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "opsctl.yaml").write_text(yaml, encoding="utf-8")
    done = opsctl("config", "check", "-C", tmp_path)
    assert done.code == 0, done.err
