"""What was sent late, again or wrong ends where the truth is, and every answer on the way can be had again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.inside import opsctl
from tests.command import Ran
from tests.store.deliveries import Shares, Truth, deliver, project, simulated

METRICS = "spend,acquisitions,cpa,retention_d1,retention_d7,gross_paid,refunded,roas,repurchase_rate_90d"
MANY = Shares(again=0.15, corrected=0.15, late=0.15)


def answered(folder: Path, home: Path, *more: str) -> list[Any]:
    """The last day that is known, and the figures by channel as the store knows them then."""
    ran = said(folder, home, "query", METRICS, "--by", "channel", "--json", *more)
    assert ran.code in (0, 1), ran.err
    return [ran.json["as_of"], ran.rows]


def said(folder: Path, home: Path, *arguments: str) -> Ran:
    return opsctl(*arguments, "-C", folder, cwd=folder, environ={"HOME": str(home)})


def lived(truth: Truth, folder: Path, home: Path) -> dict[str, Any]:
    """Every morning what arrived is taken in and the figures are asked; the last answer of each day that was known."""
    answers: dict[str, Any] = {}
    for day in sorted(truth.deliveries):
        paths = [deliver(one, folder) for one in truth.deliveries[day]]
        ran = said(folder, home, "ingest", "-q", *map(str, paths))
        assert ran.code == 0, ran.err
        as_of, rows = answered(folder, home)
        answers[as_of] = rows
    return answers


def at_once(truth: Truth, folder: Path, home: Path) -> Any:
    """The figures of one ingest of the truth."""
    for name, text in truth.final.items():
        path = folder / "exports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    ran = said(folder, home, "ingest", "-q", "exports")
    assert ran.code == 0, ran.err
    return answered(folder, home)


@pytest.mark.parametrize("seed", [1, 2])
def test_late_again_and_wrong_files_end_in_the_truth_and_every_day_can_be_asked_again(
    tmp_path: Path, seed: int
) -> None:
    truth = simulated(16, seed, MANY)
    mine = project(tmp_path / "daily")
    answers = lived(truth, mine, tmp_path)
    assert answered(mine, tmp_path) == at_once(truth, project(tmp_path / "once"), tmp_path)
    for as_of, rows in answers.items():
        assert answered(mine, tmp_path, "--as-of", as_of) == [as_of, rows]
