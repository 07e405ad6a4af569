"""A file nobody recognises is shown as it most likely is, and its encoding is never guessed."""

from __future__ import annotations

import pytest

from opsctl.core.errors import EmptyFile, NotATable, UndecidedEncoding
from opsctl.ingest.reading import Content, TextTable
from opsctl.ingest.reading.survey import survey
from tests.ingest.reading.reader import rows


def seen(export: str | bytes, encoding: str | None = None) -> TextTable:
    data = export.encode() if isinstance(export, str) else export
    return survey(Content("export.csv", data, "text"), encoding=encoding)


def test_the_most_regular_delimiter_and_the_first_full_line_are_shown() -> None:
    table = seen("Report, all\n\nday;a, b;c\n2025-01-05;1, 2;x\n2025-01-06;3;y, z\n")
    assert (table.delimiter, table.header, table.header_line) == (";", ("day", "a, b", "c"), 3)
    assert rows(table) == [("2025-01-05", "1, 2", "x"), ("2025-01-06", "3", "y, z")]


def test_a_single_column_is_shown() -> None:
    table = seen("channel\ndouyin\nkuaishou\n")
    assert (table.header, rows(table)) == (("channel",), [("douyin",), ("kuaishou",)])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_told_from_the_bytes(encoding: str) -> None:
    assert seen("日期,消耗\n2025-01-05,1\n".encode(encoding)).header == ("日期", "消耗")


def test_another_encoding_has_to_be_named() -> None:
    data = "日期,消耗\n2025-01-05,1\n".encode("gb18030")
    with pytest.raises(UndecidedEncoding) as refusal:
        seen(data)
    assert "gb18030" in dict(refusal.value.details)["possible"]
    assert seen(data, "gbk").header == ("日期", "消耗")


def test_what_is_no_table_is_refused_here_too() -> None:
    with pytest.raises(NotATable):
        seen("<html></html>")
    with pytest.raises(EmptyFile):
        seen("\n\n")


LINKEDIN = """Ad Performance Report (in UTC)
Report Start: September 21, 2026, 12:00 AM
Report End: September 22, 2026, 11:59 PM
Date Generated: September 23, 2026, 9:14 AM

"""


@pytest.mark.parametrize(
    "export", [LINKEDIN.encode("utf-16"), "渠道日报\n开始日期：2025-01-05\n结束日期：2025-01-06\n".encode()]
)
def test_a_report_of_remarks_alone_is_empty(export: bytes) -> None:
    with pytest.raises(EmptyFile) as refusal:
        seen(export)
    assert "no table below them" in refusal.value.sentence


@pytest.mark.parametrize(
    "export",
    [
        f"{LINKEDIN}Start Date\tTotal Spent\n",
        "time\n12:30\n13:30\n",
        "name\nfirst: a\nfirst: b\n",
        "name: city\nx: a, b\ny\n",
    ],
)
def test_remarks_with_anything_else_are_no_empty_report(export: str) -> None:
    assert seen(export).header
