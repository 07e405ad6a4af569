"""What a store keeps beside its data grows with it, and is what would be made of the data now."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.store.deliveries import deliver, project, simulated
from tests.store.test_year import MANY, answered, said

MADE = ("derived", "kept", "answers")


def test_what_grew_day_by_day_answers_as_what_is_made_anew(tmp_path: Path) -> None:
    truth = simulated(12, 7, MANY)
    mine = project(tmp_path / "daily")
    for day in sorted(truth.deliveries):
        paths = [deliver(one, mine) for one in truth.deliveries[day]]
        assert said(mine, tmp_path, "ingest", "-q", *map(str, paths)).code == 0
        answered(mine, tmp_path)
    grown = said(mine, tmp_path, "report", "--json").out, answered(mine, tmp_path)
    for name in MADE:
        shutil.rmtree(mine / ".opsctl" / name)
    assert (said(mine, tmp_path, "report", "--json").out, answered(mine, tmp_path)) == grown


def test_an_unchanged_question_imports_no_polars(tmp_path: Path) -> None:
    truth = simulated(3, 1)
    mine = project(tmp_path / "shop")
    for name, text in truth.final.items():
        path = mine / "exports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert said(mine, tmp_path, "ingest", "-q", "exports").code == 0
    first, again = (imported(mine, tmp_path) for _ in range(2))
    assert "polars" in first[1]
    assert "polars" not in again[1]
    assert first[0] == again[0]


def imported(folder: Path, home: Path) -> tuple[str, set[str]]:
    """What a run of the real command says, and the packages that it imported."""
    import subprocess  # noqa: PLC0415 - only here
    import sys  # noqa: PLC0415

    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "opsctl", "report", "--json"],
        cwd=folder,
        env={"HOME": str(home), "PATH": "", "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (line for line in told.stderr.splitlines() if line.startswith("import time:"))
    return told.stdout, {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def test_a_table_grows_by_what_nobody_told_of_before_and_is_made_anew_where_somebody_did(tmp_path: Path) -> None:
    mine = project(tmp_path / "shop")
    sent = [("u1,douyin,2025-01-01", {0}), ("u2,douyin,2025-01-02", {0, 1}), ("u2,tencent,2025-01-02", {0, 1})]
    for number, (user, expected) in enumerate(sent):
        path = mine / f"users-{number}.csv"
        path.write_text(f"user,channel,acquired_at\n{user}\n", encoding="utf-8")
        assert said(mine, tmp_path, "ingest", "-q", str(path)).code == 0
        assert pieces(mine) == expected
    asked = said(mine, tmp_path, "query", "acquisitions", "--by", "channel", "--json")
    assert asked.code == 0, asked.err
    rows = json.loads(asked.out)["rows"]
    assert {row["channel"]: row["acquisitions"]["value"] for row in rows} == {"douyin": 1, "tencent": 1}


def pieces(folder: Path) -> set[int]:
    """The numbers of the pieces in which the table of acquisitions is kept, of all states."""
    return {int(path.name.split(".")[1]) for path in (folder / ".opsctl" / "derived").rglob("acquisition.*.parquet")}
