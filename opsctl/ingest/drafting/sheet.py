"""An unknown file as drafting sees it: its columns with their natures, and what stands around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

import polars as pl

from opsctl.core.naming import fold
from opsctl.ingest.drafting.nature import Look, looks
from opsctl.ingest.reading.names import WORKBOOKS


@dataclass(frozen=True)
class Sheet:
    """One file that nothing claims.

    Args:
        name: The file, as the user named it.
        header: Its columns' names.
        cells: Its rows as texts, one column per name, called "0", "1", ….
        preamble: The lines above the header.
    """

    name: str
    header: Sequence[str]
    cells: pl.DataFrame
    preamble: Sequence[str] = ()

    @property
    def file(self) -> str:
        """The file's name; of a workbook's sheet, the workbook's."""
        path = PurePosixPath(self.name)
        return path.parent.as_posix() if path.parent.suffix.lower() in WORKBOOKS else self.name

    @property
    def title(self) -> str:
        """What it is called, without its folder; of a workbook's sheet, the workbook's name before its own."""
        return self.name.removeprefix(self.file.rpartition("/")[0]).lstrip("/")

    @cached_property
    def looks(self) -> tuple[Look, ...]:
        """All its columns."""
        return tuple(looks(self.header, self.cells))

    @cached_property
    def usable(self) -> tuple[Look, ...]:
        """The columns that a mapping can name: those with a name, and with a name of their own."""
        times = Counter(map(fold, self.header))
        return tuple(look for look in self.looks if times[fold(look.name)] == 1 and fold(look.name))

    def column(self, look: Look) -> pl.Series:
        """The cells of a column."""
        return self.cells[str(look.at)]
