"""Bytes to text rows: what is really in a file, strictly, with everything that is no row named by its line."""

from opsctl.ingest.reading.container import Content, unpack
from opsctl.ingest.reading.reader import read_text
from opsctl.ingest.reading.survey import survey
from opsctl.ingest.reading.table import Drop, Fault, Recognise, TextTable
from opsctl.ingest.reading.totals import TOTAL_WORDS

__all__ = ["TOTAL_WORDS", "Content", "Drop", "Fault", "Recognise", "TextTable", "read_text", "survey", "unpack"]
