"""Every figure that counts people or money, against independent SQL over the raw tables."""

from collections.abc import Mapping

import pytest

from opsctl.core.period import Period
from opsctl.measures.evidence import Evidence
from opsctl.measures.high_value import window
from opsctl.metrics.figure import Figure
from tests.measures.oracle import Oracle, queries
from tests.measures.world import EDGES, UNTIL, world
from tests.notation import ALL_TIME, ask, every_figure, sides

WORLD = world(20250101, 3000, foreign=True)
FRAMES = WORLD.frames
QUERIES = queries()
Expected = tuple[int, int | None] | str


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return WORLD.evidence()


@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize("period", [None, "2024", "2024-02", "2024-W09", "2024-12-20..2025-01-15"])
def test_every_definition_counts_what_sql_counts(evidence: Evidence, period: str | None, *, once: bool) -> None:
    asked = ask(period=period).period if period else Period(ALL_TIME.start, UNTIL)
    oracle = Oracle.of(FRAMES, UNTIL, asked, window(asked))
    for by in ("channel", "week", ""):
        known = evidence.for_one_question() if once else evidence
        found = every_figure(known, list(QUERIES), ask(by, period=period))
        for metric, (top, bottom, filled) in QUERIES.items():
            hits = oracle.amounts(top, by, filled)
            base = oracle.amounts(bottom, by, filled) if bottom else {}
            ours = {group[0] if by else "": counted(figures[metric]) for group, figures in found.items()}
            theirs = {
                group: expected(hits.get(group, {}), base.get(group, {}), whole=bottom is None)
                for group in {*ours, *hits, *base}
            }
            assert ours == theirs, metric


def expected(hits: Mapping[str | None, int | None], base: Mapping[str | None, int | None], *, whole: bool) -> Expected:
    """Numerator and denominator, or why there are none; a sum is `whole` and has no denominator."""
    known = [amount for amount in (*hits.values(), *base.values()) if amount is not None]
    if len(known) < len(hits) + len(base) or len((hits.keys() | base.keys()) - {None}) > 1:
        return "no_rate"
    top = sum(amount or 0 for amount in hits.values())
    return top, None if whole else sum(amount or 0 for amount in base.values())


def counted(one: Figure) -> Expected:
    """The same of a figure; of the immature nothing is counted."""
    top, bottom = sides(one)
    if one.reason == "no_rate":
        assert (top, bottom) == (None, None)
        return "no_rate"
    if one.reason == "immature":
        return 0, 0
    assert top is not None
    return int(top), None if bottom is None else int(bottom)


def test_the_world_is_hard_enough(evidence: Evidence) -> None:
    """Otherwise the comparison proves little: every trap is there, and most figures are known."""
    acquired, events = FRAMES["acquisition"], FRAMES["activity"]
    assert acquired["user"].is_duplicated().any()  # again, for another product
    assert all(acquired["day"].is_in([day]).any() for day in EDGES)
    assert events.drop("source_line").is_duplicated().any()  # sent twice
    assert set(events["user"]) - set(acquired["user"])  # orphans
    since = events.join(acquired.select("user", since="day"), on="user")
    assert (since["day"] < since["since"]).any()
    assert FRAMES["order"]["paid_day"].null_count()
    assert (FRAMES["order"]["refunded"] > FRAMES["order"]["paid"]).any()
    assert set(FRAMES["spend"].filter(channel="weibo")["currency"]) == {None, "USD"}
    assert all(FRAMES[name]["day"].max() > UNTIL for name in ("acquisition", "activity", "spend"))  # type: ignore[operator]  # dates
    by_channel = every_figure(evidence, list(QUERIES), ask("channel")).values()
    known = [one.value is not None for figures in by_channel for one in figures.values()]
    assert sum(known) > len(known) / 2
