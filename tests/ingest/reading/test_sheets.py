"""A workbook's cells come out as a person sees them, or as text that no column takes for a figure."""

from __future__ import annotations

import io
import struct
import zipfile
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.errors import DamagedFile, EmptyFile, NotATable, RefusedFile, TooLarge
from opsctl.ingest.reading import unpack
from opsctl.ingest.reading.sheets import guard, xls, xlsx
from opsctl.ingest.reading.sheets.grid import ROWS, UNCOMPUTED, Budget, Grid, Merged, Sheet
from opsctl.ingest.reading.sheets.values import PLAIN, shown_as, text_of
from tests.ingest.books import as_xml, book, rows, saved

BOOKS = Path(__file__).parent / "books"


def read(data: bytes) -> list[Sheet]:
    """The sheets, read in this very process."""
    return list(xlsx.sheets(io.BytesIO(data)))


def lines(sheet: Sheet) -> list[str]:
    return sheet.text.replace("\x01", "|").splitlines() if "\x0b" not in sheet.text else sheet.text.split("\n")


def only(data: bytes) -> list[str]:
    [sheet] = read(data)
    return lines(sheet)


def cell(text: str, **attributes: str) -> str:
    """One row of one cell."""
    told = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<row r="1"><c r="A1"{told}>{text}</c></row>'


# --- values --------------------------------------------------------------------------------------------


def test_numbers_are_the_shortest_text_of_the_same_number() -> None:
    [row] = only(book({"S": lambda sheet, _: sheet.write_row(0, 0, [1, -2.5, 0.1, 1e-7, 1360.5, 0, 1e14])}))
    assert row == "1|-2.5|0.1|0.0000001|1360.5|0|100000000000000"


def test_a_whole_number_of_more_than_fifteen_digits_says_that_it_was_rounded() -> None:
    assert only(as_xml(cell("<v>0.30000000000000004</v>"))) == ["0.30000000000000004"]
    assert only(as_xml(cell("<v>1.3604999999999999E3</v>"))) == ["1360.5"]
    assert only(as_xml(cell("<v>729222800168123456</v>"))) == ["7.29222800168123E+17"]
    assert only(as_xml(cell("<v>7.2922280016812300E+17</v>"))) == ["7.29222800168123E+17"]
    assert only(as_xml(cell("<v>999999999999999</v>"))) == ["999999999999999"]


@pytest.mark.parametrize("from_1904", [False, True])
def test_days_are_days_in_both_systems(from_1904: bool) -> None:  # noqa: FBT001 - a case
    def write(sheet: Any, made: Any) -> None:
        day, moment, month = (made.add_format({"num_format": f}) for f in ("yyyy/m/d", "m/d/yy h:mm", 'yyyy"年"m"月"'))
        sheet.write_datetime(0, 0, date(2025, 1, 6), day)
        sheet.write_datetime(0, 1, datetime.fromisoformat("2025-01-06 13:45:30"), moment)
        sheet.write_datetime(0, 2, date(2025, 1, 1), month)

    assert only(book({"S": write}, date_1904=from_1904)) == ["2025-01-06|2025-01-06 13:45:30|2025-01"]


@pytest.mark.parametrize(
    ("serial", "code", "text"),
    [
        (1.0, "yyyy-mm-dd", "1900-01-01"),
        (59.0, "yyyy-mm-dd", "1900-02-28"),
        (60.0, "yyyy-mm-dd", "60"),  # the 29th of February of 1900, which Excel invented
        (61.0, "yyyy-mm-dd", "1900-03-01"),
        (45663.999999999993, "yyyy-mm-dd", "2025-01-07"),
        (0.5, "h:mm", "12:00:00"),
        (1.5, "[h]:mm", "36:00:00"),
        (0.0413, "0.0%", "4.13%"),
        (1.0, "0%", "100%"),
        (-0.000001, "0%", "-0.0001%"),
        (45663.0, '0.00"d"', "45663"),
        (45663.0, "#,##0.00_);[Red](#,##0.00)", "45663"),
        (-5.0, "yyyy-mm-dd", "-5"),
        (1e9, "yyyy-mm-dd", "1000000000"),
        (45663.0, "[$-804]aaaa", "2025-01-06"),
        (45663.0, "[$-F800]dddd, mmmm dd, yyyy", "2025-01-06"),
        (45663.0, "General", "45663"),
        (45663.0, "@", "45663"),
        (1360.5, "[$$-409]#,##0.00", "$1360.5"),
        (-5.0, "[$€-407]#,##0.00;[Red]-[$€-407]#,##0.00", "€-5"),
        (5.0, '[=0]"-";[$€-2]0.00', "€5"),
        (0.0, '[=0]"-";[$€-2]0.00', "€0"),
        (5.0, '"CA"$#,##0.00', "CA$5"),
        (5.0, '"￥"#,##0.00', "¥5"),
        (5.0, '0.00" zł"', "5zł"),
        (12.5, '0.0"万"', "12.5万"),
        (125000.0, '0!.0,"万"', "125000"),
        (125000.0, '#,##0,"K"', "125000"),
        (1200.0, '#,##0"次"', "1200"),
        (0.8, '0.0"%"', "0.8%"),
        (123.0, "00000", "00123"),
        (124.0, '"U"0000', "U0124"),
        (45663.0, "[$-F800]", "2025-01-06"),
        (5.0, '0.00_);"("0.00")"', "5"),
        (5.0, '_ "US$"* #,##0.00_ ;_ * "-"??_ ', "US$5"),
        (5.0, '0.00"元"', "5元"),
        (5.0, "\\¥0.00", "¥5"),
        (5.0, "£0;0", "£5"),
        (5.0, '0;"$"0', "5"),
        (0.05, '"$"0%', "5%"),
        (5.0, "[$-409]0.00", "5"),
        (5.0, '#,##0" imp."', "5"),
    ],
)
def test_a_format_says_what_a_number_is(serial: float, code: str, text: str) -> None:
    assert text_of(serial, shown_as(170, code), from_1904=False) == text


@given(st.floats(allow_nan=False, min_value=-1e300, max_value=1e300))
def test_a_number_survives_being_text(number: float) -> None:
    assert float(text_of(number, PLAIN, from_1904=False)) == pytest.approx(number, rel=1e-14)
    if abs(number) < 1e15:
        assert float(text_of(number, PLAIN, from_1904=False)) == number


def test_percentages_booleans_errors_and_texts_are_told_apart() -> None:
    def write(sheet: Any, made: Any) -> None:
        sheet.write_number(0, 0, 0.0413, made.add_format({"num_format": "0.00%"}))
        sheet.write_boolean(0, 1, True)
        sheet.write_formula(0, 2, "=1/0", None, "#DIV/0!")
        sheet.write_string(0, 3, "0012")
        sheet.write_rich_string(0, 4, "拉", made.add_format({"bold": True}), "新")

    assert only(book({"S": write})) == ["4.13%|TRUE|#DIV/0!|0012|拉新"]


def test_a_formula_counts_by_its_result_and_never_as_zero_without_one() -> None:
    one, none = '<c r="A1"><f>1+1</f><v>2</v></c>', '<c r="B1"><f>1+1</f></c>'
    [sheet] = read(as_xml(f'<row r="1">{one}{none}<c r="C1" t="str"><f>""</f><v></v></c></row>'))
    assert (lines(sheet), sheet.uncomputed) == (["2|#CALC!"], 1)


def test_the_zero_that_a_writer_puts_for_a_result_is_none() -> None:
    [sheet] = read(book({"S": lambda sheet, _: sheet.write_formula(0, 0, "=1+1")}))
    assert (lines(sheet), sheet.uncomputed) == (["#CALC!"], 1)


def test_a_zero_that_waits_to_be_computed_is_none_however_it_is_written() -> None:
    zeros = "".join(
        f'<c r="{at}1"><f>1+1</f><v>{zero}</v></c>' for at, zero in zip("ABC", ("0", "0.0", "0E0"), strict=True)
    )
    stale = as_xml(f'<row r="1">{zeros}</row>', book_says='<calcPr fullCalcOnLoad="1"/>')
    assert only(stale) == ["#CALC!|#CALC!|#CALC!"]
    assert only(as_xml(f'<row r="1">{zeros}</row>')) == ["0|0|0"]


def test_a_cell_has_no_zone_and_half_characters_make_whole_ones() -> None:
    assert only(as_xml(cell("<v>2025-01-06T00:00:00.000Z</v>", t="d"))) == ["2025-01-06"]
    assert only(as_xml(cell("<v>2025-01-06T08:30:00Z</v>", t="d"))) == ["2025-01-06 08:30:00"]
    assert only(as_xml(cell("<is><t>_xD83D__xDE00_</t></is>", t="inlineStr"))) == ["😀"]


def test_a_cell_without_a_format_has_the_first() -> None:
    formats = (
        '<numFmts><numFmt numFmtId="170" formatCode="[$€-2]0.00"/></numFmts><cellXfs><xf numFmtId="170"/></cellXfs>'
    )
    assert only(as_xml(cell("<v>5</v>"), formats=formats)) == ["€5"]
    with pytest.raises(DamagedFile, match="format"):
        read(as_xml(cell("<v>5</v>", s="3"), formats=formats))


@pytest.mark.parametrize(("was", "now"), [('Id="a"', 'Id="x"'), ('relationships/worksheet"', 'relationships/sheet"')])
def test_a_sheet_that_cannot_be_found_is_not_left_out_in_silence(was: str, now: str) -> None:
    with zipfile.ZipFile(io.BytesIO(as_xml(cell("<v>5</v>")))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(was.encode(), now.encode()))
    with pytest.raises(DamagedFile, match="missing"):
        read(stream.getvalue())


def test_what_stands_in_a_cell_ends_neither_it_nor_its_line() -> None:
    text = 'a\nb\r\nc\t"d",\x01e'
    [sheet] = read(book({"S": lambda sheet, _: sheet.write_row(0, 0, [text, "x"])}))
    assert sheet.text == '"a\x0bb\x0bc\t""d"", e"\x01x\n'


def test_how_a_name_is_pronounced_is_no_part_of_it() -> None:
    text = '<is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is>'
    assert only(as_xml(cell(text, t="inlineStr"))) == ["東京"]


# --- where cells stand ---------------------------------------------------------------------------------


def test_a_line_of_the_text_is_a_row_of_the_sheet() -> None:
    assert only(book({"S": rows("", "", "a,b,c", "", ",1")})) == ["||", "||", "a|b|c", "||", "|1|"]


def test_a_name_holds_for_the_rows_it_is_merged_over_and_a_number_is_counted_once() -> None:
    def write(sheet: Any, _: Any) -> None:
        rows(",1", ",2", ",3")(sheet, None)
        sheet.merge_range(0, 0, 2, 0, "抖音")
        sheet.merge_range(0, 2, 2, 2, 360)
        sheet.merge_range(0, 3, 1, 4, "标题")

    assert only(book({"S": write})) == ["抖音|1|360|标题", "抖音|2||标题", "抖音|3||"]


def test_what_could_be_an_amount_is_told_where_it_is_merged() -> None:
    def write(sheet: Any, _: Any) -> None:
        rows(",,,1", ",,,2")(sheet, None)
        for column, value in enumerate(["RMB 100", 1001, 20250106]):
            sheet.merge_range(0, column, 1, column, value)

    [sheet] = read(book({"S": write}))
    assert lines(sheet) == ["RMB 100|1001|20250106|1", "|||2"]
    assert sheet.merged == [Merged(1, column, 2, counts=True) for column in (1, 2, 3)]


def test_rows_that_nobody_sees_are_read_and_counted() -> None:
    def write(sheet: Any, _: Any) -> None:
        rows("a", "b", "c", "d")(sheet, None)
        for row in (1, 3, 9):
            sheet.set_row(row, None, None, {"hidden": True})

    [sheet] = read(book({"S": write}))
    assert (lines(sheet), sheet.hidden_rows) == (["a", "b", "c", "d"], 2)


def test_hidden_sheets_are_named_and_not_read() -> None:
    def hide(sheet: Any, _: Any) -> None:
        sheet.write(0, 0, "old")
        sheet.hide()

    assert [(one.name, one.hidden, one.text) for one in read(book({"a": rows("1"), "b": hide}))] == [
        ("a", False, "1\n"),
        ("b", True, ""),
    ]


# --- what is no good workbook --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><f>A2</f><v>-1</v></c></row>',
        '<row r="1"><c r="A1"><v>one</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c>',
        '<row r="x"><c><v>1</v></c></row>',
    ],
)
def test_cells_that_contradict_each_other_are_refused(data: str) -> None:
    with pytest.raises(DamagedFile):
        read(as_xml(data))


def test_far_cells_and_long_cells_are_refused() -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    lonely = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1000000"><c r="Z1000000"><v>1</v></c></row>'
    for data in (far, lonely, cell(f"<is><t>{'x' * 40_000}</t></is>", t="inlineStr")):
        with pytest.raises(TooLarge):
            read(as_xml(data))


@pytest.mark.parametrize("value", ["抖音", "100"])
def test_more_merged_cells_than_an_export_has_are_refused(value: str) -> None:
    grid = Grid(Budget(), merged=[Merged(1, column, ROWS) for column in range(1, 5)])
    for row in range(1, 300_001):
        grid.add(row, [value] * 4 if row == 1 else ["", "", "", "", "x"])
    with pytest.raises(TooLarge, match="merged"):
        grid.text()


def test_a_locked_workbook_is_told(tmp_path: Path) -> None:
    data = bytearray((BOOKS / "week.xls").read_bytes())
    at = data.find("Workbook".encode("utf-16-le"))
    data[at : at + 128] = (
        "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0") + b"\x22\x00" + data[at + 66 : at + 128]
    )
    with pytest.raises(NotATable, match="password"):
        unpack(saved(tmp_path, bytes(data), "week.xlsx"))


def test_a_workbook_without_cells_is_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile):
        unpack(saved(tmp_path, book({"S": rows("")})))


def test_a_process_that_dies_or_hangs_is_one_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, book({"S": rows("a,b")}))
    monkeypatch.setattr(guard, "SECONDS", 0.0)
    with pytest.raises(TooLarge, match="within"):
        unpack(path)
    monkeypatch.setattr(guard, "SECONDS", 60.0)
    monkeypatch.setattr(guard, "_CHILD", "opsctl.ingest.reading.sheets")  # is no module that can be run
    with pytest.raises(DamagedFile, match="fail"):
        unpack(path)


# --- .xls ----------------------------------------------------------------------------------------------


def test_an_old_workbook_is_read_the_same_way() -> None:
    data, other, hidden = xls.sheets((BOOKS / "week.xls").read_bytes())
    assert lines(data) == [
        "时间-天|广告计划名称|展示数|点击数|消耗(元)|点击率",
        "2025-01-06|拉新-1|1200|24|136.25|4.13%",
        "2025-01-07|拉新-2|2400|48|272.5|4.13%",
        "2025-01-08|拉新-3|3600|72|408.75|4.13%",
        "合计||7200|144|817.5|",
    ]
    long, *rest = other.text.split("\n")[:9]
    assert long == "长" * 4200 + "\x01"  # which runs over more than one record
    assert rest == [
        "TRUE\x01",
        "#CALC!\x01",
        "1.23456789012346E+16\x01",
        "-0.5\x01",
        '"a\x0bb""c"\x01',
        *(f"抖音\x01{at}" for at in (1, 2, 3)),
    ]
    assert (hidden.name, hidden.hidden, hidden.text) == ("旧", True, "")


def test_a_formula_of_an_old_workbook_counts_by_its_result() -> None:
    data = (BOOKS / "week.xls").read_bytes()
    nothing, two = b"\x03\x00\x00\x00\x00\x00\xff\xff", struct.pack("<d", 2)
    assert data.count(nothing) == 1
    _, other, _ = xls.sheets(data.replace(nothing, two))
    assert (lines(other)[2], other.uncomputed) == ("2\x01", 0)


def test_an_old_workbook_agrees_with_another_reader() -> None:
    fastexcel = pytest.importorskip("fastexcel")
    opened = fastexcel.read_excel(BOOKS / "week.xls")
    for at, sheet in enumerate(list(xls.sheets((BOOKS / "week.xls").read_bytes()))[:2]):
        frame = opened.load_sheet(at, header_row=None, dtypes="string").to_polars()
        theirs = [[one or "" for one in row] for row in frame.iter_rows()]
        ours = [line.split("\x01") for line in sheet.text.split("\n")[:-1]]
        texts = [at for at, row in enumerate(theirs) if not any(mark.isdigit() for mark in "".join(row))]
        assert len(ours) == len(theirs)
        assert all(
            ours[at] == theirs[at]
            for at in texts
            if "\x0b" not in "".join(ours[at]) and ours[at] not in (["TRUE", ""], [UNCOMPUTED, ""])
        )


# --- laws ----------------------------------------------------------------------------------------------

_CELL = st.one_of(
    st.none(),
    st.integers(-(10**17), 10**17),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=5),
    st.sampled_from(["=1+1", '"', "a&b", "a\nb", "<v>1</v>", "_x0041_", True, False]),
)


@given(st.lists(st.lists(_CELL, max_size=4), min_size=1, max_size=6))
def test_the_fast_way_through_a_sheet_gives_what_the_parser_gives(table: list[list[Any]]) -> None:
    def write(sheet: Any, _: Any) -> None:
        for at, row in enumerate(table):
            for column, value in enumerate(row):
                if value is not None and value != "":
                    sheet.write(at, column, value)

    fast = book({"S": write}, strings_to_urls=False)
    assert read(fast) == read(_with_a_remark(fast))


def _with_a_remark(data: bytes) -> bytes:
    """The same workbook with a comment in its sheet, before which the fast way shrinks back."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as was, zipfile.ZipFile(stream, "w") as archive:
        for item in was.infolist():
            content = was.read(item)
            if item.filename.endswith("sheet1.xml"):
                content = content.replace(b"<sheetData", b"<!-- a remark --><sheetData", 1)
            archive.writestr(item.filename, content)
    return stream.getvalue()


@given(st.integers(0, 17_919), st.binary(min_size=1, max_size=60), st.booleans())
def test_a_damaged_old_workbook_is_refused_or_read_and_nothing_else(at: int, damage: bytes, cut: bool) -> None:  # noqa: FBT001 - a case
    whole = (BOOKS / "week.xls").read_bytes()
    with suppress(RefusedFile):
        list(xls.sheets(whole[:at] if cut else whole[:at] + damage + whole[at + len(damage) :]))


@given(st.lists(st.sampled_from([cell("<v>1</v>"), "<row", "/>", ' r="1"', "<c>", "</c>", "<v>", "<!--", "-->", "&"])))
def test_broken_xml_is_refused_or_read_and_nothing_else(pieces: list[str]) -> None:
    with suppress(RefusedFile):
        read(as_xml("".join(pieces)))


def test_a_grid_does_not_take_more_text_than_its_budget() -> None:
    grid = Grid(Budget(10))
    grid.add(1, ["12345", "6789"])
    with pytest.raises(TooLarge):
        grid.add(2, ["1"])
