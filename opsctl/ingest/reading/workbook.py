"""A workbook as an archive of its sheets."""

from __future__ import annotations

import re

from opsctl.core.errors import EmptyFile
from opsctl.core.personal import masked
from opsctl.ingest.reading.content import Content, Sheet
from opsctl.ingest.reading.kinds import is_number
from opsctl.ingest.reading.sheets.grid import DELIMITER

_NAMES = 64 * 1024  # bytes of a sheet among which those of its columns are
_UNFIT = re.compile(r"[/\\]")
_PIVOT = re.compile(
    "(?:求和项|计数项|平均值项|最大值项|最小值项)[:：]|(?:sum|count|average|max|min) of ", re.IGNORECASE
)


def sheets_in(data: bytes, name: str) -> list[Content]:
    """The sheets of a workbook that are shown and hold anything.

    Raises:
        RefusedFile: It cannot be read, or nothing is there to read.
    """
    from opsctl.ingest.reading.sheets.guard import sheets_of  # noqa: PLC0415 - few exports are workbooks

    found = sheets_of(data, name)
    hidden = tuple(one.name for one in found if one.hidden)
    filled = [one for one in found if one.data]
    if not filled:
        raise EmptyFile(
            "no sheet of the workbook that is shown holds anything",
            file=name,
            details=(("hidden sheets", masked(", ".join(hidden))),) if hidden else (),
            hint="export it again; show a hidden sheet to have it read",
        )
    contents: dict[str, Content] = {}
    for one in filled:
        label = _UNFIT.sub("_", one.name).strip(". ") or "sheet"
        while label in contents:
            label += "_"
        told = (one.uncomputed, one.hidden_rows, one.fractions, one.merged)
        sheet = Sheet(name, one.name, hidden, _is_pivot(one.data), *told)
        contents[label] = Content(f"{name}/{label}", one.data, "text", sheet=sheet)
    return list(contents.values())


def _is_pivot(data: bytes) -> bool:
    """Whether the names of a sheet's columns say that it sums up another."""
    lines = (line.split(DELIMITER) for line in data[:_NAMES].decode("utf-8", "replace").split("\n"))
    headers = (cells for cells in lines if sum(map(bool, cells)) > 1 and not any(map(is_number, cells)))
    return any(any(map(_PIVOT.match, cells)) for cells in headers)
