"""A mapping reads the header of its export, and says what it lacks in any other."""

from decimal import Decimal
from pathlib import Path

import pytest

from opsctl.config import yaml
from opsctl.config.mapping import EMPTY, UNITS, Column, Platform
from opsctl.config.matching import Absent, Ambiguous, Mapping, Match, Tier, validate_columns
from opsctl.config.strict import validate
from opsctl.core.errors import BadConfiguration

REQUIRED = {"spend": frozenset({"day", "channel", "spend"}), "order": frozenset({"order", "paid_at", "paid"})}
ALLOWED = {
    "spend": REQUIRED["spend"] | {"clicks", "impressions", "conversions", "ad_group", "currency"},
    "order": REQUIRED["order"] | {"refunded", "user"},
    "cohort": frozenset({"day", "channel", "offset", "users", "active"}),
}

OCEANENGINE = """
platform: oceanengine
exports:
  - report: 单元日报
    table: spend
    file: {header_has: [单元名称], total_rows: [合计, 总计]}
    breakdown: ad_group
    columns:
      day: [时间-天, 时间, 日期]
      channel: {const: douyin}
      ad_group: 单元名称
      spend: {from: [消耗, 总花费], unit: CNY}
      impressions: [展示数, 展现数]
      clicks: [点击数]
      conversions: {from: ["转化数(计费时间)", 转化数], basis: billing}
    rows: {drop: [{where: {单元名称: empty}, reason: 无单元}]}
    nulls: ["-", "--"]
    example:
      export: |
        时间-天,单元名称,消耗
        2025-01-06,拉新,012.50
      becomes:
        - {day: 2025-01-06, channel: douyin, spend: "12.50"}
"""
META = """
platform: meta
exports:
  - table: spend
    columns:
      day: [Day, Jour, 日]
      channel: {const: meta}
      spend: [Amount spent, Amount Spent, 花費金額]
      clicks: [Clicks (all)]
      currency: [Currency]
"""
TMALL = """
platform: tmall
table: order
file: {name: {account: "^([^/]+)/"}}
columns:
  order: 订单编号
  paid_at: 订单付款时间
  paid: {sum: [买家实际支付金额, 退款金额]}
  refunded: 退款金额
"""


def mappings(text: str) -> list[Mapping]:
    document = yaml.parse(text.encode(), "mappings/x.yaml")
    platform = validate(Platform, document)
    return [
        Mapping(platform.platform, export, Tier.PROJECT, document, ("exports", index))
        for index, export in enumerate(platform.exports)
    ]


def match(text: str, header: str) -> Match:
    (mapping,) = mappings(text)
    return mapping.matches(header.split(","), REQUIRED)


def test_todays_names_are_found_and_claim_the_file() -> None:
    found = match(OCEANENGINE, "时间-天,单元名称,单元ID,消耗,展示数,点击数,点击率%,转化数(计费时间)")
    assert found.claims
    assert found.columns == {
        "day": (0,),
        "ad_group": (1,),
        "spend": (3,),
        "impressions": (4,),
        "clicks": (5,),
        "conversions": (7,),
    }
    assert found.score == 1.0


def test_older_names_units_and_widths_are_found_too() -> None:
    found = match(OCEANENGINE, "日期,单元名称 ,总花费（元）,展现数(次),转化数")
    assert found.claims
    assert found.columns["spend"] == (2,)
    assert found.columns["impressions"] == (3,)
    assert found.columns["conversions"] == (4,)
    assert "clicks" not in found.columns


def test_the_newest_name_wins_where_a_file_has_both() -> None:
    assert match(OCEANENGINE, "日期,时间-天,单元名称,总花费,消耗").columns["spend"] == (4,)


def test_another_conversion_time_is_not_taken_for_ours() -> None:
    assert "conversions" not in match(OCEANENGINE, "日期,单元名称,消耗,转化数(转化时间)").columns


def test_a_file_without_a_needed_column_is_not_claimed_and_it_is_named() -> None:
    found = match(OCEANENGINE, "日期,计划名称,展示数,点击数,总消耗")
    assert not found.claims
    assert found.missing == (Absent("", ("单元名称",)), Absent("spend", ("消耗", "总花费")))
    assert 0 < found.score < 1


def test_a_header_with_all_names_scores_above_one_with_some_and_some_above_none() -> None:
    full, some, none = (match(OCEANENGINE, text).score for text in ("日期,单元名称,消耗,展示数", "日期,消耗", "a,b"))
    assert full > some > none == 0.0


def test_a_column_marked_optional_may_be_missing() -> None:
    text = OCEANENGINE.replace("unit: CNY", "unit: CNY, optional: true")
    assert match(text, "日期,单元名称").claims


def test_two_columns_that_could_be_the_one_are_reported() -> None:
    found = match(META, "Day,Amount spent (IDR),Amount spent (USD),Clicks (all)")
    assert found.ambiguous == (Ambiguous("spend", "Amount spent", (1, 2)),)
    assert not match(META, "Day,Amount spent,Amount spent (USD)").ambiguous


def test_a_sum_needs_all_its_parts_even_where_it_is_optional() -> None:
    assert match(TMALL, "订单编号,买家实际支付金额,订单付款时间 ,退款金额").columns["paid"] == (1, 3)
    assert match(TMALL, "订单编号,买家实际支付金额,订单付款时间 ").missing == (Absent("paid", ("退款金额",)),)
    optional = TMALL.replace("退款金额]}", "退款金额], optional: true}")
    assert not match(optional, "订单编号,买家实际支付金额,订单付款时间").claims
    assert match(optional, "订单编号,订单付款时间").claims


def test_a_text_names_its_columns_in_braces() -> None:
    column = Column.model_validate({"text": "{日期} {小时}:00"})
    assert column.looked_for == (("日期",), ("小时",))


def test_attributes_are_looked_up_and_never_needed() -> None:
    text = "platform: a\ntable: acquisition\ncolumns: {user: 用户ID}\nattributes: {city: [城市, 市], age: 年龄}\n"
    assert match(text, "用户ID,市").attributes == {"city": 1}


def test_a_wide_table_needs_one_column_of_each_kind() -> None:
    text = """
platform: bi
table: cohort
columns: {day: 日期, channel: 渠道, users: 新增}
summary: {day_base: 0, day_unit: calendar, amounts: daily}
melt: {into: offset, columns: {active: {unit: percent, from: {1: 次日留存, 7: [7日留存, 七日留存]}}}}
"""
    assert match(text, "日期,渠道,新增,次日留存(%),七日留存").melted == {("active", "1"): 3, ("active", "7"): 4}
    assert not match(text, "日期,渠道,新增").claims


def test_an_export_is_named_by_platform_and_report() -> None:
    (mapping,) = mappings(OCEANENGINE)
    assert mapping.name == "oceanengine/单元日报"
    assert mappings(META)[0].name == "meta"
    assert mapping.place == "mappings/x.yaml:4"


def test_values_of_an_example_stay_texts() -> None:
    example = mappings(OCEANENGINE)[0].export.example
    assert example is not None
    assert example.becomes == ({"day": "2025-01-06", "channel": "douyin", "spend": "12.50"},)
    assert example.export.endswith("012.50\n")


def test_what_is_empty_and_what_a_unit_is_worth_are_said_once() -> None:
    (rule,) = mappings(OCEANENGINE)[0].export.rows.drop
    assert rule.where == {"单元名称": EMPTY}
    assert 136_050 * UNITS["fen"] == Decimal("1360.50")
    assert Decimal("1.2") * UNITS["wan"] == 12_000


@pytest.mark.parametrize(
    ("text", "wrong", "line", "note"),
    [
        (OCEANENGINE.replace("clicks:", "click:"), "click", 14, "did you mean 'clicks'?"),
        (TMALL.replace("refunded:", "refund:"), "refund", 9, "did you mean 'refunded'?"),
    ],
)
def test_a_column_that_the_table_does_not_have_is_refused_at_its_place(
    text: str, wrong: str, line: int, note: str
) -> None:
    (mapping,) = mappings(text)
    with pytest.raises(BadConfiguration) as caught:
        validate_columns(mapping, ALLOWED)
    assert f"has no column '{wrong}'" in caught.value.sentence
    assert caught.value.line == line
    assert note in caught.value.excerpt


def test_columns_that_the_table_has_are_fine() -> None:
    for text in (OCEANENGINE, META, TMALL):
        validate_columns(mappings(text)[0], ALLOWED)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "text", "encoding", "header_line"),
    [
        ("meta/id_day_region.csv", META, "utf-8-sig", 0),
        ("tmall/tmall_order_report.csv", TMALL, "utf-8", 0),
    ],
)
def test_real_headers_are_claimed(shared: Path, file: str, text: str, encoding: str, header_line: int) -> None:
    lines = (shared / "exports" / file).read_text(encoding).splitlines()
    assert match(text, lines[header_line].replace('"', "")).claims
