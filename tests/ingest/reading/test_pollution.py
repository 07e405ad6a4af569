"""Files of every dialect, broken at one place and their bytes changed: none is read wrongly in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsctl.core.errors import RefusedFile
from opsctl.ingest.reading import TextTable, read_text, unpack
from tests.bench.polluter import COLUMNS, FAULTS, Case, case, verdict
from tests.ingest.reading.reader import dropped, header_of, read, rejected, rows

HEADER = "day,channel,spend"


def table_of(made: Case, folder: Path) -> TextTable:
    path = folder / "polluted.csv"
    path.write_bytes(made.data)
    recognise, names = header_of(COLUMNS)
    (content,) = unpack(path)
    return read_text(content, recognise, names=names)


@pytest.mark.parametrize("first", range(0, 600, 100))
def test_no_polluted_file_is_read_wrongly_in_silence(tmp_path: Path, first: int) -> None:
    wrong = []
    for seed in range(first, first + 100):
        made = case(str(seed))
        try:
            table = table_of(made, tmp_path)
        except RefusedFile:
            continue
        if verdict(made, table.cells.rows(), named=bool(table.rejected)) == "wrong":
            wrong.append(made.name)
    assert wrong == []


def test_a_file_without_a_fault_is_read_whatever_its_dialect(tmp_path: Path) -> None:
    harmless = {"nothing", "header again", "total", "units"}
    for made in map(case, map(str, range(1_500))):
        if made.dialect in {"footer", "blanks around"}:
            continue  # told of
        if made.fault in harmless and made.mishap in {"nothing", "gzip", "zip"}:
            table = table_of(made, tmp_path)
            assert verdict(made, table.cells.rows(), named=bool(table.rejected)) == "right", made.name


def test_the_polluter_pollutes() -> None:
    made = [case(str(seed)) for seed in range(1_000)]
    assert {one.fault for one in made} == FAULTS.keys()
    assert len({one.data for one in made}) > 900


def test_a_row_of_units_below_the_header_is_no_row() -> None:
    table = read(f"{HEADER}\n,,(元)\n2025-01-06,A,1.00\n", HEADER)
    assert (rows(table), dropped(table)) == ([("2025-01-06", "A", "1.00")], [(2, "units")])


def test_a_channel_in_brackets_is_a_row() -> None:
    table = read(f"{HEADER}\n2025-01-06,(not set),1.00\n", HEADER)
    assert rows(table) == [("2025-01-06", "(not set)", "1.00")]


def test_below_the_same_names_in_another_order_nothing_is_of_this_table() -> None:
    table = read(f"{HEADER}\nchannel,day,spend\nA,2025-01-06,1.00\n", HEADER)
    assert (rows(table), rejected(table)) == ([], [(2, "OPS201"), (3, "OPS201")])


@pytest.mark.parametrize("gap", ["", "\n"])
def test_a_number_that_a_line_end_cuts_costs_both_lines(gap: str) -> None:
    table = read(f"{HEADER}\n2025-01-06,A,12\n{gap}34.50\n2025-01-07,A,2.00\n", HEADER)
    assert rows(table) == []  # the number could also begin the row below
    assert [line for line, _ in rejected(table)] == [2, 3 + len(gap), 4 + len(gap)]


def test_a_date_that_a_line_end_cuts_costs_both_lines() -> None:
    table = read(f"{HEADER}\n2025-01-05,B,抖音\n2025-\n01-06,A,2.00\n", HEADER)
    assert (rows(table), [line for line, _ in rejected(table)]) == ([("2025-01-05", "B", "抖音")], [3, 4])


def test_what_a_server_sends_below_a_table_is_told() -> None:
    table = read(f"{HEADER}\n2025-01-06,A,1.00\n\n<html><body>504 Gateway Time-out</body></html>\n", HEADER)
    assert rejected(table) == [(4, "OPS201")]


def test_a_row_above_a_header_is_told_where_one_row_stands_below() -> None:
    table = read(f"d\ufffdy,channel,spend\n2025-01-05,B,3.00\n{HEADER}\n2025-01-06,A,1.00\n", HEADER)
    assert (rows(table), rejected(table)) == ([("2025-01-06", "A", "1.00")], [(2, "OPS201")])


def test_a_cell_cut_between_two_apostrophes_costs_its_row() -> None:
    table = read("day,note,spend\n2025-01-05,'a, b'\n2025-01-06,c,2.00\n", "day,note,spend")
    assert (rows(table), rejected(table)) == ([("2025-01-06", "c", "2.00")], [(2, "OPS208")])


def test_apostrophes_that_were_needed_are_quotes() -> None:
    table = read("day,note,spend\n2025-01-05,'O''Neil',1.00\n2025-01-06,c,2.00\n", "day,note,spend")
    assert rows(table) == [("2025-01-05", "O'Neil", "1.00"), ("2025-01-06", "c", "2.00")]
