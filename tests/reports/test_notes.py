"""People's notes: named blocks go to fixed places as they were written, and nothing is dropped in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsctl.core.errors import BadConfiguration, DuplicateKey, NoSuchPath
from opsctl.reports.notes import LARGEST, NAMES, Notes, read
from opsctl.reports.report import Heading, Lines, Prose

PLACES = ("summary", "plan", "actions")


def notes(folder: Path, text: str | bytes) -> Notes:
    file = folder / "2025.md"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(file, PLACES)


def test_a_block_is_known_by_its_chinese_and_by_its_english_name(tmp_path: Path) -> None:
    for name in ("计划", "plan", " Plan ", "计划：", "PLAN ##"):
        assert notes(tmp_path, f"## {name}\n做减法\n").parts("plan") == [Prose("做减法")]


def test_no_two_places_share_a_name() -> None:
    names = [name for of_place in NAMES.values() for name in of_place]
    assert len(names) == len(set(names))


def test_paragraphs_lists_and_small_headings_keep_their_order(tmp_path: Path) -> None:
    text = "## plan\n### 目标\n1. 获客成本 24 元\n2. 回访率 37%\n\n预算待批。\n\n- 甲\n* 乙\n"
    assert notes(tmp_path, text).parts("plan", "计划") == [
        Heading("目标", 3),
        Lines("计划", ["1. 获客成本 24 元", "2. 回访率 37%"]),
        Prose("预算待批。"),
        Lines("计划", ["甲", "乙"]),
    ]


def test_a_paragraph_over_several_lines_gets_blanks_only_where_its_script_has_them(tmp_path: Path) -> None:
    text = "## plan\n下半年起\n集中投放\n\nSpend less\non two channels\n\n- 一条\n  写了两行\n"
    assert notes(tmp_path, text).parts("plan") == [
        Prose("下半年起集中投放"),
        Prose("Spend less on two channels"),
        Lines("", ["一条写了两行"]),
    ]


def test_what_could_steer_a_terminal_is_taken_out_and_nothing_else(tmp_path: Path) -> None:
    assert notes(tmp_path, "## plan\n\x1b[31m*红*\t<b>&\u202e 100%\n").parts("plan") == [Prose("[31m*红* <b>& 100%")]


def test_windows_writes_a_mark_and_other_line_ends(tmp_path: Path) -> None:
    assert notes(tmp_path, b"\xef\xbb\xbf## plan\r\nless\r\n").parts("plan") == [Prose("less")]


def test_a_title_above_the_blocks_is_the_files_own(tmp_path: Path) -> None:
    assert notes(tmp_path, "# 2025 手记\n\n## plan\nless\n").parts("plan") == [Prose("less")]


def test_a_block_that_nobody_wrote_is_left_out(tmp_path: Path) -> None:
    found = notes(tmp_path, "## plan\n\n")
    assert (found.parts("plan"), found.parts("summary"), Notes().parts("plan")) == ([], [], [])


def test_an_unknown_block_names_the_known_ones_and_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration) as caught:
        notes(tmp_path, "## plan\nless\n\n## summry\ntext\n")
    assert caught.value.line == 4
    assert caught.value.details == (("known", "摘要补充 (summary), 措施 (actions), 计划 (plan)"),)
    assert caught.value.hint == "did you mean 'summary'?"


def test_a_block_of_another_report_is_unknown_to_this_one(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration):
        notes(tmp_path, "## 下周\n大促\n")


def test_a_block_given_twice_is_refused_under_either_name(tmp_path: Path) -> None:
    with pytest.raises(DuplicateKey) as caught:
        notes(tmp_path, "## 计划\n一\n## plan\n二\n")
    assert caught.value.line == 3


def test_a_text_above_all_blocks_has_no_place(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration) as caught:
        notes(tmp_path, "# 手记\n这段没有名字\n## plan\nless\n")
    assert caught.value.line == 2


def test_only_utf_8_is_read(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration) as caught:
        notes(tmp_path, "## plan\n计划\n".encode("gb18030"))
    assert caught.value.line == 2


def test_a_file_that_is_not_there_or_far_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoSuchPath):
        read(tmp_path / "none.md", PLACES)
    with pytest.raises(BadConfiguration):
        notes(tmp_path, b"#" * (LARGEST + 1))
