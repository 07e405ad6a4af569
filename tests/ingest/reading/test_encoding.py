"""The encoding is the one that makes the expected header appear; where two could be meant, nobody guesses."""

from __future__ import annotations

import pytest

from opsctl.core.errors import BadOption, DamagedFile, NoHeader, UndecidedEncoding
from opsctl.ingest.reading import Content, read_text
from tests.ingest.reading.reader import read, rejected, rows

EXPORT = "日期,渠道,消耗\n2025-01-05,抖音,1.50\n2025-01-06,小红书,2.50\n"
ROWS = [("2025-01-05", "抖音", "1.50"), ("2025-01-06", "小红书", "2.50")]
COLUMNS = "日期,渠道,消耗"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (EXPORT.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + EXPORT.encode(), "utf-8-sig"),
        (b"\xff\xfe" + EXPORT.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + EXPORT.encode("utf-16-be"), "utf-16-be"),
        (b"\xff\xfe\x00\x00" + EXPORT.encode("utf-32-le"), "utf-32-le"),
        (EXPORT.encode("utf-16-le"), "utf-16-le"),
        (EXPORT.encode("utf-16-be"), "utf-16-be"),
        (EXPORT.encode("gb18030"), "gb18030"),
        (b"\xef\xbb\xbf\xef\xbb\xbf" + EXPORT.encode(), "utf-8-sig"),
    ],
)
def test_the_same_rows_come_out_of_every_encoding(data: bytes, encoding: str) -> None:
    table = read(data, COLUMNS)
    assert (table.encoding, rows(table)) == (encoding, ROWS)


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("日期,渠道,花費", "big5"),
        ("日付,媒体,費用", "cp932"),
        ("날짜,채널,비용", "cp949"),
        ("Día,Canal,Coste", "cp1252"),
    ],
)
def test_a_header_in_its_own_script_decides_between_the_old_encodings(header: str, encoding: str) -> None:
    table = read(f"{header}\n2025-01-05,A,1\n".encode(encoding), header)
    assert (table.encoding, table.header) == (encoding, tuple(header.split(",")))


def test_characters_of_four_bytes_in_gb18030_are_read() -> None:
    table = read("日期,渠道\n2025-01-05,㐀𠮷ǹ\n".encode("gb18030"), "日期,渠道")
    assert rows(table) == [("2025-01-05", "㐀𠮷ǹ")]


def test_an_ascii_header_leaves_the_encoding_open_when_several_decode_the_rows() -> None:
    with pytest.raises(UndecidedEncoding) as refusal:
        read("date,channel,cost\n2025-01-05,抖音,1.50\n".encode("gb18030"), "date,channel,cost")
    assert "gb18030" in dict(refusal.value.details)["possible"]
    assert "encoding: gb18030" in refusal.value.hint


def test_an_ascii_header_is_enough_when_only_one_encoding_decodes_the_rows() -> None:
    table = read("date,channel\n2025-01-05,Café – “Été”\n".encode("cp1252"), "date,channel")
    assert (table.encoding, rows(table)) == ("cp1252", [("2025-01-05", "Café – “Été”")])


def test_cyrillic_bytes_are_not_shown_as_western_nonsense() -> None:
    with pytest.raises(UndecidedEncoding):
        read("date,channel\n2025-01-05,Привет мир да\n".encode("cp1251"), "date,channel")


def test_a_header_known_by_its_ascii_names_alone_proves_no_encoding() -> None:
    export = "date,cost,备注\n2025-01-05,1,中文\n2025-01-06,2,说明\n".encode("gb18030")[:-2] + b"\xff\n"
    with pytest.raises(UndecidedEncoding):
        read_text(Content("export.csv", export, "text"), lambda cells: {"date", "cost"} <= set(cells))


def test_the_encoding_that_the_user_names_is_used() -> None:
    table = read("date,channel\n2025-01-05,抖音\n".encode("gbk"), "date,channel", encoding="gbk")
    assert (table.encoding, rows(table)) == ("gb18030", [("2025-01-05", "抖音")])


def test_a_byte_order_mark_is_stronger_than_the_encoding_named() -> None:
    table = read(b"\xef\xbb\xbf" + EXPORT.encode(), COLUMNS, encoding="gbk")
    assert rows(table) == ROWS
    assert table.warnings == ("the file says it is utf-8-sig, and is read so",)


@pytest.mark.parametrize("name", ["klingon", "rot13", "utf-7", "unicode_escape"])
def test_an_encoding_that_files_do_not_have_is_refused(name: str) -> None:
    with pytest.raises(BadOption):
        read(EXPORT, COLUMNS, encoding=name)


def test_a_file_cut_inside_a_character_loses_that_row_and_no_other() -> None:
    table = read(EXPORT.encode() + "2025-01-07,微".encode()[:-1], COLUMNS)
    assert (rows(table), rejected(table)) == (ROWS, [(4, "OPS207")])


def test_damage_in_the_middle_rejects_the_rows_that_have_it() -> None:
    damaged = EXPORT.encode().replace("抖音".encode(), "抖音".encode()[:-1])
    table = read(damaged, COLUMNS)
    assert (table.encoding, rows(table), rejected(table)) == ("utf-8", ROWS[1:], [(2, "OPS207")])


def test_one_bad_byte_among_ascii_is_damage_and_not_another_encoding() -> None:
    table = read(b"day,channel,cost\n2025-01-05,ab\xe5c,1\n2025-01-06,x,2\n", "day,channel,cost")
    assert (rows(table), rejected(table)) == ([("2025-01-06", "x", "2")], [(2, "OPS207")])


def test_damage_in_an_old_encoding_rejects_the_rows_that_have_it() -> None:
    damaged = EXPORT.encode("gb18030").replace("抖音".encode("gb18030"), b"\xb6\xb6\xd2")
    table = read(damaged, COLUMNS)
    assert (table.encoding, rows(table), rejected(table)) == ("gb18030", ROWS[1:], [(2, "OPS207")])


def test_half_a_character_of_utf_16_rejects_its_row() -> None:
    table = read(b"\xff\xfe" + EXPORT.encode("utf-16-le") + b"2\x000", COLUMNS)
    assert (rows(table), rejected(table)) == (ROWS, [(4, "OPS207")])


def test_a_nul_rejects_its_row() -> None:
    table = read(EXPORT.replace("抖音", "抖\0音"), COLUMNS)
    assert (rows(table), rejected(table)) == (ROWS[1:], [(2, "OPS207")])


def test_other_control_characters_are_text() -> None:
    table = read("day,channel\n2025-01-05,\x1b[31mred\x07\u202e\n", "day,channel")
    assert rows(table) == [("2025-01-05", "\x1b[31mred\x07\u202e")]


@pytest.mark.parametrize("encoding", ["latin-1", "gb18030"])
def test_a_header_that_was_encoded_twice_is_damage(encoding: str) -> None:
    twice = "日期,渠道\n2025-01-05,抖音\n".encode().decode(encoding).encode()
    with pytest.raises(DamagedFile, match="encoded twice"):
        read(twice, "日期,渠道")


def test_rows_that_were_encoded_twice_below_an_ascii_header_are_damage() -> None:
    twice = "day,channel\n2025-01-05,抖音\n".encode().decode("latin-1").encode()
    with pytest.raises(DamagedFile, match="encoded twice"):
        read(twice, "day,channel")


def test_western_text_in_utf_8_is_not_taken_for_damage() -> None:
    assert rows(read("day,channel\n2025-01-05,Café – Été\n", "day,channel")) == [("2025-01-05", "Café – Été")]


def test_characters_that_were_lost_before_are_warned_about_with_their_lines() -> None:
    table = read(EXPORT.replace("抖音", "抖\ufffd"), COLUMNS)
    assert rows(table)[0] == ("2025-01-05", "抖\ufffd", "1.50")
    assert table.warnings == ("characters were lost before this file was written (U+FFFD), on line 2",)


def test_bytes_that_no_encoding_makes_sense_of_name_what_was_tried() -> None:
    with pytest.raises(UndecidedEncoding) as refusal:
        read(b"\xff\xff\x81\x00\xfe" * 40, COLUMNS)
    assert "gb18030" in "\n".join(refusal.value.lines())


def test_unicode_without_the_header_lacks_a_header_and_not_an_encoding() -> None:
    with pytest.raises(NoHeader):
        read("编号,名称\n1,甲\n", COLUMNS)


_ADS = {
    "gb18030": "Day,Ch,Cost\n2024-01-01,抖音,5\n2024-01-02,快手信息流,6\n2024-01-03,小红书,7\n",
    "cp949": "Day,Ch,Cost\n2024-01-01,서울특별시 광고 캠페인,5\n2024-01-02,모바일 검색 노출,6\n",
    "big5": "Day,Ch,Cost\n2024-01-01,關鍵字廣告活動,5\n2024-01-02,搜尋行銷曝光,6\n",
    "cp932": "Day,Ch,Cost\n2024-01-01,関東地方の広告キャンペーン,5\n2024-01-02,表示回数,6\n",
}


def test_chinese_below_an_english_header_is_known_by_its_characters() -> None:
    table = read(_ADS["gb18030"].encode("gb18030"), "Day,Ch,Cost")
    assert (table.encoding, [channel for _, channel, _ in rows(table)]) == ("gb18030", ["抖音", "快手信息流", "小红书"])
    assert "read as gb18030" in table.warnings[0]


@pytest.mark.parametrize("encoding", ["cp949", "big5", "cp932"])
def test_other_scripts_below_an_english_header_are_not_taken_for_chinese(encoding: str) -> None:
    with pytest.raises(UndecidedEncoding):
        read(_ADS[encoding].encode(encoding), "Day,Ch,Cost")


@pytest.mark.parametrize("words", ["抖", "抖音"])
def test_few_characters_prove_nothing(words: str) -> None:
    with pytest.raises(UndecidedEncoding):
        read(f"Day,Ch,Cost\n2024-01-01,{words},5\n2024-01-02,{words},6\n".encode("gb18030"), "Day,Ch,Cost")
