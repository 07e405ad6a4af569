"""What a file's name says of it; what it really is, its bytes say."""

from __future__ import annotations

TABLES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson")
WORKBOOKS = (".xlsx", ".xlsm", ".xls")
OTHER_TABLES = (".xlsb", ".ods", ".et", ".numbers")  # which are not read
OTHER_PACKED = (".rar", ".7z", ".tar", ".tgz", ".xz", ".zst", ".bz2")  # nor are these
_PAGES = (".html", ".htm", ".xml", ".pdf")


def may_hold_rows(name: str) -> bool:
    """Is a file named like what may hold rows, too, and is not read?"""
    return name.lower().endswith((*OTHER_TABLES, *OTHER_PACKED, *_PAGES))
