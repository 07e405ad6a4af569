"""A newer export takes the place of what it tells anew, and of nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from opsctl.core import money
from opsctl.ingest.account import Input, Part
from opsctl.ingest.merge import Merged, merge
from opsctl.ingest.newer import REPLACED
from opsctl.schemas import tables
from opsctl.schemas.table import physical_schema

DAY = {number: date(2025, 3, number) for number in range(1, 29)}


def part(
    table: str, rows: Sequence[dict[str, Any]], *, load: int, name: str = "a.csv", mapping: str = "canonical"
) -> Part:
    """A file's rows as they would have been read; amounts of money in units."""
    schema = {**physical_schema(tables()[table]), "line": pl.Int64()}
    told = [
        {
            key: money.units(value) if key in ("spend", "paid", "refunded", "net_paid") else value
            for key, value in row.items()
        }
        for row in rows
    ]
    frame = pl.DataFrame([{"line": line, **row} for line, row in enumerate(told, 2)], schema=schema)
    supplied = frozenset(name for row in rows for name in row)
    account = Input(name, f"{load}-{name}", mapping, table, None, frame.height)
    return Part(account, frame, supplied, load=load)


def spend(day: int, amount: int, **more: Any) -> dict[str, Any]:
    return {"day": DAY[day], "channel": "douyin", "currency": "CNY", "spend": amount, **more}


def merged(table: str, *parts: Part) -> Merged:
    found = merge(table, parts, 90)
    assert not found.refused
    return found


def by_day(found: Merged) -> dict[int, int]:
    sums = found.frame.group_by("day").agg(pl.col("spend").sum()).sort("day")
    return {day.day: amount // money.TEN_THOUSANDTHS for day, amount in sums.iter_rows()}


# --- slices of money ----------------------------------------------------------------------------------------


def test_of_windows_that_overlap_the_newest_counts_day_by_day() -> None:
    first = part("spend", [spend(1, 100), spend(2, 200), spend(3, 300)], load=1, mapping="juliang/day")
    later = part("spend", [spend(2, 210), spend(3, 330), spend(4, 400)], load=2, name="b.csv", mapping="juliang/day")
    found = merged("spend", first, later)
    assert by_day(found) == {1: 100, 2: 210, 3: 330, 4: 400}
    assert [one.account.dropped for one in found.parts] == [{REPLACED: 2}, {}]


def test_a_campaign_that_a_platform_no_longer_tells_of_is_gone_from_that_day_alone() -> None:
    first = part(
        "spend", [spend(day, 10, campaign=name) for day in (1, 2) for name in "ab"], load=1, mapping="juliang/day"
    )
    later = part("spend", [spend(2, 30, campaign="a")], load=2, name="b.csv", mapping="juliang/day")
    assert by_day(merged("spend", first, later)) == {1: 20, 2: 30}


def test_another_account_is_not_replaced() -> None:
    first = part("spend", [spend(1, 100, account="one")], load=1, mapping="juliang/day")
    later = part("spend", [spend(1, 50, account="two")], load=2, name="b.csv", mapping="juliang/day")
    assert by_day(merged("spend", first, later)) == {1: 150}


def test_a_canonical_file_replaces_the_days_of_its_name_and_of_others_only_its_own_rows() -> None:
    first = part("spend", [spend(1, 10, campaign="a"), spend(1, 20, campaign="b")], load=1)
    other = part("spend", [spend(1, 11, campaign="a")], load=2, name="b.csv")
    assert by_day(merged("spend", first, other)) == {1: 31}
    again = part("spend", [spend(1, 12, campaign="a")], load=3)
    assert by_day(merged("spend", first, again)) == {1: 12}


# --- cohorts --------------------------------------------------------------------------------------------------


def cohort(offset: int, active: int | None, **more: Any) -> dict[str, Any]:
    return {"day": DAY[1], "channel": "douyin", "offset": offset, "users": 100, "active": active, **more}


def test_a_table_of_cohorts_that_grew_keeps_what_only_the_older_knows() -> None:
    first = part("cohort", [cohort(1, 40), cohort(7, 20)], load=1)
    later = part("cohort", [cohort(7, 22), cohort(30, 9)], load=2, name="b.csv")
    rows = merged("cohort", first, later).frame.drop_nulls("active").sort("offset")
    assert rows.select("offset", "active").rows() == [(1, 40), (7, 22), (30, 9)]


# --- rows by key ----------------------------------------------------------------------------------------------


def order(number: str, paid: int, **more: Any) -> dict[str, Any]:
    return {"order": number, "user": "u", "paid_day": DAY[1], "paid": paid, **more}


def test_of_an_order_the_newest_export_counts() -> None:
    first = part("order", [order("1", 50), order("2", 60)], load=1)
    later = part("order", [order("2", 55, refunded=5)], load=2, name="b.csv")
    rows = merged("order", first, later).frame.sort("order").select("order", "paid", "refunded")
    assert rows.rows() == [("1", money.units(50), None), ("2", money.units(55), money.units(5))]


def test_an_export_without_refunds_takes_none_back() -> None:
    first = part("order", [order("1", 50, refunded=20, refunded_day=DAY[9])], load=1)
    later = part("order", [order("1", 52)], load=2, name="b.csv")
    (row,) = merged("order", first, later).frame.select("paid", "refunded").rows()
    assert row == (money.units(52), money.units(20))


def user(day: int, channel: str = "douyin", **more: Any) -> dict[str, Any]:
    return {"user": "u1", "day": DAY[day], "channel": channel, **more}


def acquired(*parts: Part) -> list[tuple[int, str]]:
    rows = merged("acquisition", *parts).frame.filter(pl.col("user") == "u1").select("day", "channel")
    return [(day.day, channel) for day, channel in rows.rows()]


def test_a_corrected_channel_takes_the_place_of_the_wrong_one() -> None:
    first = part("acquisition", [user(5)], load=1)
    assert acquired(first, part("acquisition", [user(5, "tencent")], load=2, name="b.csv")) == [(5, "tencent")]


def test_a_user_is_moved_to_another_day_where_the_first_day_was_told_anew() -> None:
    first = part("acquisition", [user(5)], load=1)
    others = part("acquisition", [{**user(5), "user": "u2"}], load=2)  # the fifth again, without the user
    assert acquired(first, others, part("acquisition", [user(9)], load=2, name="b.csv")) == [(9, "douyin")]


def test_a_user_who_comes_again_was_not_moved() -> None:
    first = part("acquisition", [user(5)], load=1)
    again = part("acquisition", [user(9, "tencent")], load=2, name="b.csv")
    found = merged("acquisition", first, again)
    assert acquired(first, again) == [(5, "douyin")]
    assert [one.account.dropped for one in found.parts] == [{}, {"reinstall": 1}]


def test_nobody_is_lost_because_an_export_forgot_them() -> None:
    first = part("acquisition", [user(5), {**user(5), "user": "u2"}], load=1)
    forgot = part("acquisition", [{**user(5), "user": "u2"}], load=2)
    assert acquired(first, forgot) == [(5, "douyin")]
