"""The recipes of configs/automation are run as they stand there, over exports of the sample, with stubs beside."""

from __future__ import annotations

import configparser
import gzip
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from opsctl.cli import COMMANDS
from opsctl.core.errors import ExitCode
from opsctl.core.paths import shipped

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="recipes for a shell of POSIX")

RECIPES = Path(__file__).resolve().parents[1] / "configs" / "automation"
PAGES = {"en": RECIPES / "README.md", "zh-CN": RECIPES / "README.zh-CN.md"}
PROJECT = "version: 1\nsources:\n  - {path: exports/*.csv}\n"
every_language = pytest.mark.parametrize("locale", PAGES)

# Stands in for the command: `ingest` leaves with the codes of a list one by one, all else is the real one.
OPSCTL = """#!/bin/sh
if [ "$1" = ingest ] && [ -f "$STUBS/codes" ]; then
    code=$(head -n 1 "$STUBS/codes")
    tail -n +2 "$STUBS/codes" > "$STUBS/rest" && mv "$STUBS/rest" "$STUBS/codes"
    exit "$code"
fi
exec {python} -m opsctl "$@"
"""
PYTHON = """#!/bin/sh
[ "$1 $2 $3" = "-m pip install" ] && exit 0
exec {python} "$@"
"""
SLEEP = '#!/bin/sh\necho "$1" >> "$STUBS/slept"\n'


def blocks(locale: str, language: str) -> list[str]:
    """The code blocks of a page that are of a language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGES[locale].read_text(encoding="utf-8"), re.DOTALL)


@dataclass(frozen=True)
class Shop:
    """A project, and beside it a folder of stubs that come first in PATH."""

    folder: Path
    stubs: Path

    def run(self, script: str, *shell: str) -> int:
        """The exit code of a script in the project's folder."""
        environ = {
            **{name: os.environ[name] for name in ("PYTHONPATH", "TMPDIR") if name in os.environ},
            "PATH": f"{self.stubs}:{os.environ['PATH']}",
            "STUBS": str(self.stubs),
            "SHOP": str(self.folder),
            "HOME": str(self.stubs),  # where the key of ids is made
        }
        command = [*(shell or ("sh",)), "-c", script.replace("/srv/shop", str(self.folder))]
        return subprocess.run(command, cwd=self.folder, env=environ, capture_output=True, check=False).returncode

    def ingest_leaves_with(self, codes: Sequence[int]) -> None:
        (self.stubs / "codes").write_text("".join(f"{code}\n" for code in codes))

    @property
    def slept(self) -> list[int]:
        """The seconds that were waited."""
        file = self.stubs / "slept"
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def has(self, *names: str) -> list[bool]:
        return [(self.folder / name).exists() for name in names]

    def spoil(self) -> None:
        """One file of several is a page to log in, as happens."""
        (self.folder / "exports" / "zz.csv").write_text("<html><body>login</body></html>")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path / "shop", tmp_path / "stubs")
    (made.folder / "exports").mkdir(parents=True)
    made.stubs.mkdir()
    for file in sorted(shipped("sample_data/baidu").glob("*.csv")):
        shutil.copyfile(file, made.folder / "exports" / file.name)
    (made.folder / "opsctl.yaml").write_text(PROJECT)
    for name, text in {"opsctl": OPSCTL, "python": PYTHON, "sleep": SLEEP}.items():
        (made.stubs / name).write_text(text.replace("{python}", sys.executable))
        (made.stubs / name).chmod(0o755)
    return made


def daily(locale: str) -> str:
    return blocks(locale, "sh")[0]


# --- the scripts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "code", "slept"),
    [
        ([0], 0, []),
        ([1], 1, []),
        ([75, 75, 0], 0, [20, 40]),
        ([75, 1], 1, [20]),
    ],
)
def test_the_daily_script_reports_what_was_taken_in(shop: Shop, codes: list[int], code: int, slept: list[int]) -> None:
    shop.ingest_leaves_with(codes)
    assert (shop.run(daily("en")), shop.slept) == (code, slept)
    assert shop.has("weekly.html", "weekly.json", "opsctl.log") == [True, True, True]


@pytest.mark.parametrize(("codes", "slept"), [([2], []), ([3], []), ([75] * 6, [20, 40, 60, 80, 100])])
def test_the_daily_script_stops_where_nothing_was_taken_in(shop: Shop, codes: list[int], slept: list[int]) -> None:
    shop.ingest_leaves_with(codes)
    assert (shop.run(daily("zh-CN")), shop.slept) == (codes[-1], slept)
    assert shop.has("weekly.html") == [False]


def test_the_daily_script_leaves_with_what_is_worse(shop: Shop) -> None:
    shop.spoil()
    shop.ingest_leaves_with([0])
    assert shop.run(daily("en")) == 1


@pytest.mark.skipif("ingest" not in COMMANDS, reason="the command is not there yet")
def test_the_daily_script_works_with_the_real_store(shop: Shop) -> None:
    assert shop.run(daily("en")) == 0
    assert shop.run(daily("en")) == 0
    assert shop.has("weekly.html", "weekly.json", "opsctl.log") == [True, True, True]


@every_language
def test_a_strict_report_is_there_only_if_nothing_is_wrong(shop: Shop, locale: str) -> None:
    script = blocks(locale, "sh")[1]
    assert shop.run(script) == 0
    assert shop.has("weekly.html", "opsctl.log") == [True, True]
    (shop.folder / "weekly.html").unlink()
    shop.spoil()
    shop.run(script)
    assert shop.has("weekly.html") == [False]
    assert "exit 3" in (shop.folder / "opsctl.log").read_text(encoding="utf-8").splitlines()[-1]


def test_a_pipe_fails_with_the_command(shop: Shop) -> None:
    (script,) = blocks("en", "bash")
    assert shop.run(f"set -e\n{script}", "bash") == 0
    assert b"spend" in gzip.decompress((shop.folder / "channels.json.gz").read_bytes())
    told = script.partition("||")[0]
    assert shop.run(told.replace("spend,cpa", "spnd"), "bash") == 2


# --- what starts them -------------------------------------------------------------------------------------


def scheduled(shop: Shop, command: str) -> int:
    """What a scheduler's line does, with the daily script in its place."""
    (shop.folder / "daily.sh").write_text(daily("en"))
    shop.ingest_leaves_with([0])
    return shop.run(command)


@every_language
def test_the_line_for_cron_runs_the_script(shop: Shop, locale: str) -> None:
    (table,) = blocks(locale, "cron")
    *variables, line = table.splitlines()
    assert [variable.partition("=")[0] for variable in variables] == ["MAILTO", "PATH"]
    when, command = line.split(maxsplit=5)[:5], line.split(maxsplit=5)[5]
    assert when == ["30", "7", "*", "*", "*"]
    assert "%" not in command  # a line break to cron
    assert scheduled(shop, command) == 0


@every_language
def test_the_units_of_systemd_run_the_script(shop: Shop, locale: str) -> None:
    service, timer = (configparser.RawConfigParser(), configparser.RawConfigParser())
    for unit, text in zip((service, timer), blocks(locale, "ini"), strict=True):
        unit.optionxform = str  # type: ignore[assignment, method-assign]  # keys of systemd are of mixed case
        unit.read_string(text)
    assert service["Service"]["Type"] == "oneshot"
    assert service["Service"]["SuccessExitStatus"].split() == [str(ExitCode.FINDINGS.value)]
    assert timer["Timer"]["OnCalendar"].endswith(" 07:30:00 Asia/Shanghai")
    assert scheduled(shop, service["Service"]["ExecStart"]) == 0


def commands_of(text: str) -> list[str]:
    """The commands in a recipe that cannot be run here, as a shell of ours would have them."""
    return [f"opsctl {rest}" for rest in re.findall(r"(?:^|')opsctl (.*?)(?:'|$)", text, re.MULTILINE)]


@every_language
@pytest.mark.parametrize(("language", "count"), [("bat", 2), ("groovy", 2)])
def test_the_commands_of_windows_and_jenkins_run(shop: Shop, locale: str, language: str, count: int) -> None:
    commands = commands_of("\n".join(blocks(locale, language)).replace("\\", "/"))
    assert len(commands) == count
    shop.ingest_leaves_with([0])
    assert [shop.run(command) for command in commands] == [0] * count


# --- CI ---------------------------------------------------------------------------------------------------


def recipes(locale: str) -> list[Any]:
    return [yaml.safe_load(text) for text in blocks(locale, "yaml")]


@every_language
def test_the_workflow_of_github_is_a_gate(shop: Shop, locale: str) -> None:
    workflow = recipes(locale)[0]
    assert workflow[True].keys() == {"pull_request", "schedule"}  # YAML 1.1 reads the key `on` as true
    assert workflow["defaults"]["run"]["shell"] == "bash"
    lines = [step["run"] for step in workflow["jobs"]["opsctl"]["steps"] if "run" in step]
    shell = ("bash", "-eo", "pipefail")
    assert [shop.run(line, *shell) for line in lines] == [0, 0, 0]
    shop.spoil()
    assert [shop.run(line, *shell) for line in lines] == [0, 1, 0]


@every_language
def test_the_pipeline_of_gitlab_is_a_gate_and_findings_are_a_warning(shop: Shop, locale: str) -> None:
    pipeline = recipes(locale)[1]
    lines = [*pipeline["default"]["before_script"], *pipeline["validate"]["script"], *pipeline["report"]["script"]]
    shell = ("bash", "-eo", "pipefail")
    assert [shop.run(line, *shell) for line in lines] == [0, 0, 0]
    assert shop.has(pipeline["validate"]["artifacts"]["reports"]["codequality"]) == [True]
    shop.spoil()
    assert [shop.run(line, *shell) for line in lines] == [0, 1, 1]
    assert pipeline["report"]["allow_failure"] == {"exit_codes": [ExitCode.FINDINGS.value]}


# --- both languages -----------------------------------------------------------------------------------------


def bare(recipe: str) -> list[str]:
    """A recipe without what is said to people: comments, quoted texts, a description."""
    lines = (
        re.sub(r"(^|\s)#[^!].*|\"[^\"$]*\$\?[^\"]*\"|'[^']*：[^']*'|Description=.*", "", line)
        for line in recipe.splitlines()
    )
    return [line.rstrip() for line in lines]


@pytest.mark.parametrize("language", ["sh", "bash", "cron", "ini", "bat", "yaml"])
def test_both_languages_have_the_same_recipes(language: str) -> None:
    found = [[bare(recipe) for recipe in blocks(locale, language)] for locale in PAGES]
    assert found[0] == found[1] != []


@every_language
def test_every_exit_code_is_told(locale: str) -> None:
    first = re.findall(r"^\| ([\d,、 ]+) \|", PAGES[locale].read_text(encoding="utf-8"), re.MULTILINE)
    told = {int(number) for cell in first for number in re.findall(r"\d+", cell)}
    assert told == {code.value for code in ExitCode}
