"""The 渠道字典: whose a user is goes by the code that brought the user, as it was valid on that day."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.inside import opsctl

PROJECT = """version: 1
channel_map: 渠道字典.csv
channels:
  douyin: {name: {zh: 抖音, en: Douyin}}
  kuaishou: {name: {zh: 快手, en: Kuaishou}}
"""
HEAD = "渠道号,渠道,产品,账户,代理,负责人,生效日,失效日\n"
CODES = (
    HEAD + "D001,抖音,APP,main,甲,张,2025-01-01,2025-01-10\nD001,快手,APP,ks,乙,李,2025-01-11,\nKS_*,快手,APP,,乙,,,\n"
)


def project(folder: Path, users: str, codes: str = CODES) -> Path:
    (folder / "opsctl.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "渠道字典.csv").write_bytes(codes.encode("gb18030"))
    (folder / "users.csv").write_text("user,acquired_at,channel,sub_channel\n" + users, encoding="utf-8")
    return folder


def by(folder: Path, dimension: str) -> dict[str | None, int]:
    rows = opsctl("query", "acquisitions", folder, "--by", dimension, "--json").rows
    return {row[dimension]: row["acquisitions"]["value"] for row in rows}


def test_a_code_stands_for_the_channel_that_it_had_on_the_day(tmp_path: Path) -> None:
    folder = project(tmp_path, "1,2025-01-10,其他,D001\n2,2025-01-11,其他,d001 \n3,2025-01-12,其他,KS_77\n")
    assert by(folder, "channel") == {"douyin": 1, "kuaishou": 2}
    assert by(folder, "agency") == {"甲": 1, "乙": 2}
    assert by(folder, "account") == {"main": 1, "ks": 1, None: 1}
    assert by(folder, "product") == {"APP": 3}


def test_the_dictionary_among_the_exports_is_none_of_them(tmp_path: Path) -> None:
    ran = opsctl("query", "acquisitions", project(tmp_path, "1,2025-01-10,其他,D001\n"), "--json")
    assert ran.code == 0
    assert [Path(one["file"]).name for one in ran.json["inputs"]] == ["users.csv"]


def test_the_channel_s_own_text_may_be_the_code(tmp_path: Path) -> None:
    assert by(project(tmp_path, "1,2025-01-10,D001,\n2,2025-01-10,抖音,\n"), "channel") == {"douyin": 2}


def test_users_whose_code_nobody_knows_are_counted_and_named(tmp_path: Path) -> None:
    known = "".join(f"k{at},2025-01-02,抖音,D001\n" for at in range(199))
    ran = opsctl("query", "acquisitions", project(tmp_path, known + "u,2025-01-02,抖音,X9\n"), "--json")
    assert (ran.code, ran.figure("acquisitions")["value"]) == (0, 200)
    note = next(note["text"] for note in ran.json["notes"] if note["code"] == "channel_map_unknown")
    assert "1 of 200 users (0.5%)" in note
    assert "X9 (1)" in note


def test_above_one_percent_they_are_a_finding(tmp_path: Path) -> None:
    known = "".join(f"k{at},2025-01-02,抖音,D001\n" for at in range(96))
    unknown = "".join(f"u{at},2025-01-02,抖音,X{at % 2}\n" for at in range(3))
    folder = project(tmp_path, known + unknown)
    ran = opsctl("query", "acquisitions", folder, "--json")
    assert ran.code == 1
    assert "OPS210" in ran.err
    assert "X0 (2), X1 (1)" in ran.err
    assert opsctl("query", "acquisitions", folder, "--strict").code == 3


def test_a_user_under_another_channel_than_the_code_s_is_moved_and_it_is_said(tmp_path: Path) -> None:
    ran = opsctl("query", "acquisitions", project(tmp_path, "1,2025-01-10,快手,D001\n"), "--by", "channel", "--json")
    assert [row["channel"] for row in ran.rows] == ["douyin"]
    assert "channel_map_differs" in {note["code"] for note in ran.json["notes"]}


@pytest.mark.parametrize(
    ("codes", "line", "words"),
    [
        (HEAD + "D1,抖音,,,,,,\nD1,快手,,,,,2025-01-01,\n", "3", "two things at once"),
        (HEAD + "D1,抖音\n", "2", "cells"),
        (HEAD + "D1,,,,,,,\n", "2", "channel is empty"),
        (HEAD + "D1,抖音,,,,,soon,\n", "2", "not a day"),
        ("名称,备注\nD1,x\n", "", "no line names both a code and a channel"),
    ],
)
def test_a_dictionary_that_cannot_be_used_says_where_and_why(tmp_path: Path, codes: str, line: str, words: str) -> None:
    ran = opsctl("query", "acquisitions", project(tmp_path, "1,2025-01-10,抖音,D1\n", codes))
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert f"渠道字典.csv{':' if line else ''}{line}" in ran.err


def test_a_dictionary_that_is_not_there_is_named(tmp_path: Path) -> None:
    folder = project(tmp_path, "1,2025-01-10,抖音,D1\n")
    (folder / "渠道字典.csv").unlink()
    assert opsctl("query", "acquisitions", folder).code == 2


def test_a_spreadsheet_will_do(tmp_path: Path) -> None:
    pytest.importorskip("fastexcel")
    xlsxwriter = pytest.importorskip("xlsxwriter")
    folder = project(tmp_path, "1,2025-01-10,其他,D001\n2,2025-01-12,其他,D001\n")
    (folder / "opsctl.yaml").write_text(PROJECT.replace(".csv", ".xlsx"), encoding="utf-8")
    (folder / "渠道字典.csv").unlink()
    with xlsxwriter.Workbook(folder / "渠道字典.xlsx", {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for at, text in enumerate([HEAD.strip(), *CODES.splitlines()[1:]]):
            sheet.write_row(at + 1, 0, text.split(","))  # an empty row above the header
    assert by(folder, "channel") == {"douyin": 1, "kuaishou": 1}
