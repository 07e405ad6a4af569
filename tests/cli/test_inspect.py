"""What opsctl sees in a file, as it is; why it is claimed, or is not; and every line that does not count."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from opsctl.config import settings
from opsctl.ingest.load import load
from opsctl.ingest.sources import files
from tests.cli.inside import opsctl

FIELDS = [
    "file", "encoding", "delimiter", "mapping", "header", "rows", "rejected", "dropped", "warnings", "control",
    "refused",
]  # fmt: skip
MIXED = 'a remark\nday,channel,spend\n2025-03-01,"A, B","1,000.50"\n2025-03-02,A\n2025-03-03,C,x\n\n合计,,1000.50\n'
LOST = "loading refuses the file: OPS122 1 of 3 rows is rejected, and none may be lost for its money"


def inspected(
    folder: Path, content: str | bytes, *arguments: str, name: str = "w.csv", code: int = 0
) -> dict[str, Any]:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    ran = opsctl("inspect", name, *arguments, "--json", cwd=folder)
    assert ran.code == code
    found: dict[str, Any] = ran.json
    assert list(found) == FIELDS
    return found


def test_rows_are_the_files_text_and_every_other_line_has_its_reason(tmp_path: Path) -> None:
    assert inspected(tmp_path, MIXED, code=1) == {
        "file": "w.csv",
        "encoding": "utf-8",
        "delimiter": ",",
        "mapping": "canonical",
        "header": ["day", "channel", "spend"],
        "rows": [["2025-03-01", "A, B", "1,000.50"]],
        "rejected": [
            {"line": 4, "reason": "2 cells where the header has 3"},
            {"line": 5, "reason": "spend: not an amount of money"},
        ],
        "dropped": [{"line": 6, "reason": "blank"}, {"line": 7, "reason": "total"}],
        "warnings": ["1 blank line left out", LOST],
        "control": [
            {
                "column": "spend",
                "stated": "1000.5000",
                "computed": "1000.5000",
                "difference": "0.0000",
                "tolerance": "0.0122",
                "ok": True,
            }
        ],
        "refused": None,
    }


def test_it_keeps_rejects_and_drops_what_loading_does(tmp_path: Path) -> None:
    columns = "{day: D, channel: {const: a}, ad_group: G, spend: S}"
    rows = "{drop: [{where: {G: empty}, reason: no unit}]}"
    mapping = f"{{platform: p, table: spend, columns: {columns}, rows: {rows}}}"
    (tmp_path / "opsctl.yaml").write_text(f"version: 1\ncontract: {{rejects: 1}}\nmappings: [{mapping}]\n")
    content = "D,G,S\n2025-03-01,u,1\n2025-03-01,,2\n2025-03-01,v,x\n2025-03-02,u,4\n合计,,7\n"
    seen = inspected(tmp_path, content, code=1)
    chosen = settings.load(tmp_path, {}, {}, None)
    (account,) = load(files([tmp_path / "w.csv"], chosen), chosen).inputs
    assert len(seen["rows"]) == account.accepted == 2
    assert [one["line"] for one in seen["rejected"]] == [row.line for row in account.rejected] == [4]
    assert seen["dropped"] == [{"line": 3, "reason": "no unit"}, {"line": 6, "reason": "total"}]
    assert account.dropped == {"no unit": 1, "total": 1}


def test_typed_shows_the_rows_as_the_table_that_they_become(tmp_path: Path) -> None:
    seen = inspected(tmp_path, MIXED, "--typed", code=1)
    assert seen["header"] == ["day", "channel", "spend", "currency"]
    assert seen["rows"] == [["2025-03-01", "A, B", "1000.5000", "CNY"]]


def test_with_an_expected_header_nothing_is_read_into_a_cell(tmp_path: Path) -> None:
    content = '订单号,金额,备注\n="001",NA, 7日 \n\'002,1e5,"a ""b"""\n\t003 ,-,2025年1月5日\n'
    seen = inspected(tmp_path, content, "--expect", "金额,订单号")
    assert seen["mapping"] is None
    assert seen["header"] == ["订单号", "金额", "备注"]
    assert [row[:2] for row in seen["rows"]] == [["001", "NA"], ["002", "1e5"], ["003", "-"]]
    assert [row[2].strip() for row in seen["rows"]] == ["7日", 'a "b"', "2025年1月5日"]


@pytest.mark.parametrize("expected", ["日期,渠道", "渠道 , 日 期", '"日期","渠道"', "日期，渠道".replace("，", ",")])
def test_an_expected_header_is_known_whatever_its_order_and_blanks(tmp_path: Path, expected: str) -> None:
    content = "渠道,日期,消耗\n抖音,2025-01-06,1\n".encode("gb18030")
    seen = inspected(tmp_path, content, "--expect", expected)
    assert (seen["encoding"], seen["rows"]) == ("gb18030", [["抖音", "2025-01-06", "1"]])


def test_a_header_that_is_not_there_is_refused_with_the_closest_line(tmp_path: Path) -> None:
    seen = inspected(tmp_path, "姓名,城市\n甲,乙\n", "--expect", "姓名,年龄", code=3)
    assert (seen["rows"], seen["refused"]["code"], seen["refused"]["line"]) == ([], "OPS106", 1)


def test_a_header_without_rows_is_no_error(tmp_path: Path) -> None:
    seen = inspected(tmp_path, "day,channel,spend\n")
    assert (seen["rows"], seen["warnings"], seen["refused"]) == ([], ["no rows below the header"], None)


def test_an_unknown_file_is_shown_and_refused(tmp_path: Path) -> None:
    seen = inspected(tmp_path, "姓名;城市\n甲;乙\n", code=3)
    assert (seen["delimiter"], seen["header"], seen["rows"]) == (";", ["姓名", "城市"], [["甲", "乙"]])
    assert seen["refused"] == {
        "code": "OPS102",
        "line": 1,
        "message": "no mapping and no table knows these columns",
    }


def test_a_file_without_a_header_is_shown_and_refused(tmp_path: Path) -> None:
    seen = inspected(tmp_path, "2025-03-01,A,1\n2025-03-02,B,2\n", code=3)
    assert (seen["refused"]["code"], len(seen["header"])) == ("OPS106", 3)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "OPS104"), (b"<html><body>log in", "OPS101"), (b"\0" * 9, "OPS107"), (b"PAR1x", "OPS107")],
)
def test_what_is_no_table_is_refused_with_its_code(tmp_path: Path, content: bytes, code: str) -> None:
    seen = inspected(tmp_path, content, code=3)
    assert (seen["refused"]["code"], seen["encoding"], seen["rows"]) == (code, None, [])


def test_an_encoding_that_cannot_be_told_can_be_named(tmp_path: Path) -> None:
    content = "day,channel,spend\n2025-03-01,抖音,1\n".encode("gb18030")
    assert inspected(tmp_path, content, code=3)["refused"]["code"] == "OPS105"
    seen = inspected(tmp_path, content, "--encoding", "gbk")
    assert (seen["rows"], seen["encoding"]) == ([["2025-03-01", "抖音", "1"]], "gb18030")


def test_columns_that_nothing_reads_are_named(tmp_path: Path) -> None:
    seen = inspected(tmp_path, "day,channel,spend,mood\n2025-03-01,A,1,x\n")
    assert seen["warnings"] == ["nothing reads mood"]


def test_packed_and_parquet_files_are_looked_into(tmp_path: Path) -> None:
    text = b"day,channel,spend\n2025-03-01,A,1\n"
    rows = [["2025-03-01", "A", "1"]]
    assert inspected(tmp_path, gzip.compress(text), name="w.csv.gz")["rows"] == rows
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("b.csv", text)
        archive.writestr("c.csv", b"other")
    seen = inspected(tmp_path, content.getvalue(), name="w.zip")
    assert (seen["rows"], seen["warnings"]) == (rows, ["the archive holds 1 more: w.zip/c.csv"])
    frame = pl.DataFrame({"day": ["2025-03-01", "x"], "channel": ["A", "B"], "spend": [1, 2]})
    frame.write_parquet(parquet := io.BytesIO())
    seen = inspected(tmp_path, parquet.getvalue(), name="w.parquet", code=1)
    assert (seen["mapping"], seen["header"]) == ("canonical", ["day", "channel", "spend"])
    assert (seen["rows"], [one["line"] for one in seen["rejected"]]) == (rows, [2])


def test_for_people_it_shows_the_facts_and_the_first_rows_column_by_column(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(MIXED, encoding="utf-8")
    assert opsctl("inspect", "w.csv", cwd=tmp_path).out.splitlines() == [
        "file       w.csv",
        "encoding   utf-8",
        "delimiter  ','",
        "claimed by canonical",
        "rows       1 kept, 2 rejected, 2 left out",
        "note       1 blank line left out",
        f"note       {LOST}",
        "",
        "day      2025-03-01",
        "channel  A, B",
        "spend    1,000.50",
        "",
        "rejected   line 4: 2 cells where the header has 3",
        "rejected   line 5: spend: not an amount of money",
        "left out   line 6: blank",
        "left out   line 7: total",
        (
            "total      spend agrees: the rows add up to 1000.5000, the file's own total says 1000.5000"
            " (difference 0.0000, tolerance 0.0122)"
        ),
    ]


def test_what_a_cell_could_do_to_a_terminal_is_made_visible(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("day,channel,spend\n2025-03-01,\x1b[2J\u202eA,1\n", encoding="utf-8")
    shown = opsctl("inspect", "w.csv", cwd=tmp_path).out
    assert "\\u001b[2J\\u202eA" in shown
    assert "\x1b" not in shown


def test_a_project_above_the_file_decides_who_claims_it(tmp_path: Path) -> None:
    (tmp_path / "shop" / "in").mkdir(parents=True)
    own = "version: 1\nmappings: [{platform: own, table: spend, columns: {day: D, channel: {const: a}, spend: S}}]\n"
    (tmp_path / "shop" / "opsctl.yaml").write_text(own)
    (tmp_path / "shop" / "in" / "w.csv").write_text("D,S\n2025-03-01,1\n")
    assert opsctl("inspect", "shop/in/w.csv", "--json", cwd=tmp_path).json["mapping"] == "own"
