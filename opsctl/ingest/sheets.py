"""What stands beside the data of a workbook: notes, pivots and hidden sheets are left out of it, and told."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from opsctl.core.errors import EmptyFile, NoHeader, OpsctlError, UnknownFile
from opsctl.core.personal import masked
from opsctl.ingest.loaded import Gathered
from opsctl.ingest.part import File
from opsctl.ingest.reading.content import Sheet
from opsctl.ingest.remarks import Note


def is_helper(refusal: OpsctlError) -> bool:
    """Is a sheet that was refused so no export at all, where another sheet of its workbook is one?"""
    is_near = isinstance(refusal, UnknownFile) and refusal.is_near
    return isinstance(refusal, UnknownFile | NoHeader | EmptyFile) and not is_near


@dataclass
class Sheets:
    """The sheets among the files of a run, by the names under which files are known."""

    of: dict[str, Sheet] = field(default_factory=dict)

    def add(self, file: File) -> None:
        """Remember a file that is one."""
        if file.content.sheet is not None:
            self.of[file.name] = file.content.sheet

    def beside_data(self, found: Gathered) -> Gathered:
        """Without the sheets that only stand beside those that are data.

        A sheet of which a mapping knows nearly all columns is no helper: it stays refused.
        """
        if not self.of:
            return found
        read = [*(part.account.file for part in found.parts), *found.passed]
        sheets = {name: self.of[name] for name in read if name in self.of}
        books = {sheet.book for sheet in sheets.values()}
        data = {sheet.book for sheet in sheets.values() if not sheet.is_pivot}
        pivots = {name for name, sheet in sheets.items() if sheet.is_pivot and sheet.book in data}
        helpers = {
            name
            for refusal in found.refused
            if (name := refusal.file or "") in self.of and self.of[name].book in books and is_helper(refusal)
        }
        return replace(
            found,
            parts=[part for part in found.parts if part.account.file not in pivots],
            refused=[refusal for refusal in found.refused if refusal.file not in helpers],
            notes=[*found.notes, *self._notes(pivots, helpers)],
        )

    def _notes(self, pivots: set[str], helpers: set[str]) -> list[Note]:
        """One note for each workbook of which something was left out."""
        reasons: dict[str, list[str]] = defaultdict(list)
        for why, names in (("sums up other rows", pivots), ("has no expected header", helpers)):
            for name in sorted(names):
                reasons[self._shown(name)].append(f"{masked(self.of[name].name)} ({why})")
        for name, sheet in sorted(self.of.items()):
            hidden = [f"{masked(one)} (hidden)" for one in sheet.hidden]
            if hidden and hidden[0] not in reasons[self._shown(name)]:
                reasons[self._shown(name)] += hidden
        return [
            Note("sheets_left_out", f"{book}: sheets left out: {', '.join(told)}")
            for book, told in sorted(reasons.items())
            if told
        ]

    @staticmethod
    def _shown(name: str) -> str:
        """The workbook's name as the user knows it."""
        return name.rpartition("/")[0]
