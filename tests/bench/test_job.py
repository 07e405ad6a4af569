"""On a small year, every way to the job's answers leads to those of SQL over the raw files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.bench import answers, data
from tests.bench.contenders import BUILD, FIRST, INGEST, OURS, Judge, Ways, taking_part, with_build
from tests.bench.timing import Usage

pytestmark = pytest.mark.skipif(not hasattr(os, "wait4"), reason="what a child took is asked of POSIX")
ROWS = "20000"


@pytest.fixture(scope="module")
def year(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> data.Data:
    """A generated year, its last day apart, too."""
    generator = shared / "tools" / "perf" / "gen.py"
    folder = tmp_path_factory.mktemp("bench") / "S"
    subprocess.run(
        [sys.executable, generator, "--rows", ROWS, "--csv", "--out", folder], check=True, capture_output=True
    )
    made = data.Data("S", folder)
    data.split(made)
    return made


def test_every_way_leads_to_the_same_answers(year: data.Data, tmp_path: Path) -> None:
    ways = Ways(year, tmp_path)
    ours = [way for way in ways.all() if way.name.startswith(("opsctl", *OURS))]
    able, unable = taking_part(ours)
    assert unable == {}
    assert len(able) == 2 * len(OURS) + 7


def test_the_answers_are_what_the_generator_planted(year: data.Data, tmp_path: Path) -> None:
    taking_part(list(Ways(year, tmp_path).scripts())[:1])
    planted = json.loads((year.folder / "truth.json").read_text(encoding="utf-8"))["channels"]
    found = answers.of_peer(tmp_path / f"{OURS[0]}.parquet.json")["channels"]
    for row in found:
        counts = {name: row[name] for name in ("new_users", "mature7", "ret7", "mature30", "ret30")}
        assert counts == {name: planted[row["channel"]][name] for name in counts}
    assert len(found) == len(planted)


def test_a_wrong_answer_is_noticed(year: data.Data, tmp_path: Path) -> None:
    script = next(Ways(year, tmp_path, Judge({"channels": [], "weekly": []})).scripts())
    with pytest.raises(Exception, match="differences"):
        taking_part([script])


def test_a_store_is_built_when_it_has_answered() -> None:
    found = with_build({INGEST: [Usage(5, 9, 300), Usage(6, 9, 300)], FIRST: [Usage(1, 2, 400), Usage(2, 2, 100)]})
    assert found[BUILD] == [Usage(6, 11, 400), Usage(8, 11, 300)]
    assert BUILD not in with_build({INGEST: [Usage(5, 9, 300)]})


def test_the_parts_of_the_year_are_the_year(year: data.Data) -> None:
    for table in data.TABLES:
        whole, first, last = (
            sum(pl.read_parquet(file).height for file in (of.folder / table).glob("*.parquet"))
            for of in (year, year.but_last_day, year.last_day)
        )
        assert first + last == whole
        assert first > 0
