"""Every figure can name the files and lines it was counted from, and counting those again gives the figure."""

from __future__ import annotations

import polars as pl
import pytest

from opsctl.measures.evidence import Evidence
from opsctl.metrics import load
from opsctl.metrics.provenance import Lines, ranges, sides
from tests.notation import active, ask, evidence, orders, spend, users, with_tables

# Lines count from 2, under the header.
FOUND = evidence(
    acquisition=users("2025-01-01 A: a b c", "2025-01-02 B: d", "2025-03-30 A: e"),
    activity=active("2025-01-08: a", "2025-01-08: a", "2025-01-09: b d", "2025-01-31: c"),
    spend=spend("2025-01-01 A 100", "2025-01-01 B 90", "2025-03-30 A 7", "2025-01-02 A 0"),
    order=orders("2025-01-05 a 10", "2025-01-06 a 5 refunded=5", "2025-02-20 a 1", "2025-01-07 z 99", "unpaid b 4"),
    until="2025-03-31",
)


def lines(metric: str, found: Evidence = FOUND, **where: str) -> dict[str, dict[str, str]]:
    """By measure and table, the lines behind one figure."""
    question = ask(where=where, period="2025-01-01..2025-03-31")
    return {
        side.measure: {each.table: each.text for each in side.lines} for side in sides(found, question, load(metric))
    }


@pytest.mark.parametrize(
    ("metric", "behind"),
    [
        ("cpa", {"spend": {"spend": "2-4"}, "acquisitions": {"acquisition": "2-6"}}),
        (
            "retention_d7",
            {"retained_d7": {"acquisition": "2, 5", "activity": "2-3, 5"}, "mature_d7": {"acquisition": "2-5"}},
        ),
        (
            "retention_d7_unbounded",
            {
                "retained_d7_unbounded": {"acquisition": "2-5", "activity": "2-6"},
                "mature_d7_unbounded": {"acquisition": "2-5"},
            },
        ),
        (
            "cost_per_retained_d7",
            {"spend_mature_d7": {"spend": "2-3"}, "retained_d7": {"acquisition": "2, 5", "activity": "2-3, 5"}},
        ),
        (
            "ltv_revenue_30d",
            {"net_paid_d30": {"acquisition": "2", "order": "2-3"}, "mature_orders_d30": {"acquisition": "2-5"}},
        ),
        ("paid_orders", {"paid_orders": {"order": "2-5"}}),
        ("orders", {"orders": {"order": "2-5"}}),
    ],
)
def test_the_lines_behind_a_figure(metric: str, behind: dict[str, dict[str, str]]) -> None:
    assert lines(metric) == behind


def test_only_the_lines_of_the_part_that_was_asked_for() -> None:
    assert lines("cpa", channel="B") == {"spend": {"spend": "3"}, "acquisitions": {"acquisition": "5"}}


def test_what_is_unknown_has_no_lines() -> None:
    without = evidence(acquisition=users("2025-01-01: a"), until="2025-03-31")
    assert lines("cpa", without) == {"spend": {}, "acquisitions": {"acquisition": "2"}}
    assert lines("cpa", without, city_tier="1") == {"spend": {}, "acquisitions": {}}


def test_rows_of_two_files_are_told_apart() -> None:
    rows = FOUND.tables["spend"].with_columns(source_file=pl.col("source_line") % 2)
    (side,) = sides(with_tables(FOUND, spend=rows), ask(period="2025"), load("spend"))
    assert [(each.source_file, each.text) for each in side.lines] == [(0, "2, 4"), (1, "3")]


def test_lines_are_written_as_runs() -> None:
    assert ranges([]) == ()
    assert ranges([3]) == ((3, 3),)
    assert Lines(0, "spend", 5, ranges([2, 3, 4, 6, 9])).text == "2-4, 6, 9"
