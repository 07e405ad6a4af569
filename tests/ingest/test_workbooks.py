"""Workbooks are exports like others: each sheet that is expected is a file of its own, and nothing is counted twice."""

from __future__ import annotations

import time
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from opsctl.ingest.load import load
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.reading import read_text, unpack
from opsctl.ingest.sources import files
from opsctl.ingest.values import Style, type_column
from opsctl.schemas.kinds import Kind
from tests.ingest.books import as_xml, book, put, rows, saved
from tests.ingest.exports import project

HEAD = "时间-天,单元名称,消耗(元),展示数,点击数,转化数"
DATA = rows(
    "单元日报",
    HEAD,
    "2025-01-06,拉新-A,100.5,1200,240,48",
    "2025-01-07,拉新-A,90,1000,200,40",
    "合计,-,190.5,2200,440,88",
)
MORE = rows(HEAD, "2025-01-08,拉新-A,80,900,180,30")
NOTES = rows("说明", "数据来自后台")


def loaded(folder: Path, data: bytes, name: str = "week.xlsx") -> Loaded:
    saved(folder, data, name)
    chosen = project(folder)
    return load(files([folder], chosen), chosen)


def told(found: Loaded) -> list[str]:
    return [note.text for note in found.notes if note.code == "sheets_left_out"]


def spend(found: Loaded) -> list[tuple[Any, ...]]:
    frame = found.tables["spend"].collect().sort("day")
    return [(str(day), amount) for day, amount in frame.select("day", "spend").rows()]


def test_a_sheet_is_read_as_a_text_would_be(tmp_path: Path) -> None:
    found = loaded(tmp_path, book({"数据": DATA}))
    assert spend(found) == [("2025-01-06", 1_005_000), ("2025-01-07", 900_000)]
    [account] = found.inputs
    assert Path(account.file).parts[-2:] == ("week.xlsx", "数据")
    assert account.dropped == {"total": 1}
    assert not found.has_findings


def test_what_a_sheet_is_called_by_its_name_does_not_matter(tmp_path: Path) -> None:
    assert spend(loaded(tmp_path, book({"数据": DATA}), "week.csv")) == [
        ("2025-01-06", 1_005_000),
        ("2025-01-07", 900_000),
    ]


def test_two_sheets_that_are_expected_are_two_tables(tmp_path: Path) -> None:
    found = loaded(tmp_path, book({"1月上": DATA, "1月下": MORE}))
    assert [day for day, _ in spend(found)] == ["2025-01-06", "2025-01-07", "2025-01-08"]
    assert (len(found.inputs), told(found)) == (2, [])


def test_helper_and_hidden_sheets_are_left_out_and_told(tmp_path: Path) -> None:
    def hidden(sheet: Any, made: Any) -> None:
        DATA(sheet, made)
        sheet.hide()

    found = loaded(tmp_path, book({"数据": DATA, "说明": NOTES, "旧": hidden}))
    assert (len(spend(found)), found.refused) == (2, [])
    [note] = told(found)
    assert note.endswith("week.xlsx: sheets left out: 说明 (has no expected header), 旧 (hidden)")


def test_a_sheet_that_nearly_is_one_of_the_data_is_no_helper(tmp_path: Path) -> None:
    renamed = rows(HEAD.replace("消耗(元)", "总消耗"), "2025-01-08,拉新-A,80,900,180,30")
    found = loaded(tmp_path, book({"数据": DATA, "二月": renamed}))
    assert [refusal.code for refusal in found.refused] == ["OPS102"]
    assert told(found) == []


def test_a_workbook_without_anything_expected_is_refused(tmp_path: Path) -> None:
    found = loaded(tmp_path, book({"说明": NOTES}))
    assert [refusal.code for refusal in found.refused] == ["OPS102"]


def test_a_pivot_beside_its_rows_is_not_counted_again(tmp_path: Path) -> None:
    head = "日期,视频BVID,求和项:总花费,求和项:展示量,求和项:点击量"
    pivot = rows(head, "2025-01-06,BV1xx411c7mD,2100,84000,1680", "总计,,2100,84000,1680")
    plain = rows("日期,视频BVID,花费,展示量,点击量", "2025-01-06,BV1xx411c7mD,2100,84000,1680")
    both = loaded(tmp_path, book({"透视": pivot, "数据": plain}))
    assert spend(both) == [("2025-01-06", 21_000_000)]
    assert told(both)[0].endswith("sheets left out: 透视 (sums up other rows)")
    (tmp_path / "alone").mkdir()
    assert spend(loaded(tmp_path / "alone", book({"透视": pivot}))) == [("2025-01-06", 21_000_000)]


def test_merged_headers_and_merged_days_are_those_of_all_their_cells(tmp_path: Path) -> None:
    def write(sheet: Any, made: Any) -> None:
        for column, name in enumerate(HEAD.split(",")):
            if column < 2:
                sheet.merge_range(0, column, 1, column, name)
            else:
                sheet.write(1, column, name)
        sheet.merge_range(0, 2, 0, 5, "数据")
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        sheet.merge_range(2, 0, 3, 0, "", day)
        sheet.write_datetime(2, 0, date(2025, 1, 6), day)
        for row, cells in enumerate(["拉新-A,100.5,1200,240,48", "拉新-B,90,1000,200,40"]):
            for column, cell in enumerate(cells.split(","), start=1):
                put(sheet, 2 + row, column, cell)

    assert spend(loaded(tmp_path, book({"数据": write}))) == [("2025-01-06", 1_005_000), ("2025-01-06", 900_000)]


def test_a_merged_id_is_that_of_all_its_rows_and_a_merged_amount_counts_once(tmp_path: Path) -> None:
    def write(sheet: Any, _: Any) -> None:
        rows("day,channel,spend,impressions", "2025-01-06,,10,", "2025-01-07,,20,", "2025-01-08,1002,30,5")(sheet, None)
        sheet.merge_range(1, 1, 2, 1, 1001)
        sheet.merge_range(1, 3, 2, 3, 300)

    found = loaded(tmp_path, book({"S": write}))
    kept = found.tables["spend"].collect().sort("day").select("channel", "impressions").rows()
    assert kept == [("1001", 300), ("1001", None), ("1002", 5)]
    assert any("2 merged cells hold a number" in note.text for note in found.notes)


def test_an_amount_that_is_shown_in_dollars_is_none_in_yuan(tmp_path: Path) -> None:
    def write(sheet: Any, made: Any) -> None:
        rows("day,channel,spend", "2025-01-06,A")(sheet, made)
        sheet.write_number(1, 2, 12.5, made.add_format({"num_format": "[$$-409]#,##0.00"}))

    [refusal] = loaded(tmp_path, book({"S": write})).refused
    assert (refusal.code, refusal.column) == ("OPS108", "spend")


def test_numbers_of_a_workbook_have_decimal_points_whatever_texts_have(tmp_path: Path) -> None:
    def write(sheet: Any, made: Any) -> None:
        rows("day,channel,spend,conversions", "2025-01-06,A", "2025-01-07,A")(sheet, made)
        sheet.write_column(1, 2, [7.125, 3])
        sheet.write_column(1, 3, [1.333, 2.667])

    found = loaded(tmp_path, book({"S": write}))
    assert found.tables["spend"].collect().sort("day").select("spend", "conversions").rows() == [
        (71_250, 13_330),
        (30_000, 26_670),
    ]
    (tmp_path / "text").mkdir()
    mixed = rows("day,channel,spend,conversions", "2025-01-06,A,7.125,2", "2025-01-07,A,,1")

    def text(sheet: Any, made: Any) -> None:
        mixed(sheet, made)
        sheet.write_string(2, 2, "12,5")

    assert [refusal.code for refusal in loaded(tmp_path / "text", book({"S": text})).refused] == ["OPS122"]


def test_quotes_in_cells_of_a_workbook_are_text(tmp_path: Path) -> None:
    export = rows("day,channel,campaign,spend", *(f"2025-01-0{day},A,'brand',{day}" for day in range(1, 8)))
    found = loaded(tmp_path, book({"S": export}))
    assert set(found.tables["spend"].collect()["campaign"]) == {"'brand'"}


@pytest.mark.parametrize("names", [("Jan", "Jan."), ("1月", "1月 ")])
def test_sheets_of_nearly_one_name_are_two(tmp_path: Path, names: tuple[str, str]) -> None:
    first, second = (rows("day,channel,spend", f"2025-01-0{day},A,1") for day in (1, 2))
    assert len(spend(loaded(tmp_path, book(dict(zip(names, (first, second), strict=True)))))) == 2


def test_many_merged_cells_take_no_time(tmp_path: Path) -> None:
    def write(sheet: Any, made: Any) -> None:
        rows("day,channel,spend,clicks")(sheet, made)
        for row in range(1, 20_001):
            sheet.write_row(row, 0, ["2025-01-06", f"c{row}", 1])
        for row in range(1, 20_001, 2):
            sheet.merge_range(row, 3, row + 1, 3, 7)

    data = book({"S": write})
    began = time.process_time()
    found = loaded(tmp_path, data)
    assert (found.inputs[0].accepted, time.process_time() - began < 20) == (20_000, True)


def test_what_nobody_sees_in_a_sheet_is_said(tmp_path: Path) -> None:
    def write(sheet: Any, made: Any) -> None:
        DATA(sheet, made)
        sheet.set_row(2, None, None, {"hidden": True})

    found = loaded(tmp_path, book({"数据": write}))
    assert len(spend(found)) == 2
    assert any("1 hidden row is read like all others" in note.text for note in found.notes)


def test_a_percentage_is_what_is_shown_and_never_a_hundred_times_it(tmp_path: Path) -> None:
    def write(sheet: Any, made: Any) -> None:
        rows("日期,留存率", "2025-01-06", "2025-01-07")(sheet, None)
        for row in (1, 2):
            sheet.write_number(row, 1, 0.0413, made.add_format({"num_format": "0.0%"}))

    [content] = unpack(saved(tmp_path, book({"S": write})))
    table = read_text(content, lambda cells: "留存率" in cells)
    for unit in ("percent", "ratio", None):
        style = Style(nulls=frozenset(), zone="UTC", unit=unit)
        assert type_column(table.cells["1"], Kind.NUMBER, style, name="x").values.to_list() == [0.0413, 0.0413]


def test_ids_that_excel_has_rounded_refuse_the_file(tmp_path: Path) -> None:
    ids = rows("user,acquired_at,channel")

    def write(sheet: Any, made: Any) -> None:
        ids(sheet, made)
        for row, user in enumerate([729222800168123456, 729222800168123457], start=1):
            sheet.write_number(row, 0, user)
            sheet.write_row(row, 1, ["2025-01-06 10:00:00", "A"])

    found = loaded(tmp_path, book({"S": write}))
    [refusal] = found.refused
    assert (refusal.code, refusal.line) == ("OPS107", 2)
    assert "729222800168123" not in "".join(refusal.lines())


@pytest.mark.parametrize(
    ("dates", "texts", "is_refused"),
    [
        (("2025-05-01", "2025-12-01"), ("13/01/2025", "31/01/2025 08:00"), True),  # written day first
        (("2025-05-01", "2025-12-01"), ("1/13/2025",), True),  # written month first
        (("2025-05-01", "2025-12-13"), ("13/01/2025",), False),  # dates as they should be
        (("2025-05-01", "2025-12-01"), ("13/01/2025", "11/01/2025"), False),  # text that could have become a date
        (("2025-05-01", "2025-12-01"), ("2025/1/13",), False),
    ],
)
def test_days_that_were_taken_for_months_refuse_the_file(
    tmp_path: Path,
    dates: tuple[str, ...],
    texts: tuple[str, ...],
    is_refused: bool,  # noqa: FBT001 - a case
) -> None:
    export = rows("day,channel,spend", *(f"{day},A,1" for day in (*dates, *texts)))
    refused = loaded(tmp_path, book({"S": export})).refused
    assert [refusal.code for refusal in refused if "days for months" in refusal.sentence] == ["OPS107"] * is_refused


def test_a_formula_without_a_result_is_rejected_and_told(tmp_path: Path) -> None:
    def cell(place: str, text: str) -> str:
        return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'

    header = "".join(cell(f"{letter}1", name) for letter, name in zip("ABC", ["day", "channel", "spend"], strict=True))
    good = f'<row r="2">{cell("A2", "2025-01-06")}{cell("B2", "A")}<c r="C2"><f>1+1</f><v>2</v></c></row>'
    bad = f'<row r="3">{cell("A3", "2025-01-07")}{cell("B3", "A")}<c r="C3"><f>1+1</f></c></row>'
    found = loaded(tmp_path, as_xml(f'<row r="1">{header}</row>{good}{bad}'))
    [refusal] = found.refused  # no row of money may be lost
    assert (refusal.code, "spend" in found.tables) == ("OPS122", False)
    (tmp_path / "part").mkdir()
    kept = loaded(tmp_path / "part", as_xml(f'<row r="1">{header}</row>{good}'))
    assert spend(kept) == [("2025-01-06", 20_000)]


def test_a_workbook_in_an_archive_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "week.zip", "w") as archive:
        archive.writestr("a/week.xlsx", book({"数据": DATA}))
        archive.writestr("more.csv", f"{HEAD}\n2025-01-08,拉新-A,80,900,180,30\n")
    chosen = project(tmp_path)
    found = load(files([tmp_path], chosen), chosen)
    assert [day for day, _ in spend(found)] == ["2025-01-06", "2025-01-07", "2025-01-08"]


def test_an_old_workbook_is_an_export_too(tmp_path: Path) -> None:
    data = (Path(__file__).parent / "reading" / "books" / "week.xls").read_bytes()
    found = loaded(tmp_path, data, "week.xls")
    assert spend(found) == [("2025-01-06", 1_362_500), ("2025-01-07", 2_725_000), ("2025-01-08", 4_087_500)]
    assert told(found)[0].endswith("week.xls: sheets left out: 说明 (has no expected header), 旧 (hidden)")


@pytest.mark.parametrize("name", ["a/b", "..", "消耗 2025", "x" * 31])
def test_a_sheet_may_be_called_anything(tmp_path: Path, name: str) -> None:
    data = as_xml('<row r="1"><c r="A1"><v>1</v></c></row>').replace(b'name="S"', b'name="S"')
    with zipfile.ZipFile(saved(tmp_path, data)) as was:
        parts = {item: was.read(item) for item in was.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'name="S"', f'name="{name}"'.encode())
    with zipfile.ZipFile(tmp_path / "week.xlsx", "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    chosen = project(tmp_path)
    [refusal] = load(files([tmp_path], chosen), chosen).refused
    assert Path(refusal.file or "").parent.name == "week.xlsx"


def test_a_sheet_beside_those_of_a_declared_mapping_is_a_helper_too(tmp_path: Path) -> None:
    saved(tmp_path, book({"数据": DATA, "说明": NOTES}))
    chosen = project(tmp_path, "sources: [{path: '*.xlsx', mapping: oceanengine/单元日报}]\n")
    found = load(files([], chosen), chosen)
    assert (found.refused, len(told(found))) == ([], 1)


def test_an_archive_within_an_archive_is_none_whatever_it_is_called(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as archive:
        archive.writestr("week.xlsx", book({"数据": DATA}))
    with zipfile.ZipFile(tmp_path / "week.zip", "w") as archive:
        archive.write(tmp_path / "inner.zip", "again.xlsx")
    (tmp_path / "inner.zip").unlink()
    chosen = project(tmp_path)
    [refusal] = load(files([tmp_path], chosen), chosen).refused
    assert (refusal.code, dict(refusal.details)) == ("OPS101", {"in the archive": "again.xlsx"})
