"""What holds for every file: a written table comes back, both ways of reading agree, and nothing crashes."""

from __future__ import annotations

import csv
import io
import json
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.core.errors import OpsctlError
from opsctl.ingest.reading import Content
from opsctl.ingest.reading.survey import survey
from tests.ingest.reading.reader import as_values, read, read_both_ways, rows

COLUMNS = ["id", "name", "note"]
# no digits, so that nothing is padding around an id; no words of totals
WORDS = st.lists(
    st.sampled_from(["a", "Bc", "抖音", '"', ",", ";", "\t", "|", "\n", "\r\n", "é", "𠮷", "-", "  "]), max_size=6
)
CELL = WORDS.map(lambda parts: "".join(parts).strip(" \t"))
# two plain rows come first: what a row of the table looks like has to be known
TABLE = st.lists(st.tuples(CELL, CELL), max_size=8).map(
    lambda pairs: [(f"u{100 + at}", *pair) for at, pair in enumerate([("a", "b"), ("c", ""), *pairs])]
)
MARKS = ['"', '""', "'", ",", ",", ",,", "\n", "\n", "\n", "\r\n", "\r", "\\", " ", "\t", ";", "#", "=", "\0"]
TEXTS = ["u1", "2025-01-05", "抖音", "x", "7", "合计", "Total", "--", "sep=;", "id", "name", "note"]
LINES = ["id,name,note\n", "u2,a,3\n", 'u3,"b\nc",4\n']
STACKED = [
    "\n\n# on: 2025-01-05\nname,note\nx,7\n",
    "\n\n# on: 2025-01-06\nid,name,note\nu5,d,5\n",
    "\n\n# on: 2025-01-07\n",
]
BITS = st.sampled_from([*MARKS, *TEXTS, *LINES, *STACKED])
MESS = st.lists(BITS, max_size=40).map("".join)


def written(table: list[tuple[str, ...]], delimiter: str, quote: str, quoting: Any, end: str) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, quotechar=quote, quoting=quoting, lineterminator=f"{end}\r\n")
    for row in [COLUMNS, *table]:
        writer.writerow(row)
        stream.seek(stream.tell() - 2)  # the writer quotes only the line ends that it writes itself
        stream.truncate()
    return stream.getvalue()


@settings(max_examples=150, deadline=None)
@given(
    table=TABLE,
    delimiter=st.sampled_from([",", ";", "\t", "|", "\x01", ":"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_a_written_table_comes_back(
    table: list[tuple[str, ...]], delimiter: str, quoting: Any, end: str, encoding: str
) -> None:
    found = read(written(table, delimiter, '"', quoting, end).encode(encoding), COLUMNS)
    assert (rows(found), found.rejected, found.dropped) == (table, (), ())
    assert found.header == tuple(COLUMNS)


@settings(max_examples=80, deadline=None)
@given(table=TABLE)
def test_a_table_in_single_quotes_comes_back(table: list[tuple[str, ...]]) -> None:
    table = [tuple(cell.replace('"', "'") for cell in row) for row in table]
    assert rows(read(written(table, ",", "'", csv.QUOTE_ALL, "\n"), COLUMNS)) == table


@settings(max_examples=80, deadline=None)
@given(table=TABLE)
def test_every_record_is_accounted_for_once(table: list[tuple[str, ...]]) -> None:
    text = written(table, ",", '"', csv.QUOTE_MINIMAL, "\n") + "\nx\n合计,,\n# end\n"
    found = read(text, COLUMNS)
    lines = [*found.lines, *(fault.line for fault in found.rejected), *(drop.line for drop in found.dropped)]
    assert found.read == len(lines) == len(set(lines)) == len(table) + 4


@settings(max_examples=150, deadline=None)
@given(parts=st.lists(st.sampled_from([*STACKED, "\nu9,z,1\n", "\n,,\n", "\n"]), max_size=6))
def test_of_a_stack_every_record_is_accounted_for_once(parts: list[str]) -> None:
    text = "# on: 2025-01-05\nid,name,note\nu1,a,1\nu2,b,2\n" + "".join(parts)
    found = read(text, COLUMNS)
    lines = [*found.lines, *(fault.line for fault in found.rejected), *(drop.line for drop in found.dropped)]
    records = [at for at, line in enumerate(text.splitlines(), 1) if line.strip(",") and not line.startswith("#")]
    assert len(lines) == len(set(lines))
    assert {*lines, found.header_line} >= set(records)
    assert rows(found)[:2] == [("u1", "a", "1"), ("u2", "b", "2")]


@settings(max_examples=250, deadline=None)
@given(
    mess=MESS,
    above=st.sampled_from(["", "title\n", "sep=;\n", "# on: 2025-01-05\n"]),
    header=st.sampled_from(["id,name,note", "id;name;note"]),
)
def test_reading_in_bulk_and_line_by_line_agree(mess: str, above: str, header: str) -> None:
    fast, slow = read_both_ways(f"{above}{header}\n{mess}".encode(), COLUMNS)
    assert as_values(fast) == as_values(slow)


@settings(max_examples=150, deadline=None)
@given(
    data=st.one_of(st.binary(max_size=200), MESS.map(str.encode), st.binary(max_size=60).map(b"id,name,note\n".__add__))
)
def test_any_bytes_are_read_or_refused_and_what_is_said_can_be_printed(data: bytes) -> None:
    content = Content("export.csv", data, "text")
    for reading in (partial(read, data, COLUMNS), partial(survey, content)):
        try:
            json.dumps([*as_values(reading()).values()], default=repr, ensure_ascii=False).encode()
        except OpsctlError as refusal:
            "\n".join(refusal.lines()).encode()
