"""The bytes of one table, and what is known of them before they are read."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Literal

from opsctl.core.errors import DamagedFile
from opsctl.ingest.reading.signatures import LOOKED_AT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from opsctl.ingest.reading.sheets.grid import Merged

Kind = Literal["text", "parquet"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is known of a workbook's sheet before it is read.

    Attributes:
        book: The workbook's name.
        name: The sheet's.
        hidden: The names of the workbook's hidden sheets, which nobody reads.
        is_pivot: Whether it sums up other rows, as the names of its columns say.
        uncomputed: How many of its formulas have no result.
        hidden_rows: How many of its rows nobody sees who opens it.
        fractions: Whether numbers of it have a decimal point: those that are texts have none else.
        merged: Ranges of several rows that are shown as one cell, and hold what could be an amount.
    """

    book: str
    name: str
    hidden: tuple[str, ...]
    is_pivot: bool
    uncomputed: int
    hidden_rows: int
    fractions: bool
    merged: tuple[Merged, ...]


class Content:
    """The bytes of one table: a file, or one member of an archive, named "archive.zip/member.csv".

    A workbook is an archive of its sheets, named "book.xlsx/Sheet1", which come as separated cells. A Parquet file
    and a large text that lie on disk as they are have their `path`, and their bytes are read only when asked for.
    """

    __slots__ = ("_data", "kind", "name", "path", "sheet")

    def __init__(
        self, name: str, data: bytes | None, kind: Kind, path: Path | None = None, sheet: Sheet | None = None
    ) -> None:
        self.name = name
        self.kind: Kind = kind
        self.path = path
        self.sheet = sheet
        self._data = data

    @property
    def data(self) -> bytes:
        """The bytes, unpacked.

        Raises:
            DamagedFile: The file can no longer be read.
        """
        if self._data is not None or self.path is None:
            return self._data or b""
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise unreadable(error, self.name) from None

    @property
    def head(self) -> bytes:
        """The first bytes, by which its format is known.

        Raises:
            DamagedFile: The file can no longer be read.
        """
        with self._stream() as stream:
            return stream.read(LOOKED_AT)

    def lines(self) -> Iterator[bytes]:
        """The lines, each with its end.

        Raises:
            DamagedFile: The file can no longer be read.
        """
        with self._stream() as stream:
            yield from stream

    def _stream(self) -> IO[bytes]:
        if self._data is not None or self.path is None:
            return io.BytesIO(self._data or b"")
        try:
            return self.path.open("rb")
        except OSError as error:
            raise unreadable(error, self.name) from None

    def __repr__(self) -> str:
        return f"Content({self.name!r}, {self.kind!r})"


def unreadable(error: OSError, name: str) -> DamagedFile:
    """The refusal of a file that cannot be read, or no longer."""
    return DamagedFile(f"the file cannot be read: {error.strerror}", file=name)
