"""The process that opens a workbook: bytes in, the text of its sheets out, under limits that end it and nothing else.

python -m opsctl.ingest.reading.sheets.child < workbook
"""

from __future__ import annotations

import contextlib
import io
import json
import sys

from opsctl.core.errors import RefusedFile, TooLarge
from opsctl.ingest.reading.sheets import xls, xlsx
from opsctl.ingest.reading.signatures import OLE2

MEMORY = 1024**3  # bytes of address space
SECONDS = 60  # of computing


def main() -> None:
    """Answer with one line of JSON that says what follows: the sheets with their sizes, or the refusal."""
    _limit()
    data = sys.stdin.buffer.read()
    try:
        told, texts = _sheets(data)
    except RefusedFile as refusal:
        told, texts = {"refused": [refusal.code, refusal.sentence, refusal.hint]}, []
    except MemoryError:
        refused = TooLarge("the workbook needs more memory than an export should", hint="save it as CSV UTF-8")
        told, texts = {"refused": [refused.code, refused.sentence, refused.hint]}, []
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
    for text in texts:
        sys.stdout.buffer.write(text)


def _sheets(data: bytes) -> tuple[dict[str, object], list[bytes]]:
    told: list[tuple[object, ...]] = []
    texts: list[bytes] = []
    for sheet in xls.sheets(data) if data.startswith(OLE2) else xlsx.sheets(io.BytesIO(data)):
        text = sheet.text.encode("utf-8", "replace")
        more = (sheet.uncomputed, sheet.hidden_rows, sheet.fractions, sheet.merged)
        told.append((sheet.name, sheet.hidden, *more, len(text)))
        texts.append(text)
    return {"sheets": told}, texts


def _limit() -> None:
    """Where the platform can hold a process to limits, do; everywhere the parent holds it to the clock."""
    try:
        import resource  # noqa: PLC0415 - not everywhere
    except ImportError:
        return
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    main()
