"""Bytes to text rows: what is really in a file, strictly, with everything that is no row named by its line.

What reads texts is imported when it is first asked for: files of typed columns need none of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from opsctl.ingest.reading.container import unpack
from opsctl.ingest.reading.content import Content

if TYPE_CHECKING:
    from opsctl.ingest.reading.reader import read_text
    from opsctl.ingest.reading.table import Drop, Fault, Recognise, TextTable
    from opsctl.ingest.reading.totals import TOTAL_WORDS

__all__ = ["TOTAL_WORDS", "Content", "Drop", "Fault", "Recognise", "TextTable", "read_text", "unpack"]

_MODULES = {"TOTAL_WORDS": "totals", "read_text": "reader"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    found = getattr(import_module(f"{__name__}.{_MODULES.get(name, 'table')}"), name)
    globals()[name] = found
    return found
