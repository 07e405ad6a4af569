"""Every shipped mapping proves itself: its own example, read as any file is, becomes exactly the rows it promises."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from opsctl.config import settings
from opsctl.config.library import shipped_mappings
from opsctl.config.mapping import Example
from opsctl.config.matching import Mapping, validate_columns
from opsctl.core import money
from opsctl.ingest.claim import allowed_columns, required_columns
from opsctl.ingest.inspection import Look, see
from opsctl.ingest.load import load
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.sources import files
from opsctl.schemas import tables
from opsctl.schemas.kinds import SCALED, Kind
from opsctl.schemas.table import columns

PLAIN = settings.load(None, {}, {}, None)
PLACES = ("source_file", "source_line")

every_mapping = pytest.mark.parametrize("mapping", shipped_mappings(), ids=lambda mapping: mapping.name)
Row = dict[str, str]


def example_of(mapping: Mapping) -> Example:
    assert mapping.export.example is not None, f"{mapping.name} carries no example"
    return mapping.export.example


def read(folder: Path, mapping: Mapping, content: bytes) -> Loaded:
    path = folder / example_of(mapping).name
    path.write_bytes(content)
    return load(files([path], PLAIN), PLAIN)


def promised(mapping: Mapping) -> list[Row]:
    return [{name: value for name, value in row.items() if value is not None} for row in example_of(mapping).becomes]


def became(loaded: Loaded, mapping: Mapping) -> list[Row]:
    """The rows as an account writes them: amounts with four decimals, moments as the export's own clock showed them."""
    kinds = columns(tables()[mapping.table])
    days = {column.day_name for column in kinds.values() if column.kind is Kind.MOMENT}
    frame = loaded.tables[mapping.table].sort(PLACES).collect()
    return [
        {
            name: _written(mapping, name, value)
            for name, value in row.items()
            if value is not None and name not in PLACES and name not in days
        }
        for row in frame.iter_rows(named=True)
    ]


def _written(mapping: Mapping, name: str, value: Any) -> str:
    column = columns(tables()[mapping.table]).get(name)
    if column is not None and column.kind in SCALED:
        whole = column.kind is not Kind.MONEY and value % money.TEN_THOUSANDTHS == 0
        return str(value // money.TEN_THOUSANDTHS) if whole else money.text(value)
    if isinstance(value, datetime):
        own = mapping.export.columns[name].zone if name in mapping.export.columns else None
        zone = own or mapping.export.timezone or PLAIN.project.timezone
        return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"
    return value.isoformat() if isinstance(value, date) else str(value)


def check(loaded: Loaded, mapping: Mapping, rows: Sequence[Row] | None = None) -> None:
    """The example became what it promises, through its own mapping, with nothing lost on the way."""
    assert loaded.refused == []
    (account,) = loaded.inputs
    assert (account.mapping, account.table) == (mapping.name, mapping.table)
    assert became(loaded, mapping) == (promised(mapping) if rows is None else rows)
    assert account.accepted == len(promised(mapping))
    assert account.rejected == ()
    assert all(control.ok for control in account.control)


@every_mapping
def test_its_example_becomes_the_rows_it_promises(tmp_path: Path, mapping: Mapping) -> None:
    check(read(tmp_path, mapping, example_of(mapping).export.encode()), mapping)


@every_mapping
@pytest.mark.parametrize(
    ("mark", "encoding", "line_end"),
    [
        (b"", "gb18030", "\n"),
        (codecs.BOM_UTF8, "utf-8", "\n"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "\n"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "\r\n"),
        (b"", "utf-8", "\r\n"),
        (b"", "gb18030", "\r\n"),
    ],
    ids=["gb18030", "utf-8-sig", "utf-16-le", "utf-16-be-crlf", "crlf", "gb18030-crlf"],
)
def test_however_it_is_saved_it_stays_the_same(
    tmp_path: Path, mapping: Mapping, mark: bytes, encoding: str, line_end: str
) -> None:
    text = example_of(mapping).export.replace("\n", line_end)
    check(read(tmp_path, mapping, mark + text.encode(encoding)), mapping)


@every_mapping
def test_every_name_that_a_column_ever_had_is_understood(tmp_path: Path, mapping: Mapping) -> None:
    text = example_of(mapping).export
    (path := tmp_path / "seen.csv").write_text(text, encoding="utf-8")
    seen = see(path, Look(PLAIN))
    for at, name in _other_names(mapping, seen.header):
        header = [*seen.header]
        header[at] = name
        loaded = read(tmp_path, mapping, _with_header(text, seen.header, header, seen.delimiter or ",").encode())
        check(loaded, mapping, [_told_as(mapping, name, row) for row in promised(mapping)])


def _told_as(mapping: Mapping, name: str, row: Row) -> Row:
    """A promised row where a column goes by another name: conversions may be booked on another day."""
    stated = mapping.export.columns["conversions"].basis if "conversions" in mapping.export.columns else None
    known = isinstance(stated, dict) and name in stated and "conversion_basis" in row
    return {**row, "conversion_basis": stated[name]} if known and isinstance(stated, dict) else row


def _other_names(mapping: Mapping, header: Sequence[str]) -> Iterator[tuple[int, str]]:
    """For each column of the example that has further names: its position, and one of these names."""
    found = mapping.matches(header, required_columns())
    demanded = set(mapping.export.file.header_has)
    for column, positions in found.columns.items():
        for at, names in zip(positions, mapping.export.columns[column].looked_for, strict=True):
            if header[at] not in demanded:
                yield from ((at, name) for name in names if name not in header)
    for attribute, at in found.attributes.items():
        yield from ((at, name) for name in mapping.export.attributes[attribute] if name not in header)


def _with_header(text: str, old: Sequence[str], new: Sequence[str], delimiter: str) -> str:
    lines = text.splitlines()
    (at,) = (at for at, line in enumerate(lines) if next(csv.reader([line], delimiter=delimiter), []) == [*old])
    lines[at] = delimiter.join(new)
    return "\n".join([*lines, ""])


@every_mapping
def test_its_columns_are_those_of_its_table(mapping: Mapping) -> None:
    validate_columns(mapping, allowed_columns())


@every_mapping
def test_its_example_shows_every_column_it_reads(mapping: Mapping) -> None:
    """A column that no example shows is a column that nobody has proved."""
    shown = {name for row in example_of(mapping).becomes for name in row}
    proved = set(mapping.export.columns) - {name for name, column in mapping.export.columns.items() if column.optional}
    assert proved <= shown


def test_no_name_is_two_mappings() -> None:
    names = [mapping.name for mapping in shipped_mappings()]
    assert sorted(set(names)) == sorted(names)
    assert names
