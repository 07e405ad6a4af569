"""Whatever a source demands, every row has one fate, and a file that does not keep its contract loads none."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import settings as with_settings
from hypothesis import strategies as st

from opsctl.ingest.loaded import Loaded
from tests.ingest.exports import account, read, refusals, values
from tests.ingest.test_account import BAD, CANONICAL, NO_ROW, lines

MONEY = {line for line, code in BAD.items() if code in ("OPS202", "OPS205")}


def loaded_by(content: str, opsctl_yaml: str) -> Loaded:
    with TemporaryDirectory() as folder:
        return read(Path(folder), {"w.csv": content}, opsctl_yaml)


limits = st.one_of(st.none(), st.integers(0, 8).map(str), st.integers(0, 100).map(lambda share: f"{share}%"))


def may_be_lost(limit: str | None, rows: list[str], lost: list[str]) -> bool:
    """Are so many rows allowed to be lost?"""
    if limit is None:
        return not MONEY & {*lost}
    most = Decimal(limit.rstrip("%")) * (len(rows) if limit.endswith("%") else 100)
    return len(lost) * 100 <= most


@with_settings(deadline=None, max_examples=60)
@given(written=lines, limit=limits)
def test_a_file_loads_every_row_that_can_be_or_none_as_its_source_allows(written: list[str], limit: str | None) -> None:
    written = [*written, "2025-01-06,Z,1.00,10,1"]
    rows = [line for line in written if line not in NO_ROW]
    lost = [line for line in rows if line in BAD]
    loaded = loaded_by(CANONICAL + "\n".join([*written, ""]), f"contract: {{rejects: {limit}}}" if limit else "")
    if not may_be_lost(limit, rows, lost):
        assert (refusals(loaded), loaded.inputs, loaded.tables) == ([("OPS122", "w.csv")], [], {})
        assert [row.code for row in loaded.rejected] == [BAD[line] for line in written if line in BAD]
        return
    one = account(loaded)
    assert (one.read, one.accepted, len(one.rejected)) == (len(written), len(rows) - len(lost), len(lost))
    assert one.read == one.accepted + len(one.rejected) + sum(one.dropped.values())
    assert loaded.has_findings == bool((lost and limit is None) or loaded.mismatches)


cells = st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.integers(0, 3))


@with_settings(deadline=None, max_examples=60)
@given(written=st.lists(cells, max_size=12))
def test_with_a_key_rows_count_once_each_or_contradict_each_other(written: list[tuple[str, str, int]]) -> None:
    rows = [("z", "z", 1), *written]
    said: dict[tuple[str, str], set[int]] = {}
    for channel, place, amount in rows:
        said.setdefault((channel, place), set()).add(amount)
    content = "day,channel,spend,版位\n" + "".join(f"2025-01-06,{one},{money},{at}\n" for one, at, money in rows)
    text = "sources: [{path: w.csv, key: [channel, 版位], rejects: 100%}]"
    one = account(loaded_by(content, text))
    agreed = [next(iter(amounts)) for amounts in said.values() if len(amounts) == 1]
    differing = sum(len(amounts) for amounts in said.values() if len(amounts) > 1)
    assert (one.accepted, len(one.rejected)) == (len(agreed), differing)
    assert one.dropped == Counter({"sent twice": copies} if (copies := len(rows) - len(agreed) - differing) else {})
    assert Decimal(str(one.sums["spend"])) == sum(agreed)


items = st.lists(st.tuples(st.sampled_from("pq"), st.integers(1, 4), st.integers(0, 900)), max_size=10)


@with_settings(deadline=None, max_examples=60)
@given(written=items)
def test_items_that_are_added_to_their_order_lose_no_money(written: list[tuple[str, int, int]]) -> None:
    rows = {(order, item): paid for order, item, paid in [("o", 1, 5), *written]}
    content = "order,item,user,paid_at,paid\n" + "".join(
        f"{order},{item},u{order},2025-01-06,{paid / 100:.2f}\n" for (order, item), paid in rows.items()
    )
    loaded = loaded_by(content, "sources: [{path: w.csv, key: [order, item]}]")
    orders = {order for order, _ in rows}
    one = account(loaded)
    assert (one.accepted, one.read) == (len(orders), len(rows))
    assert Decimal(str(one.sums["paid"])) == Decimal(sum(rows.values())) / 100
    assert len(values(loaded, "order", "order")) == len(orders)


@with_settings(deadline=None, max_examples=40)
@given(rule=st.sampled_from(["freeze", "evolve", "discard"]), new=st.lists(st.sampled_from("甲乙丙"), unique=True))
def test_new_columns_change_no_row_whatever_is_done_with_them(rule: str, new: list[str]) -> None:
    head = ",".join(["user", "acquired_at", "channel", *new])
    row = ",".join(["u", "2025-01-06", "A", *("值" for _ in new)])
    loaded = loaded_by(f"{head}\n{row}\n", f"contract: {{columns: {rule}}}")
    if rule == "freeze" and new:
        assert (refusals(loaded), loaded.inputs) == ([("OPS121", "w.csv")], [])
        return
    attributes = {f"attribute_{name}" for name in new} if rule == "evolve" else set()
    assert {name for name in loaded.supplied["acquisition"] if name.startswith("attribute_")} == attributes
    assert (account(loaded).accepted, account(loaded).unread) == (1, 0 if rule == "evolve" else len(new))
