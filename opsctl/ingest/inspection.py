"""What opsctl sees in one file, for `opsctl inspect`: read as loading would read it, and kept nowhere."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from opsctl.config.settings import Settings
from opsctl.core import money
from opsctl.core.errors import BadOption, NoHeader, OpsctlError, RefusedFile, UnknownFile
from opsctl.core.naming import fold
from opsctl.core.personal import masked
from opsctl.ingest.account import Control
from opsctl.ingest.claim import Claims
from opsctl.ingest.contract import INCOMPLETE, broken
from opsctl.ingest.opened import of_parquet, of_text
from opsctl.ingest.part import account_of, rows_of
from opsctl.ingest.reading import Content, TextTable, read_text, unpack
from opsctl.ingest.reading.survey import survey
from opsctl.ingest.written import Raw
from opsctl.schemas import tables
from opsctl.schemas.kinds import SCALED
from opsctl.schemas.table import columns


@dataclass
class Seen:
    """One file as it was seen; `rows` are its cells, or with `typed` the rows of the table they become."""

    file: str
    encoding: str | None = None
    delimiter: str | None = None
    mapping: str | None = None
    header: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    rejected: list[tuple[int, str]] = field(default_factory=list)
    dropped: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    control: Sequence[Control] = ()
    refused: OpsctlError | None = None

    def as_json(self) -> dict[str, Any]:
        """The object that `opsctl inspect --json` prints."""
        refused = self.refused
        return {
            "file": self.file,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "mapping": self.mapping,
            "header": list(self.header),
            "rows": [list(row) for row in self.rows],
            "rejected": [{"line": line, "reason": reason} for line, reason in sorted(self.rejected)],
            "dropped": [{"line": line, "reason": reason} for line, reason in sorted(self.dropped)],
            "warnings": self.warnings,
            "control": [control.as_json() for control in self.control],
            "refused": refused and {"code": refused.code, "line": refused.line, "message": refused.sentence},
        }


@dataclass(frozen=True)
class Look:
    """How to look: at the header that `expect` names, or as loading would; as cells, or typed."""

    settings: Settings
    expect: str | None = None
    encoding: str | None = None
    typed: bool = False


def see(path: Path, look: Look) -> Seen:
    """Look into a file. A refusal is part of what is seen.

    Of an archive the first member is shown, of a workbook the first sheet that is expected.
    """
    name = masked(path.as_posix())
    try:
        contents = unpack(path)
    except RefusedFile as refusal:
        return Seen(name, refused=refusal)
    if contents[0].sheet is not None:
        return _see_sheet(name, contents, path, look)
    seen = Seen(name)
    if others := contents[1:]:
        seen.warnings.append(f"the archive holds {len(others)} more: {', '.join(one.name for one in others)}")
    return _seen(seen, contents[0], path, look)


def _see_sheet(name: str, contents: Sequence[Content], path: Path, look: Look) -> Seen:
    tried = ((one, _seen(Seen(name + masked(one.name.removeprefix(str(path)))), one, path, look)) for one in contents)
    first = next(tried)
    content, seen = first if first[1].refused is None else next((one for one in tried if not one[1].refused), first)
    seen.encoding = seen.delimiter = None  # a workbook has neither
    others = [one.sheet.name for one in contents if one.sheet is not None and one is not content]
    if others:
        seen.warnings.append(f"the workbook holds {len(others)} more: {masked(', '.join(others))}")
    if content.sheet and content.sheet.hidden:
        seen.warnings.append(f"not read, since they are hidden: {masked(', '.join(content.sheet.hidden))}")
    return seen


def _seen(seen: Seen, content: Content, path: Path, look: Look) -> Seen:
    try:
        _look_at(seen, content, path, look)
    except RefusedFile as refusal:
        seen.refused = refusal
    return seen


def _look_at(seen: Seen, content: Content, path: Path, look: Look) -> None:
    if content.kind == "parquet" and look.expect is not None:
        _show_expected_parquet(seen, content, look.expect)
    elif content.kind == "parquet":
        _show_claimed(seen, content, path, look)
    elif look.expect is None:
        try:
            _show_claimed(seen, content, path, look)
        except (UnknownFile, NoHeader):
            _show_unknown(seen, content, path, look)
    else:
        names = expected(look.expect)
        keys = Counter(map(_key, names))
        table = read_text(
            content,
            lambda header: keys <= Counter(map(_key, header)),
            names=[fold(name) for name in names],
            encoding=look.encoding,
        )
        _show(seen, table)


def _show_expected_parquet(seen: Seen, content: Content, expect: str) -> None:
    raw = of_parquet(seen.file, content).raw
    _show_cells(seen, raw)
    if not Counter(map(_key, expected(expect))) <= Counter(map(_key, raw.header)):
        raise NoHeader(
            "the file does not have the expected columns",
            file=seen.file,
            details=(("the file has", ", ".join(raw.header)),),
            hint="compare them with --expect",
        )


def _show_cells(seen: Seen, raw: Raw) -> None:
    seen.header = raw.header
    seen.rows = [[None if cell is None else str(cell) for cell in row] for row in raw.cells.rows()]


def expected(record: str) -> list[str]:
    """The column names of one CSV record.

    Raises:
        BadOption: It is empty, or more than one record.
    """
    records = list(csv.reader(io.StringIO(record, newline="")))
    if len(records) != 1 or not any(records[0]):
        raise BadOption("--expect wants one CSV record of column names", hint="such as --expect 日期,渠道,消耗")
    return records[0]


def _key(name: str) -> str:
    """A name without its blanks too: a header may be broken over two lines."""
    return fold(name).replace(" ", "")


def _show(seen: Seen, table: TextTable) -> None:
    seen.encoding = table.encoding
    seen.delimiter = table.delimiter
    seen.header = table.header
    seen.rows = table.cells.rows()
    seen.rejected += [(fault.line, fault.reason) for fault in table.rejected]
    seen.dropped += [(drop.line, drop.reason) for drop in table.dropped]
    seen.warnings += table.warnings


def _show_claimed(seen: Seen, content: Content, path: Path, look: Look) -> None:
    """As loading reads it: rows that its table would reject are rejected here.

    A contract that the file does not keep is told and hides nothing: whoever looks wants to see why.
    """
    claims = Claims(look.settings)
    source = claims.sources.of(path)
    if content.kind == "parquet":
        read = of_parquet(seen.file, content)
        _show_cells(seen, read.raw)
    else:
        read, table = of_text(seen.file, content, claims, source, look.encoding)
        _show(seen, table)
    claim = claims.of(read.raw.header, source, seen.file, read.raw.cells)
    seen.mapping = claim.name
    converted = rows_of(read, claim, source, look.settings)
    kept = set(converted.frame["line"])
    seen.rejected += [(row.line, f"{row.column}: {row.reason}") for row in converted.rejected]
    seen.dropped += converted.dropped
    seen.rows = [row for row, line in zip(seen.rows, read.raw.lines, strict=True) if line in kept]
    seen.warnings += converted.notes
    if claim.unused:
        seen.warnings.append(f"nothing reads {', '.join(claim.unused)}")
    contract = look.settings.project.contract_of(source)
    account = account_of(read, claim, converted, source, look.settings)
    seen.control = account.control
    seen.warnings += [told for told in (account.cut_off, INCOMPLETE if account.incomplete else "") if told]
    if (refusal := broken(read.raw, claim, account, contract)) is not None:
        seen.warnings.append(f"loading refuses the file: {refusal.code} {refusal.sentence}")
    if look.typed:
        given = [name for name in converted.frame.columns if name in converted.supplied or name == "currency"]
        seen.header = given
        seen.rows = _texts(converted.frame.select(given), claim.table)


def _texts(frame: pl.DataFrame, table: str) -> list[list[str | None]]:
    """Typed values as texts; amounts with their four decimals."""
    kinds = columns(tables()[table])
    exact = {at for at, name in enumerate(frame.columns) if name in kinds and kinds[name].kind in SCALED}
    return [
        [None if cell is None else money.text(cell) if at in exact else str(cell) for at, cell in enumerate(row)]
        for row in frame.iter_rows()
    ]


def _show_unknown(seen: Seen, content: Content, path: Path, look: Look) -> None:
    """Nobody claims it: what it looks like, and what the nearest mapping misses."""
    table = survey(content, encoding=look.encoding)
    _show(seen, table)
    claims = Claims(look.settings)
    seen.refused = claims.refusal(table.header, claims.sources.of(path), seen.file, table.header_line)
