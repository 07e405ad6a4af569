"""A large text of events that is read in one pass says what reading it line by line says, or is left to that."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as with_settings
from hypothesis import strategies as st

from opsctl.ingest import one_pass
from opsctl.ingest.load import load
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.reading import container, plain
from opsctl.ingest.sources import files
from tests.ingest.exports import project, refusals, write

COLUMNS = ("user", "at", "day", "event", "value", "source_line", "source_file")
CLEAN = "user,at,event\nu1,2025-01-05 08:00:00,open\nu2,2025-01-05 09:30:00,view\nu1,2025-02-01 00:00:00,open\n"


@contextmanager
def read_in_one_pass(**sizes: int) -> Iterator[list[bool]]:
    """Every text counts as large; of each that was tried, whether it was taken so."""
    tried: list[bool] = []
    in_one_pass = one_pass.in_one_pass

    def heard(*given: Any, **options: Any) -> Any:
        tried.append((found := in_one_pass(*given, **options)) is not None)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(container, "LARGE", 1)
        patch.setattr("opsctl.ingest.staying.in_one_pass", heard)
        for name, size in sizes.items():
            patch.setattr(one_pass if hasattr(one_pass, name) else plain, name, size)
        yield tried


def both(folder: Path, content: str | bytes, opsctl_yaml: str = "", **sizes: int) -> tuple[Loaded, Loaded, bool]:
    """A file of events read in one pass, as far as it can be, and as always; and whether it could."""
    write(folder, {"events.csv": content})
    chosen = project(folder, opsctl_yaml)
    with read_in_one_pass(**sizes) as tried:
        fast = load(files([folder / "events.csv"], chosen), chosen, stay=True)
    return fast, load(files([folder / "events.csv"], chosen), chosen), tried == [True]


def assert_same(fast: Loaded, slow: Loaded) -> None:
    """Tables, accounts, notes and refusals are equal; so are the rows bit by bit, and with people as hashes."""
    assert [one.as_json() for one in fast.inputs] == [one.as_json() for one in slow.inputs]
    assert fast.rejected == slow.rejected
    assert (fast.notes, fast.supplied) == (slow.notes, slow.supplied)
    assert refusals(fast) == refusals(slow)
    if "activity" not in slow.tables:
        assert "activity" not in fast.tables
        return
    rows = slow.tables["activity"].select(COLUMNS).collect()
    assert fast.tables["activity"].select(COLUMNS).collect().equals(rows)
    for which in ("rows", "hashed"):
        bits = [found for stretch in fast.stretches if (found := getattr(stretch, which)) is not None]
        if len(bits) == len(fast.stretches):
            expected = rows if which == "rows" else rows.with_columns(pl.col("user").hash())
            assert pl.concat(bits).select(COLUMNS).collect().equals(expected)
    for stretch in fast.stretches:
        assert sum(height for height, _ in stretch.bits) == stretch.height
        for wanted in stretch.rows.select("day").collect()["day"].unique():
            held = pl.concat(stretch.holding([wanted])).filter(pl.col("day") == wanted)
            assert held.collect().height == stretch.rows.filter(pl.col("day") == wanted).collect().height


def is_taken(folder: Path, content: str | bytes, opsctl_yaml: str = "", **sizes: int) -> bool:
    """Was it read in one pass? What it says is what reading line by line says, in either case."""
    fast, slow, taken = both(folder, content, opsctl_yaml, **sizes)
    assert_same(fast, slow)
    assert any(stretch.hashed is not None for stretch in fast.stretches) == taken
    return taken


# --- what is taken --------------------------------------------------------------------------------------

TAKEN = {
    "plain": CLEAN,
    "without an end at the end": CLEAN.removesuffix("\n"),
    "lines of Windows": CLEAN.replace("\n", "\r\n"),
    "lines of Windows without an end": CLEAN.replace("\n", "\r\n").removesuffix("\r\n"),
    "a byte order mark": "\ufeff" + CLEAN,
    "tabs": CLEAN.replace(",", "\t"),
    "semicolons": CLEAN.replace(",", ";"),
    "days alone": CLEAN.replace(" 08:00:00", "").replace(" 09:30:00", "").replace(" 00:00:00", ""),
    "times of UTC": CLEAN.replace(" 0", "T0").replace(":00,", ":00Z,"),
    "milliseconds": CLEAN.replace(":00,", ":00.125,"),
    "events in Chinese": CLEAN.replace("open", "打开"),
    "users with gaps": CLEAN.replace("u1", "+86 138-0013-8000").replace("u2", "8613800138001"),
    "users in other spellings": CLEAN.replace("u1", " Ann@Example.com").replace("u2", "u2\t"),
    "users in full width": CLEAN.replace("u1", "ｕ1").replace("u2", "é"),
    "users named like nothing": CLEAN.replace("u1", "NA").replace("u2", "none"),
    "a column that nobody reads": "user,at,event,page\nu1,2025-01-05,open,\nu2,2025-01-06,open,7\n",
    "values": "user,at,event,value\nu1,2025-01-05,open,1.5\nu2,2025-01-06,open,\nu2,2025-01-06,open,-0\n",
    "values in front": "value,user,event,at\n1e3,u1,open,2025-01-05\n2,u2,open,2025-01-06\n",
}


@pytest.mark.parametrize("content", TAKEN.values(), ids=TAKEN)
def test_a_clean_file_is_read_in_one_pass(tmp_path: Path, content: str) -> None:
    assert is_taken(tmp_path, content)


def test_a_mapping_may_name_the_columns(tmp_path: Path) -> None:
    mapping = (
        "mappings: [{platform: ours, exports: [{report: log, table: activity, file: {header_has: [who]}, nulls: ['-'],"
        " columns: {user: who, at: when, event: {const: open}}}]}]\n"
    )
    log = "who,when\nu1,2025-01-05 08:00:00\nu2,2025-01-06 08:00:00\n"
    assert is_taken(tmp_path, log, mapping)
    assert not is_taken(tmp_path, log + "-,2025-01-06 08:00:00\n", mapping)


def test_days_are_those_of_the_project(tmp_path: Path) -> None:
    late = CLEAN.replace("08:00:00", "23:30:00").replace(" ", "T").replace(":00,", ":00Z,")
    fast, slow, taken = both(tmp_path, late, "timezone: Asia/Shanghai\n")
    assert_same(fast, slow)
    assert taken
    assert fast.inputs[0].days == (date(2025, 1, 5), date(2025, 2, 1))
    assert fast.tables["activity"].collect()["day"][0] == date(2025, 1, 6)


def test_many_rows_lie_in_bits_and_stretches(tmp_path: Path) -> None:
    lines = [f"u{at % 7},2025-0{1 + at // 40}-{1 + at % 28:02d} 08:00:00,open\n" for at in range(100)]
    assert is_taken(tmp_path, "user,at,event\n" + "".join(lines), _BIT=8, ROWS=24, _BITS=3)


# --- what is not ----------------------------------------------------------------------------------------

LEFT = {
    "a quote": CLEAN.replace("view", 'vi"ew'),
    "cells in quotes": CLEAN.replace("view", '"view"'),
    "a cell too few": CLEAN.replace(",view", ""),
    "a cell too many": CLEAN.replace("view", "view,x"),
    "a blank line": CLEAN.replace("u2", "\nu2"),
    "blank lines below": CLEAN + "\n\n",
    "no user": CLEAN.replace("u2", ""),
    "a blank user": CLEAN.replace("u2", "  "),
    "no event": CLEAN.replace("view", ""),
    "no time": CLEAN.replace("2025-01-05 09:30:00", ""),
    "no such time": CLEAN.replace("09:30:00", "24:30:00"),
    "a leap second": CLEAN.replace("09:30:00", "23:59:60"),
    "a time without seconds": CLEAN.replace("09:30:00", "09:30"),
    "a year that is none": CLEAN.replace("2025-01-05 09", "1970-01-05 09"),
    "a total": CLEAN + "合计,3,\n",
    "a footer": CLEAN + "exported by opsctl,,\n",
    "a comment": CLEAN + "#u3,2025-01-05 09:30:00,view\n",
    "the header again": CLEAN + "user,at,event\n",
    "a user called total": CLEAN.replace("u2", "total"),
    "a user called as the column is": CLEAN.replace("u2", "user"),
    "an apostrophe before a user": CLEAN.replace("u2", "'u2"),
    "an id that a spreadsheet destroyed": CLEAN.replace("u2", "1.23457E+17"),
    "a NUL": CLEAN.replace("u2", "u\x002"),
    "a bare CR": CLEAN.replace("u2", "u\r2"),
    "two kinds of line ends": CLEAN.replace("view\n", "view\r\n"),
    "characters that were lost": CLEAN.replace("view", "vi\ufffdw"),
    "a telephone number as event": CLEAN.replace("view", "13800138000"),
    "an event with a blank behind": CLEAN.replace("view", "view "),
    "another encoding": CLEAN.replace("view", "浏览").encode("gb18030"),
    "UTF-16": CLEAN.encode("utf-16"),
    "a byte that is no text": CLEAN.encode().replace(b"view", b"v\xffew"),
    "text that was encoded twice": CLEAN.replace("view", "é".encode().decode("cp1252")),
    "a remark above": "a log of ours\n" + CLEAN,
    "a nameless column": CLEAN.replace("\n", ",\n"),
    "a value that is none": "user,at,event,value\nu1,2025-01-05,open,1.5\nu2,2025-01-06,open,x\n",
    "an infinite value": "user,at,event,value\nu1,2025-01-05,open,1.5\nu2,2025-01-06,open,inf\n",
    "a value missing with its delimiter": "user,at,event,value\nu1,2025-01-05,open,1.5\nu2,2025-01-06,open\n",
    "cells in two columns for one short": "user,at,event,page\nu1,2025-01-05,open\nu2,2025-01-06,open,7\n",
    "nothing below the header": "user,at,event\n",
}


@pytest.mark.parametrize("content", LEFT.values(), ids=LEFT)
@pytest.mark.parametrize("seen", [True, False], ids=["in the sample", "far from it"])
def test_whatever_is_not_clean_is_left_to_the_general_way(tmp_path: Path, content: str | bytes, *, seen: bool) -> None:
    sizes: dict[str, int] = {} if seen else {"_HEAD": 55, "_PIECE": 1, "_CHUNK": 16}
    assert not is_taken(tmp_path, content, "", **sizes)


def test_hours_that_the_clocks_changed_are_left_to_the_general_way(tmp_path: Path) -> None:
    berlin = "timezone: Europe/Berlin\n"
    assert is_taken(tmp_path, CLEAN, berlin)
    assert not is_taken(tmp_path, CLEAN.replace("2025-02-01", "2025-07-01"), berlin)
    assert not is_taken(tmp_path, CLEAN.replace("2025-02-01 00:00:00", "2025-03-30 02:30:00"), berlin)


def test_ids_that_the_project_treats_are_left_to_the_general_way(tmp_path: Path) -> None:
    assert not is_taken(tmp_path, CLEAN, "privacy: {columns: {event: drop}}\n")


def test_files_are_told_in_their_order_whichever_takes_longest(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.csv": "x,y\n1,2\n",
            "b.csv": CLEAN,
            "c.csv": "z\n3\n",
            "d.csv": "user,at,event\n,,\n,2,\n",
            "e.csv": "q,r\n",
        },
    )
    chosen = project(tmp_path)
    with read_in_one_pass() as tried:
        fast = load(files([tmp_path], chosen), chosen, stay=True)
    slow = load(files([tmp_path], chosen), chosen)
    assert tried == [True, False]
    assert refusals(fast) == refusals(slow)
    assert [name for _, name in refusals(fast)] == ["a.csv", "c.csv", "d.csv", "e.csv"]
    assert_same(fast, slow)


# --- the law --------------------------------------------------------------------------------------------

NASTY = st.sampled_from(
    [
        "",
        " ",
        "\t",
        '"',
        "'",
        "#",
        "=",
        "\0",
        "\r",
        "\ufeff",
        "NA",
        "-",
        "Total: 3",
        "合计",
        "é",
        "\ufffd",
        "E+",
        ";",
        "a,b",
    ]
)
USERS = st.sampled_from(["u1", "u2", "13800138000", "+86 13800138000", "8613800138000", "A@b.cn", "0012", "a-b", "7"])
DAYS = st.sampled_from(["2025-01-05", "2025-03-30", "2025-10-26", "2024-02-29", "2025-02-29", "1989-12-31"])
CLOCKS = st.sampled_from(["00:00:00", "02:30:00", "23:59:59", "23:59:60", "24:00:00"])
EVENTS = st.sampled_from(["open", "打开", "add-to-cart", "view item", "sum", "13800138000"])
VALUES = st.sampled_from(["", "1", "-2.50", "1e3", "nan", "1,5"])
USUALLY = 40  # of so many cells one is odd


def rarely(usual: st.SearchStrategy[str], odd: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.integers(0, USUALLY).flatmap(lambda drawn: odd if drawn == 0 else usual)


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A file of events as somebody may write it: nearly always clean, now and then with something odd in it."""
    names = draw(st.permutations(["user", "at", "event", *draw(st.sampled_from([[], ["value"], ["page"]]))]))
    clock = draw(st.sampled_from(["", "T08:00:00Z", " 08:00:00", " 08:00"]))
    times = DAYS.map(lambda day: day + clock) if draw(st.booleans()) else st.just("2025-01-05" + clock)
    kinds = {
        "user": rarely(st.sampled_from(["u1", "u2", "v30"]), USERS | NASTY),
        "at": rarely(times, st.tuples(DAYS, CLOCKS).map(" ".join) | NASTY),
        "event": rarely(st.sampled_from(["open", "view"]), EVENTS | NASTY),
        "value": rarely(st.sampled_from(["1", "2.5"]), VALUES | NASTY),
        "page": rarely(st.sampled_from(["/home", "x"]), NASTY),
    }
    delimiter, end = draw(st.sampled_from([",", ",", "\t", ";"])), draw(st.sampled_from(["\n", "\n", "\r\n"]))
    rows = draw(st.lists(st.tuples(*(kinds[name] for name in names)).map(delimiter.join), min_size=1, max_size=6))
    lines = [delimiter.join(names), *rows]
    if draw(rarely(st.just(""), st.just("odd"))):
        lines.insert(
            draw(st.integers(0, len(lines))), draw(st.sampled_from(["", " ", "合计,,", "u1", "# end", "a,b,c,d,e"]))
        )
    text = draw(st.sampled_from(["", "\ufeff"])) + end.join(lines) + draw(st.sampled_from(["", end, end * 2]))
    return text.encode(draw(rarely(st.just("utf-8"), st.sampled_from(["gb18030", "utf-16"]))), "replace")


@with_settings(max_examples=250, deadline=None)
@given(content=texts(), zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "UTC"]), small=st.booleans())
def test_one_pass_says_what_reading_line_by_line_says(content: bytes, zone: str, *, small: bool) -> None:
    sizes = {"_HEAD": 40, "_PIECE": 8, "_CHUNK": 5, "_BIT": 2, "ROWS": 4, "_BITS": 2} if small else {}
    with tempfile.TemporaryDirectory() as folder:
        is_taken(Path(folder), content, f"timezone: {zone}\n", **sizes)


def test_a_file_of_many_chunks_is_read_in_one_pass_as_line_by_line(tmp_path: Path) -> None:
    drawn = random.Random(7)  # noqa: S311 - a test's rows
    rows = [f"u{drawn.randrange(500)},2025-01-{1 + at // 1000:02d} 08:00:{at % 60:02d},open\n" for at in range(30_000)]
    assert is_taken(tmp_path, "user,at,event\n" + "".join(rows))
    odd: Sequence[str] = [*rows[:20_000], "u1,2025-01-21 08:00:00\n", *rows[20_000:]]
    assert not is_taken(tmp_path, "user,at,event\n" + "".join(odd), _HEAD=1000, _PIECE=1000)
