"""Who claims a file: its source, the project's mappings, the shipped ones, the canonical tables; never two at once."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from opsctl.core.errors import OpsctlError
from opsctl.ingest.loaded import Loaded
from opsctl.schemas import tables
from opsctl.schemas.table import columns, required
from tests.ingest.exports import account, read, refusals, values

UNITS = "时间-天,单元名称,消耗,展示数,点击数,转化数\n2025-01-06,A,100,1000,100,10\n"
SHOP = "日期,消耗,单元\n2025-01-06,5,u\n"


def mapping(platform: str, columns_: str = "day: 日期, channel: {const: a}, spend: 消耗", more: str = "") -> str:
    return f"  - {{platform: {platform}, table: spend, columns: {{{columns_}}}{more}}}\n"


def the_refusal(loaded: Loaded) -> OpsctlError:
    (refusal,) = loaded.refused
    return refusal


# --- the order of claims ----------------------------------------------------------------------------------


def test_a_mapping_of_the_project_comes_before_a_shipped_one(tmp_path: Path) -> None:
    own = "mappings:\n" + mapping("own", "day: 时间-天, channel: {const: own}, spend: 消耗")
    assert account(read(tmp_path, {"w.csv": UNITS}, own)).mapping == "own"
    assert account(read(tmp_path, {"w.csv": UNITS})).mapping == "oceanengine/单元日报"


def test_a_mapping_comes_before_the_canonical_tables(tmp_path: Path) -> None:
    own = "mappings:\n" + mapping("own", "day: day, channel: {const: own}, spend: spend")
    loaded = read(tmp_path, {"w.csv": "day,channel,spend\n2025-01-06,A,1\n"}, own)
    assert values(loaded, "spend", "channel") == [("own",)]


def test_what_the_source_says_comes_before_all(tmp_path: Path) -> None:
    two = "mappings:\n" + mapping("one") + mapping("two")
    loaded = read(tmp_path, {"w.csv": SHOP}, f"{two}sources: [{{path: '*.csv', mapping: two}}]\n")
    assert account(loaded).mapping == "two"


def test_a_source_may_name_a_platform_whose_report_the_header_tells(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": UNITS}, "sources: [{path: '*.csv', mapping: oceanengine}]\n")
    assert account(loaded).mapping == "oceanengine/单元日报"


def test_two_mappings_of_the_project_that_both_fit_are_one_error_that_names_both(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": SHOP}, "mappings:\n" + mapping("one") + mapping("two"))
    refusal = the_refusal(loaded)
    assert (refusal.code, refusal.sentence) == ("OPS103", "one and two both claim this file")
    assert "sources" in refusal.hint


def test_of_two_that_fit_the_one_that_knows_more_of_the_file_is_closer(tmp_path: Path) -> None:
    finer = mapping("finer", "day: 日期, channel: {const: a}, spend: 消耗, ad_group: 单元")
    loaded = read(tmp_path, {"w.csv": SHOP}, "mappings:\n" + mapping("plain") + finer)
    assert account(loaded).mapping == "finer"
    demanding = mapping("demanding", more=", file: {header_has: [单元]}")
    loaded = read(tmp_path, {"w.csv": SHOP}, "mappings:\n" + mapping("plain") + demanding)
    assert account(loaded).mapping == "demanding"


def test_a_source_may_say_the_table_of_a_file_that_two_would_fit(tmp_path: Path) -> None:
    both = "user,acquired_at,channel,at,event\nu1,2025-01-01,A,2025-01-02,open\n"
    assert refusals(read(tmp_path, {"w.csv": both})) == [("OPS103", "w.csv")]
    loaded = read(tmp_path, {"w.csv": both}, "sources: [{path: '*.csv', table: activity}]\n")
    assert account(loaded).table == "activity"


# --- canonical files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(tables()))
def test_a_file_with_the_columns_that_a_table_requires_is_that_table(tmp_path: Path, name: str) -> None:
    loaded = read(tmp_path, {"w.csv": ",".join(sorted(required(tables()[name]))) + "\n"})
    assert (account(loaded).mapping, account(loaded).table) == ("canonical", name)


@pytest.mark.parametrize("name", list(tables()))
def test_a_file_that_lacks_one_of_them_is_not(tmp_path: Path, name: str) -> None:
    for column in required(tables()[name]):
        others = sorted(required(tables()[name]) - {column})
        loaded = read(tmp_path, {"w.csv": ",".join(others) + "\n"})
        refusal = the_refusal(loaded)
        assert refusal.code == "OPS102"
        assert f"the nearest is the canonical table {name}, which lacks {column}" in refusal.sentence


def test_names_are_known_in_any_case_and_width(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": " DAY ,Ｃhannel,Spend\n2025-01-06,A,1\n"})
    assert values(loaded, "spend", "channel", "spend") == [("A", 1_0000)]


def test_a_parquet_file_is_claimed_like_any_other(tmp_path: Path) -> None:
    frame = pl.DataFrame({"时间-天": ["2025-01-06"], "单元名称": ["A"], "消耗": [1.5], "展示数": [10], "点击数": [1]})
    assert account(read(tmp_path, {"w.parquet": frame})).mapping == "oceanengine/单元日报"


def test_every_column_of_a_table_can_stand_in_a_canonical_file(tmp_path: Path) -> None:
    for name, table in tables().items():
        loaded = read(tmp_path, {"w.csv": ",".join(columns(table)) + "\n"})
        assert account(loaded).table == name
        assert not [note for note in loaded.notes if note.code == "unused_columns"]


# --- nobody -------------------------------------------------------------------------------------------------


def test_a_renamed_column_is_named_with_the_mapping_that_looked_for_it(tmp_path: Path) -> None:
    refusal = the_refusal(read(tmp_path, {"w.csv": UNITS.replace("消耗", "总消耗")}))
    assert refusal.code == "OPS102"
    assert "oceanengine/" in refusal.sentence
    assert refusal.sentence.endswith("which lacks spend")
    assert dict(refusal.details)["looked for"] == "消耗"
    assert "总消耗" in dict(refusal.details)["the file has"]
    assert refusal.hint.startswith("'总消耗' may be '消耗'")
    assert "configs/platforms/oceanengine.yaml:" in refusal.hint


def test_a_file_of_a_source_is_compared_with_its_own_mapping_alone(tmp_path: Path) -> None:
    source = "sources: [{path: '*.csv', mapping: tmall}]\n"
    refusal = the_refusal(read(tmp_path, {"w.csv": "day,channel,spend\n2025-01-06,A,1\n"}, source))
    assert refusal.code == "OPS102"
    assert "the nearest is the mapping tmall/订单报表, which lacks order, " in refusal.sentence


def test_columns_that_nobody_knows_are_listed(tmp_path: Path) -> None:
    refusal = the_refusal(read(tmp_path, {"w.csv": "姓名,城市\n甲,乙\n"}))
    assert (refusal.code, refusal.details) == ("OPS102", (("the file has", "姓名, 城市"),))


@pytest.mark.parametrize(
    "row",
    [
        "u1,2025-03-01 10:00,张三丰",
        "13800138000,抖音,张三丰",
        "张三丰,zhang@example.com,北京",
        "110101199003078515,张三丰",
        "1700000000000000001,张三丰,12.50",
    ],
)
def test_without_a_header_no_row_is_taken_for_one_and_none_is_shown(tmp_path: Path, row: str) -> None:
    refusal = the_refusal(read(tmp_path, {"w.csv": f"{row}\n{row}x\n"}))
    assert refusal.code == "OPS106"
    shown = "\n".join(refusal.lines())
    assert not [cell for cell in row.split(",") if cell in shown]


def test_two_columns_that_could_be_the_same_are_refused_with_their_places(tmp_path: Path) -> None:
    twice = "时间-天,单元名称,消耗(元),消耗(USD),展示数\n2025-01-06,A,100,15,7\n"
    refusal = the_refusal(read(tmp_path, {"w.csv": twice}))
    assert refusal.code == "OPS114"
    assert refusal.sentence == "two columns could be spend: '消耗(元)' (column 3), '消耗(USD)' (column 4)"
    assert refusal.hint == "write the exact name under columns.spend of the mapping oceanengine/单元日报"


# --- one header, two exports ------------------------------------------------------------------------------

KINDS = """
mappings:
  - platform: own
    exports:
      - {report: events, table: activity, file: {rows_have: {kind: event}}, columns: {user: id, at: t, event: name}}
      - {report: all, table: activity, columns: {user: id, at: t, event: kind}}
      - {report: new, table: acquisition, file: {rows_have: {kind: install}},
         columns: {user: id, acquired_at: t, channel: {const: a}}}
"""


@pytest.mark.parametrize(
    ("rows", "mapping_"),
    [
        ("u1,2025-01-06,event,buy\n", "own/events"),
        ("u1,2025-01-06,install,\n", "own/new"),
        ("u1,2025-01-06,event,buy\nu1,2025-01-06,session,\n", "own/all"),
        ("", "own/events"),
    ],
    ids=["one kind", "another kind", "several kinds", "no rows"],
)
def test_what_every_row_holds_tells_the_exports_of_one_header_apart(tmp_path: Path, rows: str, mapping_: str) -> None:
    loaded = read(tmp_path, {"w.csv": f"id,t,kind,name\n{rows}"}, KINDS)
    assert account(loaded).mapping == mapping_
