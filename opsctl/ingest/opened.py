"""A file's bytes as cells, under a header that somebody claims, and as rows of the table that they become."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from opsctl.config.project import Source
from opsctl.config.settings import Settings
from opsctl.core.errors import DamagedFile, NoHeader
from opsctl.core.period import Period
from opsctl.ingest.account import Rejected
from opsctl.ingest.claim import Claim, Claims
from opsctl.ingest.convert import Converted, convert
from opsctl.ingest.reading import Content
from opsctl.ingest.workbook_cells import of_workbook
from opsctl.ingest.written import TOTAL, Raw, Written

if TYPE_CHECKING:
    from opsctl.ingest.reading import TextTable
    from opsctl.ingest.reading.content import Sheet
    from opsctl.ingest.reading.plain import PlainText


@dataclass(frozen=True)
class Read:
    """A file's cells with what reading them has already put aside."""

    raw: Raw
    rejected: tuple[Rejected, ...] = ()
    dropped: tuple[str, ...] = ()
    totals: tuple[tuple[str, ...], ...] = ()
    warnings: tuple[str, ...] = ()
    sheet: Sheet | None = None


def of_parquet(name: str, content: Content) -> Read:
    """A Parquet file's columns; its rows are numbered from 1.

    Raises:
        DamagedFile: It cannot be read to its end.
    """
    try:
        frame = pl.read_parquet(content.path or io.BytesIO(content.data))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _cut_off(name) from error
    cells = frame.rename({column: str(at) for at, column in enumerate(frame.columns)})
    lines = pl.int_range(1, frame.height + 1, eager=True)
    return Read(Raw(name, frame.columns, cells, lines, place=place_of(content)))


def columns_of_parquet(name: str, content: Content) -> Read:
    """A Parquet file's columns without their rows.

    Raises:
        DamagedFile: Its footer cannot be read.
    """
    try:
        schema = pl.read_parquet_schema(content.path or io.BytesIO(content.data))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _cut_off(name) from error
    cells = pl.DataFrame(schema={str(at): dtype for at, dtype in enumerate(schema.values())})
    return Read(Raw(name, list(schema), cells, pl.Series([], dtype=pl.Int64), place=place_of(content)))


def _cut_off(name: str) -> DamagedFile:
    return DamagedFile("the Parquet file cannot be read to its end", file=name, hint="export it again")


def place_of(content: Content) -> str:
    """A file's name below that of its folder: what patterns over names see, wherever the command was typed.

    Of a workbook's sheet it is the workbook's.
    """
    name = content.name if content.sheet is None else content.sheet.book
    return "/".join(Path(name).resolve().parts[-2:])


def of_text(
    name: str, content: Content, claims: Claims, source: Source | None, encoding: str | None = None
) -> tuple[Read, TextTable]:
    """A text file's cells under the header that somebody claims.

    Raises:
        UnknownFile: Nobody claims any of its lines as a header; the nearest and what differs are named.
    """
    from opsctl.ingest.reading.reader import read_text  # noqa: PLC0415 - columns that have types need none of it
    from opsctl.ingest.reading.survey import survey  # noqa: PLC0415 - nor of this

    encoding = encoding or (source.encoding if source else None)
    try:
        table = read_text(
            content,
            lambda header: claims.expects(header, source),
            names=claims.names,
            encoding=encoding,
            total_words=lambda header: claims.total_words(header, source),
        )
    except NoHeader:
        looks = survey(content, encoding=encoding)
        raise claims.refusal(looks.header, source, name, looks.header_line) from None
    has_points = content.sheet is not None and content.sheet.fractions
    units = [drop.cells for drop in table.dropped if drop.reason == "units" and len(drop.cells) >= len(table.header)]
    where = (_remarks(table), place_of(content), table.header_line, has_points, units)
    read = Read(
        raw=Raw(name, table.header, table.cells, table.lines, *where),
        rejected=tuple(Rejected(name, fault.line, "", fault.rule, fault.reason) for fault in table.rejected),
        dropped=tuple(drop.reason for drop in table.dropped),
        totals=tuple(drop.cells for drop in table.dropped if drop.reason == TOTAL),
        warnings=table.warnings,
        sheet=content.sheet,
    )
    return read, table


def plain_text_of(content: Content, claims: Claims, source: Source | None) -> PlainText | None:
    """A large text file that needs no care to be cut into cells, as far as its first lines show; else None."""
    from opsctl.ingest.reading.plain import plain_text  # noqa: PLC0415 - columns that have types need none of it

    encoding = source.encoding if source else None
    return plain_text(content, lambda header: claims.expects(header, source), claims.names, encoding)


def columns_of_text(name: str, content: Content, text: PlainText) -> Read:
    """A plain text's columns without their rows."""
    cells = pl.DataFrame(schema={str(at): pl.String for at in range(len(text.header))})
    lines = pl.Series([], dtype=pl.Int64)
    return Read(Raw(name, text.header, cells, lines, place=place_of(content), header_line=1))


def _remarks(table: TextTable) -> list[str]:
    """The lines above the header, without quotes and the delimiters that a spreadsheet puts behind them."""
    texts = [text for _, text in table.preamble]
    if not table.delimiter:
        return texts
    cells = (next(csv.reader([text], delimiter=table.delimiter), []) for text in texts)
    return [table.delimiter.join(line).rstrip(f"{table.delimiter} \t") for line in cells]


def typed_rows(
    read: Read, claim: Claim, source: Source | None, settings: Settings, asked: Period | None = None
) -> Converted:
    """The file's rows as rows of the table that claims it.

    Raises:
        DamagedFile: Ids of a workbook were rounded.
    """
    raw = read.raw if read.sheet is None else of_workbook(read.raw, claim, read.sheet)
    return convert(raw, way(raw, claim, source, settings), settings.project, asked)


def way(raw: Raw, claim: Claim, source: Source | None, settings: Settings) -> Written:
    zone = source.timezone if source and source.timezone else settings.project.timezone
    return Written(raw, claim, source, zone)
