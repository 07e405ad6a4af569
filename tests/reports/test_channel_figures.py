"""What the channel report shows over which days, and what moved since the days before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from opsctl.core.period import named
from opsctl.reports.channel_figures import SHOWN, asked_for, moves, sides
from tests.notation import active, spend, users
from tests.reports.weeks import days, known


def test_money_missing_in_a_week_is_no_gap_in_the_cohort_that_is_told_beside_it() -> None:
    """On Sunday the 16th the money of `a` is missing; of the cohort before it the users of that Sunday all count."""
    won = users("2025-02-24 a: p q", "2025-03-03 a: r s", "2025-03-09 a: t u", "2025-03-10 a: v")
    back = active("2025-03-03: p", "2025-03-10: r s", "2025-03-16: t")
    money = spend(*[f"{day} a 10" for day in days("2025-02-24", "2025-03-15")])
    whole = known("2025-03-16", acquisition=won, activity=back, spend=money)
    lost = pl.DataFrame({"channel": ["a"], "day": [date(2025, 3, 16)]})
    those = replace(whole, evidence=replace(whole.evidence, gaps=lost))
    asked = [asked_for(those, one, named("2025-W11")) for one in SHOWN if "order" not in one.needs]
    found = moves(those, asked, sides(those.evidence, asked))
    of_a = {one["metric"]: one["relative"] for one in found.lines if one["channel"] == "a"}
    assert of_a["retention_d7"] == pytest.approx(0.75 / 0.5 - 1)  # 3 of 4 against 1 of 2
    assert of_a["spend"] == pytest.approx(0)  # six days of 10 against the same six
    assert list(of_a) == ["spend", "acquisitions", "cpa", "retention_d7", "cost_per_retained_d7"]
    assert found.paid == [{**one, "channel": None} for one in found.lines if one["channel"] == "a"]
