"""What a reader must know of the data before trusting a figure: refused files, rejected rows, broken totals."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from opsctl.ingest.account import Input
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.remarks import Note

SHOWN = 5
CUT_OFF = "OPS214"


def findings(loaded: Loaded) -> list[Note]:
    """One note per refused file, per rule that rows of a file broke, per total that does not agree, and for codes."""
    refused = [Note(error.code, f"{error.place}: {error.sentence}") for error in loaded.refused]
    return [*refused, *findings_of(loaded.inputs), *([loaded.unknown_codes] if loaded.unknown_codes else [])]


def findings_of(accounts: Sequence[Input]) -> list[Note]:
    """One note per rule that more rows broke than may, per total that does not agree, and per file that was cut off."""
    rejected = [note for account in accounts if not account.rejects_are_allowed for note in _rejected(account)]
    totals = [
        Note(
            "OPS111",
            f"{account.file}: {control.column}: {control.told}",
        )
        for account in accounts
        for control in account.control
        if not control.ok
    ]
    cut_off = [Note(CUT_OFF, f"{account.file}: {told}") for account in accounts if (told := account.cut_off)]
    return [*rejected, *totals, *cut_off]


def _rejected(account: Input) -> list[Note]:
    def rule(row: object) -> tuple[str, str, str]:
        return row.code, row.column, row.reason  # type: ignore[attr-defined]  # rows of one account

    notes: list[Note] = []
    for (code, column, reason), group in groupby(sorted(account.rejected, key=rule), rule):
        lines = [row.line for row in group]
        more = f" and {len(lines) - SHOWN:,} more" if len(lines) > SHOWN else ""
        where = ", ".join(map(str, lines[:SHOWN]))
        of = f"column {column}: " if column else ""
        rows = "row" if len(lines) == 1 else "rows"
        notes.append(Note(code, f"{account.file}: {len(lines):,} {rows} rejected: {of}{reason} (line {where}{more})"))
    return notes
