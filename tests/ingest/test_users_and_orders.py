"""Users are acquired once and orders stand once; what is sent again changes nothing, what differs is not guessed at."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given
from hypothesis import settings as with_settings
from hypothesis import strategies as st

from tests.ingest.exports import account, read, values

USERS = "user,acquired_at,channel\n"
ORDERS = "order,paid_at,paid,refunded\n"
FIRST = date(2025, 1, 1)


def test_a_user_that_was_sent_twice_is_one_user(tmp_path: Path) -> None:
    row = "u1,2025-01-01 10:00,A\n"
    loaded = read(tmp_path, {"a.csv": USERS + row + row, "b.csv": f"{USERS}{row}u2,2025-01-02 10:00,A\n"})
    assert values(loaded, "acquisition", "user") == [("u1",), ("u2",)]
    assert account(loaded, "a.csv").dropped == {"sent twice": 1}
    assert account(loaded, "b.csv").dropped == {"sent twice": 1}
    assert not loaded.has_findings


@pytest.mark.parametrize(
    ("days", "reason"), [(1, "reinstall"), (89, "reinstall"), (90, "re-engaged"), (400, "re-engaged")]
)
def test_who_comes_again_was_acquired_the_first_time(tmp_path: Path, days: int, reason: str) -> None:
    again = FIRST + timedelta(days=days)
    loaded = read(tmp_path, {"a.csv": f"{USERS}u1,{again} 09:00,B\nu1,{FIRST} 10:00,A\n"})
    assert values(loaded, "acquisition", "day", "channel") == [(FIRST, "A")]
    assert account(loaded).dropped == {reason: 1}


def test_the_span_of_a_reinstall_is_the_projects(tmp_path: Path) -> None:
    rows = f"{USERS}u1,2025-01-01,A\nu1,2025-01-20,B\n"
    assert account(read(tmp_path, {"a.csv": rows}, "policy: {reinstall_days: 10}\n")).dropped == {"re-engaged": 1}


def test_later_on_the_same_day_is_a_reinstall_too(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"a.csv": f"{USERS}u1,2025-01-01 18:00,B\nu1,2025-01-01 10:00,A\n"})
    assert values(loaded, "acquisition", "channel") == [("A",)]
    assert account(loaded).dropped == {"reinstall": 1}


def test_of_two_channels_for_one_moment_neither_is_believed(tmp_path: Path) -> None:
    loaded = read(
        tmp_path, {"a.csv": f"{USERS}u1,2025-01-01,A\nu2,2025-01-01,A\n", "b.csv": f"{USERS}u1,2025-01-01,B\n"}
    )
    assert values(loaded, "acquisition", "user") == [("u2",)]
    assert [(row.line, row.column, row.code) for row in loaded.rejected] == [
        (2, "user", "OPS209"),
        (2, "user", "OPS209"),
    ]
    assert (account(loaded, "a.csv").accepted, account(loaded, "b.csv").accepted) == (1, 0)


def test_a_user_of_two_products_is_acquired_by_each(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"a.csv": "user,acquired_at,channel,product\nu1,2025-01-01,A,tea\nu1,2025-01-09,B,milk\n"})
    assert values(loaded, "acquisition", "product", "channel") == [("tea", "A"), ("milk", "B")]


rows_of_users = st.lists(
    st.tuples(st.sampled_from("uvw"), st.integers(0, 200), st.sampled_from("AB")), min_size=1, max_size=8
)


@with_settings(deadline=None, max_examples=20)
@given(rows=rows_of_users, cut=st.integers(0, 8), step=st.sampled_from([1, -1]))
def test_neither_the_order_of_rows_nor_how_files_share_them_changes_who_is_acquired(
    rows: list[tuple[str, int, str]], cut: int, step: int
) -> None:
    written = [f"{user},{FIRST + timedelta(days=day)},{channel}\n" for user, day, channel in rows]
    parts = [part[::step] for part in (written[:cut], written[cut:])][::step]
    assume(parts[0] != parts[1])  # the same bytes are read once
    with TemporaryDirectory() as one, TemporaryDirectory() as two:
        whole = read(Path(one), {"a.csv": USERS + "".join(written)})
        split = read(Path(two), {f"{at}.csv": USERS + "".join(part) for at, part in enumerate(parts)})
    kept = [sorted(values(each, "acquisition", "user", "day", "channel")) for each in (whole, split)]
    assert kept[0] == kept[1]
    for each in (whole, split):
        assert sum(one.read for one in each.inputs) == len(rows)
        assert sum(one.accepted for one in each.inputs) == len(kept[0])


# --- further columns ------------------------------------------------------------------------------------


def test_a_column_that_is_none_of_a_users_becomes_an_attribute(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"a.csv": "user,Acquired_At,channel,Platform,手机型号\nu1,2025-01-01,A,ios,P40\n"})
    assert values(loaded, "acquisition", "attribute_platform", "attribute_手机型号") == [("ios", "P40")]
    assert {"attribute_platform", "attribute_手机型号"} <= loaded.supplied["acquisition"]


def test_files_with_different_attributes_stand_in_one_table(tmp_path: Path) -> None:
    loaded = read(
        tmp_path,
        {
            "a.csv": "user,acquired_at,channel,platform\nu1,2025-01-01,A,ios\n",
            "b.csv": "user,acquired_at,channel,attribute_city\nu2,2025-01-01,A,Wuhan\n",
        },
    )
    found = values(loaded, "acquisition", "user", "attribute_platform", "attribute_city")
    assert found == [("u1", "ios", None), ("u2", None, "Wuhan")]


@pytest.mark.parametrize(
    ("table", "head", "row"),
    [("spend", "day,channel,spend", "2025-01-01,A,1"), ("activity", "user,at,event", "u1,2025-01-01,open")],
)
def test_elsewhere_a_column_that_nothing_reads_is_named(tmp_path: Path, table: str, head: str, row: str) -> None:
    loaded = read(tmp_path, {"a.csv": f"{head},mood,备注\n{row},good,x\n"})
    (note,) = (note for note in loaded.notes if note.code == "unused_columns")
    assert note.text.endswith("a.csv: nothing reads mood, 备注")
    assert len(values(loaded, table, "source_line")) == 1


# --- orders ---------------------------------------------------------------------------------------------


def test_an_order_that_was_sent_twice_is_one_order(tmp_path: Path) -> None:
    row = "o1,2025-01-01 10:00,10.00,0\n"
    loaded = read(tmp_path, {"a.csv": ORDERS + row, "b.csv": f"{ORDERS}{row}o2,2025-01-01,5,0\n"})
    assert values(loaded, "order", "order", "paid") == [("o1", 10_0000), ("o2", 5_0000)]
    assert account(loaded, "b.csv").sums["paid"] == "5.0000"


def test_an_order_with_two_amounts_is_believed_in_neither(tmp_path: Path) -> None:
    loaded = read(
        tmp_path,
        {"a.csv": f"{ORDERS}o1,2025-01-01,10,0\no2,2025-01-01,5,0\n", "b.csv": f"{ORDERS}o1,2025-01-01,10,3\n"},
    )
    assert values(loaded, "order", "order") == [("o2",)]
    assert {row.code for row in loaded.rejected} == {"OPS209"}
    assert account(loaded, "a.csv").sums["paid"] == "5.0000"


def test_an_unpaid_order_is_kept(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"a.csv": f"{ORDERS}o1,,10,0\n"})
    assert values(loaded, "order", "order", "paid_at", "paid_day") == [("o1", None, None)]


def test_events_that_are_sent_again_are_no_conflict(tmp_path: Path) -> None:
    row = "user,at,event\nu1,2025-01-02 09:00,open\n"
    loaded = read(tmp_path, {"a.csv": row, "b.csv": f"{row}u1,2025-01-03 09:00,open\n"})
    assert not loaded.has_findings
    assert {day for (day,) in values(loaded, "activity", "day")} == {date(2025, 1, 2), date(2025, 1, 3)}
