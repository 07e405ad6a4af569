"""A draft is valid whatever columns are called, reads the file it was made of, and says what it could not know."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsctl.config import yaml
from opsctl.config.library import shipped_mappings
from opsctl.config.mapping import Export, Platform
from opsctl.config.matching import Mapping, Tier
from opsctl.config.strict import validate
from opsctl.ingest.claim import required_columns
from opsctl.ingest.drafting.choosing import choose
from opsctl.ingest.drafting.composing import compose
from opsctl.ingest.drafting.filling import stem
from opsctl.ingest.drafting.offsets import offset_of
from opsctl.ingest.drafting.sheet import Sheet
from opsctl.ingest.drafting.sighting import has_names
from opsctl.ingest.drafting.vocabulary import Vocabulary, channel_named
from opsctl.ingest.drafting.words import Words

VOCABULARY = Vocabulary(shipped_mappings())
COLUMNS = (
    ["2025-01-06", "2025-01-07", "2025-01-06", "2025-01-07"],
    ["a", "b", "a", "b"],
    ["1.50", "2.50", "3.50", "4.50"],
    ["10", "20", "30", "40"],
    ["甲乙丙", "丁", "-", "戊己"],
)


def sheet(
    header: list[str], columns: tuple[list[str], ...] = COLUMNS, name: str = "w.csv", preamble: str = ""
) -> Sheet:
    cells = pl.DataFrame({str(at): columns[at % len(columns)] for at in range(len(header))})
    return Sheet(name, header, cells, [preamble] if preamble else [])


def drafted(of: Sheet, locale: str = "en") -> str:
    choice = choose(of, VOCABULARY, channel_named)
    assert choice is not None
    return compose("w", of, choice, Words(locale))


def export(text: str) -> Export:
    return validate(Platform, yaml.parse(text.encode(), "w.yaml")).exports[0]


name = st.text(max_size=20) | st.sampled_from(
    ["日期", "渠道", "消耗", "新增", "user", "订单号", "金额", "D1", "D7", "抖音", "快手", "{a}"]
)


@settings(deadline=None, max_examples=150)
@example(header=["", "", "快手", "抖音", "", "0"], file="", locale="zh-CN")
@given(
    header=st.lists(name, min_size=3, max_size=8), file=st.text(max_size=12), locale=st.sampled_from(["zh-CN", "en"])
)
def test_whatever_columns_are_called_a_draft_is_valid_and_claims_its_file(
    header: list[str], file: str, locale: str
) -> None:
    of = sheet(header, name=f"{file}.csv")
    choice = choose(of, VOCABULARY, channel_named)
    if choice is None:
        return
    text = compose(stem(of.name), of, choice, Words(locale))
    document = yaml.parse(text.encode(), "w.yaml")
    platform = validate(Platform, document)
    mapping = Mapping(platform.platform, platform.exports[0], Tier.PROJECT, document, ())
    match = mapping.matches(header, required_columns())
    assert match.claims
    assert not match.ambiguous


@given(st.text(max_size=30))
def test_every_file_s_name_gives_a_mapping_s_name(file: str) -> None:
    found = stem(file.replace("/", ""))
    assert found
    assert not set(found) & set('/\\:*?"<>| .')


@pytest.mark.parametrize(
    ("header", "table"),
    [
        (["日期", "渠道", "消耗", "展现"], "spend"),
        (["日期", "来源", "费用", "人数"], "spend"),
        (["注册时间", "渠道", "价格", "用户ID"], "acquisition"),
        (["日期", "事件", "时长", "用户ID"], "activity"),
        (["下单时间", "渠道", "实付金额", "订单号"], "order"),
        (["日期", "渠道", "均值", "新增"], "cohort"),
        (["date", "x", "y", "z"], "spend"),
    ],
)
def test_the_table_is_chosen_by_what_is_there(header: list[str], table: str) -> None:
    assert export(drafted(sheet(header))).table == table


def test_what_nothing_tells_is_marked_with_what_it_could_be() -> None:
    lines = drafted(sheet(["日期", "谁", "花费"])).splitlines()
    (channel,) = (line for line in lines if line.startswith("  channel:"))
    assert channel == (
        "  channel: {const: CHANNEL}  # ? no column names the channel: write its id, or [COLUMN]; candidates: 谁"
    )


def test_the_channel_may_be_the_file_s_name() -> None:
    text = drafted(sheet(["日期", "谁", "花费"], name="in/抖音_202501.csv"))
    assert "  channel: {const: douyin}  # ? as the file's name says" in text.splitlines()


def test_columns_that_nothing_reads_are_listed_with_what_they_hold() -> None:
    assert drafted(sheet(["日期", "渠道", "花费", "页数", "备注"])).endswith(
        "# Columns that nothing reads:\n#   页数: whole numbers\n#   备注: texts\n"
    )


def test_the_days_of_a_whole_file_come_from_the_lines_above_its_header() -> None:
    columns = (COLUMNS[1], COLUMNS[2], COLUMNS[3])
    shape = export(
        drafted(sheet(["Campaign", "Cost", "Clicks"], columns, preamble="July 8, 2025 - July 31, 2025"))
    ).file
    assert shape.preamble.period is not None
    of = sheet(["Campaign", "Cost", "Clicks"], columns, name="in/cost_20250106.csv")
    shape = export(drafted(of)).file
    assert shape.name.period is not None
    assert "#name: {period: …}  # ?" in drafted(sheet(["Campaign", "Cost", "Clicks"], columns))


@pytest.mark.parametrize(
    ("header", "verdict"),
    [
        (["日期", "渠道", "花费", "人数"], True),
        (["Date", "a", "3001", "b"], False),
        (["2025-01-05", "A", "x", "y"], False),
        (["姓名", "a@b.c", "x", "y"], False),
        (["姓名", "13800138000", "x", "y"], False),
        (["1", "2", "3", "4"], False),
    ],
)
def test_a_first_row_of_values_is_no_header(header: list[str], verdict: bool) -> None:  # noqa: FBT001
    assert has_names(sheet(header)) is verdict


@pytest.mark.parametrize(
    ("column", "day", "measure"),
    [
        *(("次日留存率", 1, "active"), ("次留", 1, "active"), ("7日留存", 7, "active"), ("七日留存", 7, "active")),
        *(("D7", 7, ""), ("d30_retention", 30, "active"), ("Day 3", 3, ""), ("retention_d1", 1, "active")),
        *(
            ("首日付费金额", 0, "net_paid"),
            ("7日累计付费", 7, "net_paid"),
            ("LTV30", 30, "per_user"),
            ("7日ROI", 7, "ratio"),
        ),
    ],
)
def test_a_column_s_name_tells_the_day_since(column: str, day: int, measure: str) -> None:
    found = offset_of(column)
    assert found is not None
    assert found[:2] == (day, measure)


@pytest.mark.parametrize("column", ["日期", "统计日期", "2025-01-06", "3001", "Clicks", "order_id", "id"])
def test_another_name_tells_no_day(column: str) -> None:
    assert offset_of(column) is None


def test_a_triangle_of_shares_is_melted_with_its_unit() -> None:
    columns = (COLUMNS[0], ["100", "90", "80", "70"], ["0.45", "0.4", "0.41", "0.5"], ["0.2", "0.21", "0.3", ""])
    found = export(drafted(sheet(["cohort date", "installs", "D1", "D7"], columns)))
    assert found.melt is not None
    active = found.melt.columns["active"]
    assert (found.melt.into, active.unit, active.names) == ("offset", "ratio", {"1": ("D1",), "7": ("D7",)})


def test_amounts_that_never_fall_are_sums_of_all_days_so_far() -> None:
    columns = (COLUMNS[0], ["100", "90", "80", "70"], ["1.5", "2.5", "3.5", "4.5"], ["2.5", "3.5", "3.5", "9.5"])
    header = ["日期", "新增", "首日付费金额", "7日付费金额"]
    found = export(drafted(sheet(header, columns))).summary
    assert found is not None
    assert found.amounts == "cumulative"
    falling = (*columns[:3], ["0.5", "0.5", "0.5", "0.5"])
    found = export(drafted(sheet(header, falling))).summary
    assert found is not None
    assert found.amounts == "daily"
