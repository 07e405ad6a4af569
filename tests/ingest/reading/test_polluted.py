"""The polluted exports that lie beside the checkout: every one is read right or refused, none is silently wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from opsctl.core.errors import OpsctlError
from opsctl.ingest.reading import TextTable, read_text, unpack
from opsctl.ingest.reading.survey import survey
from tests.ingest.reading.reader import dropped, header_of, rejected, rows

pytestmark = pytest.mark.shared
COLUMNS = ["日期", "渠道", "消耗", "激活数"]
BROKEN_LINES = {
    "008_truncated_utf8.csv": [(5, "OPS207")],
    "062_extra_cells.csv": [(4, "OPS201")],
    "063_short_row.csv": [(4, "OPS201")],
    "073_nul_bytes.csv": [(2, "OPS207")],
}
REFUSED = [
    ("070_empty.csv", "OPS104"),
    ("072_bom_only.csv", "OPS104"),
    ("074_xlsx_named_csv.csv", "OPS101"),
    ("108_no_header.csv", "OPS106"),
]


def cases(folder: Path) -> list[dict[str, Any]]:
    expected: list[dict[str, Any]] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return expected


def table_in(path: Path, columns: list[str]) -> TextTable:
    recognise, names = header_of(columns)
    [content] = unpack(path)
    return read_text(content, recognise, names=names)


@pytest.mark.parametrize("folder", ["cn", "csv-spectrum"])
def test_every_polluted_table_is_read_as_it_should_be(shared: Path, folder: str) -> None:
    wrong = []
    for case in cases(shared / "polluted" / folder):
        if case["kind"] == "table":
            table = table_in(shared / "polluted" / folder / case["file"], case["header"])
            right = [list(row) for row in rows(table)] == case["rows"] and list(table.header) == case["header"]
            if not right or table.rejected:
                wrong.append(case["file"])
    assert wrong == []


def test_every_broken_export_is_refused_or_loses_just_its_broken_row(shared: Path) -> None:
    folder = shared / "polluted" / "cn"
    broken, refused = {}, []
    for case in cases(folder):
        if case["kind"] == "error":
            try:
                broken[case["file"]] = rejected(table_in(folder / case["file"], COLUMNS))
            except OpsctlError as refusal:
                refused.append((case["file"], refusal.code))
    assert broken == BROKEN_LINES
    assert refused == REFUSED


def test_google_ads_totals_are_known_by_their_label_in_any_column(shared: Path) -> None:
    [content] = unpack(shared / "exports/google_ads/search_keyword_utf16_cad.csv")
    table = survey(content)
    assert (table.encoding, table.delimiter, table.header_line, table.cells.height) == ("utf-16-le", "\t", 3, 17)
    assert dropped(table) == [(line, "total") for line in range(21, 31)]


def test_a_total_of_one_cell_too_many_is_a_total(shared: Path) -> None:
    [content] = unpack(shared / "exports/ga4/exploration_user_explorer.csv")
    table = survey(content)
    assert (table.cells.height, table.rejected, dropped(table)[0]) == (3, (), (8, "total"))


STACKED = "exports/ga4/data_export_20230424.csv"


def test_the_first_of_many_stacked_tables_is_not_mixed_with_the_others(shared: Path) -> None:
    [content] = unpack(shared / STACKED)
    table = survey(content)
    assert (table.header, table.cells.height, table.rejected) == (("Nth day", "Users"), 28, ())
    assert {reason for _, reason in dropped(table)} == {"another table"}


@pytest.mark.parametrize(
    ("columns", "line", "height"),
    [
        ("Nth day,Users", 9, 28),
        ("Nth day,New users", 41, 28),
        ("Nth day,Total revenue", 105, 0),
        ("First user default channel group,New users", 111, 2),
        ("Country,Users", 131, 1),
        ("Nth day,30 days,7 days,1 day", 137, 28),
        ("Date,Week 0,Week 1,Week 2,Week 3,Week 4,Week 5", 170, 6),
        ("Platform,Conversions", 209, 0),
    ],
)
def test_each_of_many_stacked_tables_can_be_had(shared: Path, columns: str, line: int, height: int) -> None:
    table = table_in(shared / STACKED, columns.split(","))
    assert (table.header_line, table.cells.height, table.rejected) == (line, height, ())
    assert table.read == 145  # 15 headers and 131 rows, but for its own header


def test_a_file_of_bare_carriage_returns_has_all_its_rows(shared: Path) -> None:
    [content] = unpack(shared / "exports/data/KAG_conversion_canonical_CR_line_ends.csv")
    assert survey(content).cells.shape == (1143, 11)


def test_orders_come_out_the_same_in_another_encoding(shared: Path) -> None:
    [content] = unpack(shared / "exports/tmall/tmall_order_report.csv")
    recognise, names = header_of(survey(content).header)
    plain = read_text(content, recognise, names=names)
    transcoded = type(content)("export.csv", content.data.decode().encode("gb18030"), "text")
    again = read_text(transcoded, recognise, names=names)
    assert plain.cells.height == 28_010
    assert (again.encoding, again.cells.equals(plain.cells)) == ("gb18030", True)


@pytest.mark.parametrize("name", ["cookie_cats_is_html.csv", "online_retail_II_lfs_pointer.xlsx"])
def test_what_only_calls_itself_a_table_is_refused(shared: Path, name: str) -> None:
    with pytest.raises(OpsctlError):
        unpack(shared / "exports/broken" / name)
