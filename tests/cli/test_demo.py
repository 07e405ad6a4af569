"""The first command a newcomer runs: it works anywhere, at once, and leaves nothing behind."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.cli.inside import opsctl
from tests.command import Ran
from tests.command import opsctl as opsctl_in_a_shell

SECONDS = 30  # it takes two; a machine that runs other tests beside it takes longer


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """An empty folder, beside the one for temporary files."""
    (tmp_path / "here").mkdir()
    (tmp_path / "temporary").mkdir()
    return tmp_path / "here"


def demo(here: Path, *arguments: str) -> Ran:
    temporary = here.parent / "temporary"
    ran = opsctl_in_a_shell("demo", *arguments, cwd=here, environ={"TMPDIR": str(temporary)}, timeout=SECONDS)
    assert list(temporary.iterdir()) == []
    return ran


def suggested(ran: Ran) -> list[list[str]]:
    """The commands that it prints to try next, without what is said of them."""
    lines = ran.err.partition("try next:\n")[2].splitlines()
    return [shlex.split(line.strip().partition("   ")[0])[1:] for line in lines]


def test_in_an_empty_folder_it_reports_on_the_last_week_and_leaves_nothing_behind(here: Path) -> None:
    ran = demo(here, "--locale", "en")
    assert ran.code == 0
    assert ran.out.startswith("Channel report, weekly")
    assert "temporary folder" in ran.err
    assert list(here.iterdir()) == []
    assert len(suggested(ran)) == 3


def test_it_is_what_report_says_of_the_same_data(here: Path) -> None:
    ran = demo(here, "--keep", "kept", "--locale", "zh-CN")
    said = opsctl("report", "-C", "kept", "--locale", "zh-CN", "-q", cwd=here)
    assert (ran.code, ran.out) == (said.code, said.out)


def test_what_it_keeps_is_a_project_and_answers_the_commands_it_suggests(here: Path) -> None:
    ran = demo(here, "--keep", "a folder")
    kept = [path.relative_to(here / "a folder") for path in (here / "a folder").rglob("*") if path.is_file()]
    assert Path("opsctl.yaml") in kept
    assert not [path for path in kept if path.suffix == ".py"]
    commands = suggested(ran)
    assert len(commands) == 3
    for words in commands:
        assert opsctl(*words, cwd=here).code == 0, words


@pytest.mark.parametrize("content", ["version: 9\n", "version: 1\nlocale: zh-CN\nchannels: {x: {aliases: [douyin]}}\n"])
def test_a_project_around_it_changes_nothing(here: Path, content: str) -> None:
    alone = demo(here)
    (here / "opsctl.yaml").write_text(content)
    assert demo(here) == alone


def test_a_folder_that_holds_something_is_left_alone(here: Path) -> None:
    (here / "mine").mkdir()
    (here / "mine" / "notes.txt").write_text("mine")
    for name in ("mine", "mine/notes.txt", "."):
        ran = opsctl("demo", "--keep", name, cwd=here)
        assert (ran.code, ran.out) == (2, "")
        assert "new folder" in ran.err
    assert [path.name for path in here.rglob("*")] == ["mine", "notes.txt"]


def test_a_folder_that_cannot_be_made_is_4(here: Path) -> None:
    (here / "file").write_text("")
    ran = opsctl("demo", "--keep", "file/below", cwd=here)
    assert (ran.code, ran.out) == (4, "")
    assert "OPS006" in ran.err


def test_a_language_that_is_none_is_told_and_leaves_nothing_behind(here: Path) -> None:
    ran = demo(here, "--locale", "fr")
    assert (ran.code, ran.out) == (2, "")
    assert "OPS005" in ran.err
