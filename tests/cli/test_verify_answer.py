"""A delivered answer can be computed again, figure by figure: from the store as of its day, or from files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from opsctl.reports.recomputed import Difference, differences
from tests.command import Ran
from tests.store import project
from tests.store.project import Project

ASKED = {
    "query": ("query", "spend,cpa,retention_d1", "--by", "channel,day", "--where", "channel=抖音"),
    "period": ("query", "spend", "--period", "2025-01-30..2025-01-31"),
    "report": ("report", "--period", "2025-01-30..2025-02-01"),
    "prune": ("prune", "--budget", "50"),
    "year-end": ("year-end", "2025"),
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A store of three days, and the exports of one more."""
    found = project.made(tmp_path_factory.mktemp("kept"), days=4)
    assert found.ingest(3).code == 0
    return found


def delivered(by: Project, to: Path, *asked: str | Path) -> Path:
    """An answer as a file."""
    ran = by.run(*asked, "-o", to, "-q")
    assert to.exists(), ran.err
    return to


def verified(by: Project, file: Path, *paths: Path) -> Ran:
    """What `opsctl verify` says of it."""
    return by.run("verify", file, *paths, "--json", "-q")


def changed(file: Path, **values: Any) -> Path:
    """The same answer with other values at its top."""
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **values}), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_of_the_store_is_the_same_again(kept: Project, tmp_path: Path, name: str) -> None:
    ran = verified(kept, delivered(kept, tmp_path / "a.json", *ASKED[name]))
    assert (ran.code, ran.rows, ran.json["files"]) == (0, [], {"missing": [], "added": []})
    assert ran.json["figures"] > 3


def test_it_is_the_same_as_of_its_day_when_more_is_known(tmp_path: Path) -> None:
    later = project.made(tmp_path / "later", days=4)
    assert later.ingest(3).code == 0
    answer = delivered(later, tmp_path / "a.json", "query", "spend", "--by", "day")
    assert later.ingest(4).code == 0
    ran = verified(later, answer)
    assert (ran.code, ran.json["files"]) == (0, {"missing": [], "added": []})


def test_an_answer_of_files_is_the_same_from_the_store_and_from_other_places(kept: Project, tmp_path: Path) -> None:
    days = [kept.folder / f"day{day}" for day in range(3)]
    answer = delivered(kept, tmp_path / "a.json", "query", "spend,cpa", *days, "--by", "channel")
    assert verified(kept, answer).code == verified(kept, answer, *days).code == 0
    ran = verified(kept, answer, days[0])
    assert ran.code == 1
    assert len(ran.json["files"]["missing"]) == 2 * 4


def test_a_figure_that_was_altered_is_named_with_what_it_is(kept: Project, tmp_path: Path) -> None:
    answer = delivered(kept, tmp_path / "a.json", "query", "spend", "--by", "channel")
    rows = json.loads(answer.read_text(encoding="utf-8"))["rows"]
    rows[0]["spend"]["value"] = "1.0000"
    ran = verified(kept, changed(answer, rows=rows))
    (row,) = ran.rows
    total = 100.05 + 101.05 + 102.05
    assert ran.code == 1
    assert row == {"place": "rows[channel=douyin].spend.value", "was": "1.0000", "is": f"{total:.4f}"}


def test_rows_are_compared_by_what_they_are_about() -> None:
    was = {"asked": {"by": "week"}, "inputs": [], "rows": [{"week": "W1", "n": 1}, {"week": "W2", "n": 2}]}
    now = {"inputs": [], "rows": [{"week": "W2", "n": 2}, {"week": "W3", "n": 3}]}
    assert differences(was, now) == [
        Difference("rows[week=W1]", {"week": "W1", "n": 1}, None),
        Difference("rows[week=W3]", None, {"week": "W3", "n": 3}),
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {"command": "ingest"},
        {"command": "report", "notes": "somewhere"},
        {"command": "query"},
        {"command": "query", "metrics": 5},
        {"command": "query", "metrics": "spend", "where": "channel=A"},
        {"command": "query", "metrics": "spend", "output": ["x.json"]},
        [],
    ],
)
def test_a_file_asks_for_nothing_but_an_answer(kept: Project, tmp_path: Path, asked: object) -> None:
    answer = delivered(kept, tmp_path / "a.json", "query", "spend")
    ran = verified(kept, changed(answer, asked=asked))
    assert (ran.code, "OPS403" in ran.err) == (2, True)


@pytest.mark.parametrize("text", ["", "<html>", "{}", "[" * 99_999, '{"asked": {"command": "report"}, "inputs": [1]}'])
def test_what_is_no_answer_is_refused(kept: Project, tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    ran = verified(kept, tmp_path / "a.json")
    assert (ran.code, "OPS403" in ran.err) == (2, True)


def test_a_file_that_is_not_there_is_said_so(kept: Project, tmp_path: Path) -> None:
    ran = verified(kept, tmp_path / "none.json")
    assert (ran.code, "OPS004" in ran.err) == (2, True)
