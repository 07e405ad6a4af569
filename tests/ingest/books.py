"""Workbooks for tests: written by xlsxwriter, or as the XML of one sheet where a writer would not write so."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"

Write = Callable[[Any, Any], None]


def book(sheets: Mapping[str, Write], **options: Any) -> bytes:
    """A workbook; each sheet is written by a function of the sheet and the book."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd", **options}) as written:
        for name, write in sheets.items():
            write(written.add_worksheet(name), written)
    return stream.getvalue()


def rows(*lines: str) -> Write:
    """A sheet in the field's own notation: cells between commas, numbers and days as such."""

    def write(sheet: Any, _: Any) -> None:
        for at, line in enumerate(lines):
            for column, cell in enumerate(line.split(",")):
                put(sheet, at, column, cell)

    return write


def put(sheet: Any, row: int, column: int, cell: str) -> None:
    """One cell."""
    if cell[:4].isdigit() and cell[4:5] == "-":
        sheet.write_datetime(row, column, datetime.combine(date.fromisoformat(cell), datetime.min.time()))
    elif cell.replace(".", "", 1).removeprefix("-").isdigit():
        sheet.write_number(row, column, float(cell))
    elif cell:
        sheet.write_string(row, column, cell)


def as_xml(data: str, *, book_says: str = "", formats: str = "") -> bytes:
    """A workbook whose one sheet has this `sheetData`."""
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="r" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}">{book_says}'
        '<sheets><sheet name="S" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="a" Type="{OFFICE}/worksheet" Target="s.xml"/>'
        f'<Relationship Id="b" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{SPREADSHEET}">{formats}</styleSheet>',
        "xl/s.xml": f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{data}</sheetData></worksheet>',
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def saved(folder: Path, data: bytes, name: str = "week.xlsx") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
