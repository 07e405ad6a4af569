"""What newcomers did by age is the same from their masks as from their days, whichever is at hand."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from opsctl.measures import ages, masks

START = date(2025, 1, 1)
people = st.integers(0, 4)
days = st.integers(0, 150)
newcomers = st.lists(st.tuples(people, days, st.sampled_from(["douyin", "kuaishou"])), max_size=8)
activity = st.lists(st.tuples(people, days), max_size=80)


def users(acquired: list[tuple[int, int, str]], active: set[tuple[int, int]]) -> pl.LazyFrame:
    """Newcomers with the masks of all ages that there are."""
    blocks = {
        f"mask_{block}": pl.Series(
            [
                sum(1 << bit for bit in range(masks.BITS) if (user, day + masks.BITS * block + bit) in active)
                for user, day, _ in acquired
            ],
            dtype=pl.UInt64,
        )
        for block in range((masks.LAST_AGE + 1) // masks.BITS)
    }
    told = {
        "row": range(len(acquired)),
        "user": [user for user, _, _ in acquired],
        "day": [START + timedelta(days=day) for _, day, _ in acquired],
        "channel": [channel for _, _, channel in acquired],
        "campaign": [None] * len(acquired),
    }
    schema = {"row": pl.UInt32, "user": pl.UInt32, "day": pl.Date, "channel": pl.String, "campaign": pl.String}
    return pl.DataFrame(told, schema=schema).with_columns(**blocks).lazy()


@given(newcomers, activity, st.integers(0, masks.LAST_AGE), st.lists(days, max_size=5))
def test_masks_tell_what_days_tell(
    acquired: list[tuple[int, int, str]], rows: list[tuple[int, int]], horizon: int, promotion: list[int]
) -> None:
    active = {(user, day) for user, day in rows}
    came = users(acquired, active)
    seen = pl.LazyFrame(
        {
            "user": [user for user, _ in sorted(active)],
            "at": [START + timedelta(days=day) for _, day in sorted(active)],
        },
        schema={"user": pl.UInt32, "at": pl.Date},
    )
    left_out = [START + timedelta(days=day) for day in promotion]
    names = [f"mask_{block}" for block in range(horizon // masks.BITS + 1)]
    by_masks = ages._by_masks(came, names, horizon, left_out)
    by_days = ages._by_days(came, seen, horizon, left_out)
    assert by_masks.by_age.rows() == by_days.by_age.rows()
    told = pl.col("days") > 0  # of whom nothing was seen only masks tell that it was nothing
    assert by_masks.sums.filter(told).rows() == by_days.sums.rows()


def test_a_user_of_two_products_is_two_newcomers() -> None:
    active = {(0, 0), (0, 1)}
    came = users([(0, 0, "douyin"), (0, 0, "douyin")], active)
    (found,) = ages._by_masks(came, ["mask_0"], 7, []).sums.to_dicts()
    assert (found["days"], found["squares"]) == (2 + 2, 2**2 + 2**2)
