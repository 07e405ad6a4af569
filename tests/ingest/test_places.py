"""Ids told apart while they pass: a place each, in the order in which they came first, however they are cut."""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.ingest import places
from opsctl.ingest.places import Places

_STATM = Path("/proc/self/statm")


def told_apart(
    batches: Sequence[Sequence[str]], hashes: Sequence[Sequence[int]] | None = None
) -> tuple[list[str], list[int]]:
    """The ids at their places, and the place of every row."""
    told = Places()
    rows: list[int] = []
    for number, batch in enumerate(batches):
        ids = pl.Series(batch, dtype=pl.String)
        own = ids.hash() if hashes is None else pl.Series(hashes[number], dtype=pl.UInt64)
        rows += told.of(ids, own).to_list()
    return told.ids.to_list(), rows


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few slots, and no room to spare: tables overflow into each other, and grow."""
    monkeypatch.setattr(places, "_FEW", 1)
    monkeypatch.setattr(places, "_ROOM", 1)


IDS = st.lists(st.lists(st.text(alphabet="abc1", max_size=3), max_size=40), max_size=6)


@given(IDS)
def test_each_id_has_the_place_at_which_it_came_first(batches: list[list[str]]) -> None:
    expected = list(dict.fromkeys(one for batch in batches for one in batch))
    ids, rows = told_apart(batches)
    assert ids == expected
    assert [ids[place] for place in rows] == [one for batch in batches for one in batch]


@pytest.mark.usefixtures("crowded")
@pytest.mark.parametrize("size", [10, 1000, 20_000])
def test_full_tables_overflow_and_grow(size: int) -> None:
    users = [f"user-{number * 7919 % 5000}" for number in range(20_000)]
    ids, rows = told_apart([users[first : first + size] for first in range(0, len(users), size)])
    assert ids == [f"user-{number * 7919 % 5000}" for number in range(5000)]
    assert [ids[place] for place in rows] == users


def test_ids_that_share_a_slot_have_places_of_their_own() -> None:
    """Hashes that differ only above the bits that tell a slot: all come to the same one."""
    hashes = [number << 40 for number in range(1, 51)]
    names = [f"u{number}" for number in range(50)]
    assert told_apart([names[:30], names], [hashes[:30], hashes]) == (names, [*range(30), *range(50)])


def test_a_file_without_rows_has_no_ids() -> None:
    assert told_apart([]) == ([], [])
    assert told_apart([[]]) == ([], [])


@pytest.mark.skipif(not _STATM.exists(), reason="only Linux tells how much memory is in use")
def test_the_bytes_of_rows_that_passed_are_let_go() -> None:
    """Long ids lie in a buffer of their batch, which must not stay for the few that came first: 400 MB in all."""
    told, before = Places(), _in_use()
    for number in range(20):
        rows = pl.int_range(50_000, eager=True).to_frame("row")
        batch = rows.select(pl.concat_str(pl.lit("x" * 400), pl.col("row") % 5, pl.lit(f"-{number}"))).to_series()
        told.of(batch, batch.hash())
    assert len(told.ids) == 20 * 5
    assert _in_use() - before < 200 * 1024**2


def _in_use() -> int:
    return int(_STATM.read_text().split()[1]) * mmap.PAGESIZE
