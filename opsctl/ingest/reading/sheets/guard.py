"""A workbook's bytes become the texts of its sheets: looked at first, then read by a process that may fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import opsctl
from opsctl.core.errors import DamagedFile, TooLarge, every_error
from opsctl.ingest.reading.sheets.grid import Merged
from opsctl.ingest.reading.sheets.package import AGAIN

LARGEST = 128 * 1024**2  # bytes, packed
SECONDS = 60.0  # a workbook of a million cells takes some four; a busy machine takes longer
_CHILD = "opsctl.ingest.reading.sheets.child"


@dataclass(frozen=True, slots=True)
class SheetText:
    """One sheet: its cells as text, and what `grid.Sheet` says of it."""

    name: str
    hidden: bool
    uncomputed: int
    hidden_rows: int
    fractions: bool
    merged: tuple[Merged, ...]
    data: bytes


def sheets_of(data: bytes, name: str) -> list[SheetText]:
    """The sheets of a workbook in their order.

    Raises:
        RefusedFile: It is broken, too large, or no workbook; what reads it died or took too long.
    """
    if len(data) > LARGEST:
        raise TooLarge(f"a workbook of more than {LARGEST // 1024**2} MB", file=name, hint="save it as CSV UTF-8")
    told, _, texts = _asked(data, name).partition(b"\n")
    answer = json.loads(told)
    if "refused" in answer:
        code, sentence, hint = answer["refused"]
        raise every_error()[code](sentence, file=name, hint=hint)
    found: list[SheetText] = []
    at = 0
    for sheet, is_hidden, uncomputed, hidden_rows, fractions, merged, size in answer["sheets"]:
        ranges = tuple(Merged(*one) for one in merged)
        text = texts[at : at + size]
        found.append(SheetText(sheet, is_hidden, uncomputed, hidden_rows, fractions, ranges, text))
        at += size
    return found


def _asked(data: bytes, name: str) -> bytes:
    """What the process that reads workbooks answers.

    Raises:
        DamagedFile: It died.
        TooLarge: It did not come to an end.
    """
    command = [sys.executable, "-P", "-m", _CHILD]
    found_here = str(Path(opsctl.__file__).parents[1])
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": found_here},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    ) as reader:
        try:
            answer, _ = reader.communicate(data, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise TooLarge(
                f"the workbook could not be read within {SECONDS:.0f} seconds", file=name, hint="save it as CSV UTF-8"
            ) from None
        finally:
            reader.kill()
    if reader.returncode or not answer:
        raise DamagedFile("the workbook makes what reads it fail", file=name, hint=AGAIN)
    return answer
