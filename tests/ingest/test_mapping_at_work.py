"""What a mapping says is what happens to the rows: where a value comes from, in which unit, and what is left out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from opsctl.core.errors import BadConfiguration
from opsctl.ingest.loaded import Loaded
from tests.ingest.exports import account, read, refusals, values

DAY = date(2025, 1, 5)


def shop(columns: str, *more: str, table: str = "spend") -> str:
    """A project with one mapping, its columns as they would be written in YAML."""
    lines = ["mappings:", "  - platform: shop", f"    table: {table}", f"    columns: {{{columns}}}"]
    return "\n".join([*lines, *(f"    {line}" for line in more), ""])


SPEND = "day: 日期, channel: {const: shop}, spend: 消耗"
EXPORT = "日期,消耗\n2025-01-05,10.50\n"


def test_a_constant_stands_in_every_row(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": EXPORT + "2025-01-06,1\n"}, shop(SPEND))
    assert values(loaded, "spend", "channel") == [("shop",), ("shop",)]


@pytest.mark.parametrize(
    ("unit", "amount"),
    [("fen", "0.1050"), ("wan", "105000.0000"), ("USD", "10.5000"), ("micros", "0.0000")],
)
def test_an_amount_is_written_in_its_unit(tmp_path: Path, unit: str, amount: str) -> None:
    spend = f"day: 日期, channel: {{const: a}}, spend: {{from: 消耗, unit: {unit}}}"
    assert account(read(tmp_path, {"w.csv": EXPORT}, shop(spend))).sums == {"spend": amount}


def test_an_amount_that_the_unit_makes_finer_than_four_decimals_is_rounded_and_said(tmp_path: Path) -> None:
    spend = "day: 日期, channel: {const: a}, spend: {from: 消耗, unit: micros}"
    loaded = read(tmp_path, {"w.csv": "日期,消耗\n2025-01-05,1234567\n"}, shop(spend))
    assert account(loaded).sums == {"spend": "1.2346"}  # 1.234567
    assert any("four decimals" in note.text for note in loaded.notes)


def test_a_sum_adds_columns_and_is_unknown_only_where_all_are(tmp_path: Path) -> None:
    orders = "order: 单号, paid_at: 时间, paid: {sum: [实付, 退款]}, refunded: 退款"
    export = "单号,时间,实付,退款\no1,2025-01-05,10.50,2\no2,2025-01-05,,3\no3,2025-01-05,7,\no4,2025-01-05,,\n"
    loaded = read(tmp_path, {"w.csv": export}, shop(orders, table="order"))
    assert values(loaded, "order", "order", "paid", "refunded") == [
        ("o1", 12_5000, 2_0000),
        ("o2", 3_0000, 3_0000),
        ("o3", 7_0000, None),
    ]
    assert [(row.line, row.column, row.code) for row in loaded.rejected] == [(5, "paid", "OPS204")]


def test_a_part_of_a_sum_that_cannot_be_read_rejects_the_row(tmp_path: Path) -> None:
    orders = "order: 单号, paid_at: 时间, paid: {sum: [实付, 退款]}"
    loaded = read(
        tmp_path, {"w.csv": "单号,时间,实付,退款\no1,2025-01-05,1,0\no2,2025-01-05,1,x\n"}, shop(orders, table="order")
    )
    assert [(row.line, row.column, row.code) for row in loaded.rejected] == [(3, "paid", "OPS202")]


def test_a_text_is_put_together_and_then_read(tmp_path: Path) -> None:
    orders = 'order: {text: "{日期}-{时}"}, paid_at: {text: "{日期} {时}:00", zone: UTC}, paid: 钱'
    loaded = read(tmp_path, {"w.csv": "日期,时,钱\n2025-01-05,08,1\n2025-01-05,23,2\n"}, shop(orders, table="order"))
    assert values(loaded, "order", "order", "paid_day") == [
        ("2025-01-05-08", date(2025, 1, 5)),
        ("2025-01-05-23", date(2025, 1, 6)),  # seven in the morning in Shanghai
    ]


def test_a_name_from_another_place_than_a_column_is_that_of_every_row(tmp_path: Path) -> None:
    where = 'file: {preamble: {account: "账户[:：](.*)"}, name: {product: "([a-z]+)_[0-9]+"}}'
    loaded = read(tmp_path, {"tea_202501.csv": f"账户：主账户\n\n{EXPORT}"}, shop(SPEND, where))
    assert values(loaded, "spend", "account", "product") == [("主账户", "tea")]


def test_what_a_spreadsheet_puts_behind_a_remark_is_not_part_of_it(tmp_path: Path) -> None:
    where = 'file: {preamble: {account: "账户[:：](.*)"}}'
    export = "账户：主账户,,\n日期,消耗,备注\n2025-01-05,1,x\n"
    assert values(read(tmp_path, {"w.csv": export}, shop(SPEND, where)), "spend", "account") == [("主账户",)]


def test_a_column_may_say_itself_where_in_the_file_it_stands(tmp_path: Path) -> None:
    columns = f'{SPEND}, account: {{file: {{name: "_([a-z]+)[.]csv"}}}}'
    loaded = read(tmp_path, {"w_main.csv": EXPORT, "w_second.csv": EXPORT + "\n"}, shop(columns))
    assert values(loaded, "spend", "account") == [("main",), ("second",)]


def test_a_file_that_does_not_tell_has_no_account(tmp_path: Path) -> None:
    where = 'file: {preamble: {account: "账户[:：](.*)"}}'
    assert values(read(tmp_path, {"w.csv": EXPORT}, shop(SPEND, where)), "spend", "account") == [(None,)]


def test_a_text_that_stands_for_nothing_is_missing_and_not_zero(tmp_path: Path) -> None:
    columns = f"{SPEND}, clicks: 点击"
    loaded = read(tmp_path, {"w.csv": "日期,消耗,点击\n2025-01-05,1,未统计\n"}, shop(columns, "nulls: [未统计]"))
    assert values(loaded, "spend", "clicks") == [(None,)]
    assert loaded.rejected == []


def test_rows_that_are_no_data_are_dropped_by_reason(tmp_path: Path) -> None:
    rules = "rows: {drop: [{where: {单元: empty}, reason: no unit}, {where: {单元: 测试, 状态: 关}, reason: test}]}"
    export = "日期,单元,状态,消耗\n2025-01-05,,开,1\n2025-01-05,u,开,2\n2025-01-05,测试,开,4\n2025-01-05, 测试 ,关,8\n"
    loaded = read(tmp_path, {"w.csv": export}, shop(f"{SPEND}, ad_group: 单元", rules))
    assert account(loaded).dropped == {"no unit": 1, "test": 1}
    assert values(loaded, "spend", "ad_group", "spend") == [("u", 2_0000), ("测试", 4_0000)]


def test_a_dropped_row_may_be_as_broken_as_it_likes(tmp_path: Path) -> None:
    rules = "rows: {drop: [{where: {单元: empty}, reason: no unit}]}"
    export = "日期,单元,消耗\n-,,见附件\n2025-01-05,u,2\n"
    loaded = read(tmp_path, {"w.csv": export}, shop(f"{SPEND}, ad_group: 单元", rules))
    assert (loaded.rejected, account(loaded).dropped) == ([], {"no unit": 1})


def test_the_basis_of_conversions_stands_beside_them(tmp_path: Path) -> None:
    columns = f"{SPEND}, conversions: {{from: 转化, basis: billing}}"
    loaded = read(tmp_path, {"w.csv": "日期,消耗,转化\n2025-01-05,1,2.5\n"}, shop(columns))
    assert values(loaded, "spend", "conversions", "conversion_basis") == [(2_5000, "billing")]


def test_attributes_of_a_user_are_named_by_the_mapping(tmp_path: Path) -> None:
    users = "user: 用户, acquired_at: 时间, channel: 渠道"
    export = "用户,时间,渠道,手机系统,手机号\nu1,2025-01-05,A,ios,13800138000\n"
    loaded = read(tmp_path, {"w.csv": export}, shop(users, "attributes: {platform: 手机系统}", table="acquisition"))
    assert values(loaded, "acquisition", "attribute_platform") == [("ios",)]
    assert [name for name in loaded.supplied["acquisition"] if name.startswith("attribute_")] == ["attribute_platform"]


def test_an_old_name_of_a_column_is_still_read(tmp_path: Path) -> None:
    columns = "day: [时间-天, 日期], channel: {const: a}, spend: [总消耗, 消耗]"
    loaded = read(tmp_path, {"w.csv": EXPORT}, shop(columns))
    assert values(loaded, "spend", "day", "spend") == [(DAY, 10_5000)]


# --- the currency of money ------------------------------------------------------------------------------


MONEY = "day,channel,spend\n2025-01-05,A,10\n"
NAMED = "day: D, channel: {const: a}, spend: [Amount spent]"
FOREIGN = "D,Amount spent\n2025-01-05,10\n"


@pytest.mark.parametrize(
    ("export", "project", "currency"),
    [
        (MONEY, "", "CNY"),
        (MONEY, "currency: JPY\n", "JPY"),
        (MONEY, "currency: JPY\nsources: [{path: '*.csv', currency: USD}]\n", "USD"),
        (MONEY.replace(",10", ",€10"), "sources: [{path: '*.csv', currency: USD}]\n", "EUR"),
        ("day,channel,spend,currency\n2025-01-05,A,10,GBP\n", "sources: [{path: '*.csv', currency: USD}]\n", "GBP"),
        (FOREIGN, shop(NAMED, "currency: THB") + "sources: [{path: '*.csv', currency: USD}]\n", "THB"),
        (FOREIGN.replace("spent", "spent (IDR)"), shop(NAMED, "currency: THB"), "IDR"),
        (FOREIGN, shop("day: D, channel: {const: a}, spend: {from: Amount spent, unit: VND}", "currency: THB"), "VND"),
        ("all in PHP\n" + FOREIGN, shop(NAMED, "currency: THB", 'file: {preamble: {currency: "all in (.*)"}}'), "PHP"),
    ],
    ids=["unset", "project", "source", "sign", "column", "mapping", "header", "unit", "preamble"],
)
def test_the_nearest_place_that_names_a_currency_counts(
    tmp_path: Path, export: str, project: str, currency: str
) -> None:
    loaded = read(tmp_path, {"w.csv": export}, project)
    assert values(loaded, "spend", "currency", "spend") == [(currency, 10_0000)]


def test_a_currency_that_only_the_project_knows_is_said(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": MONEY})
    assert [note.text.rpartition("/")[2] for note in loaded.notes if note.code == "currency_assumed"] == [
        "w.csv names no currency; the project's is taken"
    ]


def test_money_of_two_currencies_is_summed_apart(tmp_path: Path) -> None:
    export = "day,channel,spend,currency\n2025-01-05,A,10,USD\n2025-01-05,B,7,CNY\n2025-01-06,A,1,USD\n"
    assert account(read(tmp_path, {"w.csv": export})).sums == {"spend.CNY": "7.0000", "spend.USD": "11.0000"}


# --- what the project knows of its files ------------------------------------------------------------------


def test_a_source_says_account_channel_product_and_zone_where_the_file_does_not(tmp_path: Path) -> None:
    source = "{path: '*.csv', account: main, product: tea, channel: douyin, timezone: America/New_York}"
    users = shop("user: U, acquired_at: T, channel: C", table="acquisition")
    loaded = read(tmp_path, {"u.csv": "U,T,C\nu1,2025-01-05 13:00,A\n"}, f"{users}sources: [{source}]\n")
    assert values(loaded, "acquisition", "account", "product", "channel", "day") == [
        ("main", "tea", "A", date(2025, 1, 6))  # the file names the channel; 13:00 in New York is 2:00 in Shanghai
    ]


def test_a_source_says_how_dates_and_decimals_are_written(tmp_path: Path) -> None:
    source = "sources: [{path: '*.csv', dates: dmy, decimal: ','}]\n"
    loaded = read(tmp_path, {"w.csv": 'day,channel,spend\n05/01/2025,A,"1.234,5"\n'}, source)
    assert values(loaded, "spend", "day", "spend") == [(DAY, 1_234_5000)]


def test_a_source_says_the_encoding_that_cannot_be_found_out(tmp_path: Path) -> None:
    export = "day,channel,spend\n2025-01-05,抖音,1\n".encode("gb18030")
    loaded = read(tmp_path, {"w.csv": export}, "sources: [{path: '*.csv', encoding: gb18030}]\n")
    assert values(loaded, "spend", "channel") == [("抖音",)]


def test_the_first_source_that_covers_a_file_counts(tmp_path: Path) -> None:
    sources = "sources:\n  - {path: 'main*.csv', account: first}\n  - {path: '*.csv', account: other}\n"
    loaded = read(tmp_path, {"main.csv": MONEY, "w.csv": MONEY + "\n"}, sources)
    assert values(loaded, "spend", "account") == [("first",), ("other",)]


def test_daily_sums_of_another_zone_are_named_since_nothing_can_shift_them(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": MONEY}, "sources: [{path: '*.csv', timezone: UTC}]\n")
    assert [note.code for note in loaded.notes if note.code == "tz_mismatch"] == ["tz_mismatch"]
    assert loaded.foreign_days == {"spend"}


def test_a_zone_that_shows_the_same_clock_is_no_other_zone(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": MONEY}, "sources: [{path: '*.csv', timezone: Asia/Singapore}]\n")
    assert loaded.foreign_days == set()


# --- channels -------------------------------------------------------------------------------------------

TREE = "channels:\n  douyin: {name: {zh: 抖音, en: Douyin}, aliases: [抖音商业化]}\n"


def test_a_channel_is_known_by_its_id_its_names_and_its_aliases(tmp_path: Path) -> None:
    names = ["douyin", "抖音", " 抖音商业化 ", "DOUYIN"]
    export = "day,channel,spend\n" + "".join(f"2025-01-0{at},{name},1\n" for at, name in enumerate(names, start=1))
    assert {name for (name,) in values(read(tmp_path, {"w.csv": export}, TREE), "spend", "channel")} == {"douyin"}


def test_a_channel_that_the_tree_does_not_have_is_said_and_kept(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": "day,channel,spend\n2025-01-05,抖音,1\n2025-01-05,快手,1\n"}, TREE)
    assert [row[0] for row in values(loaded, "spend", "channel")] == ["douyin", "快手"]
    assert [note.text for note in loaded.notes if note.code == "unknown_channels"] == ["not in the channel tree: 快手"]


# --- words of another column, items of an order, counts since 1970 --------------------------------------

STATUS = (
    "order: 单号, created_at: 时间, paid: 应付, "
    "paid_at: {from: 时间, when: {column: [状态, 订单状态], is: [已完成, 已发货], is_not: [待支付, empty]}}"
)


def test_a_value_counts_only_in_rows_whose_status_says_so(tmp_path: Path) -> None:
    rows = "o1,2025-01-05,10, 已完成 \no2,2025-01-06,20,待支付\no3,2025-01-07,30,\n"
    loaded = read(tmp_path, {"w.csv": f"单号,时间,应付,状态\n{rows}"}, shop(STATUS, table="order"))
    assert values(loaded, "order", "order", "created_day", "paid_day") == [
        ("o1", date(2025, 1, 5), date(2025, 1, 5)),
        ("o2", date(2025, 1, 6), None),
        ("o3", date(2025, 1, 7), None),
    ]


def test_a_status_that_nobody_knows_rejects_its_row_and_no_other(tmp_path: Path) -> None:
    rows = "o1,2025-01-05,10,已完成\no2,2025-01-06,20,部分退款\n"
    loaded = read(tmp_path, {"w.csv": f"单号,时间,应付,订单状态\n{rows}"}, shop(STATUS, table="order"))
    assert values(loaded, "order", "order") == [("o1",)]
    assert [(row.line, row.column, row.code) for row in loaded.rejected] == [(3, "paid_at", "OPS211")]


def test_a_file_without_the_column_of_the_status_is_not_this_export(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": "单号,时间,应付\no1,2025-01-05,10\n"}, shop(STATUS, table="order"))
    assert refusals(loaded) == [("OPS102", "w.csv")]


def test_an_empty_cell_of_a_text_may_stand_for_a_word(tmp_path: Path) -> None:
    users = "user: id, acquired_at: 时间, channel: {from: 渠道, if_empty: organic}"
    loaded = read(
        tmp_path, {"w.csv": "id,时间,渠道\nu1,2025-01-05,\nu2,2025-01-05,dy\n"}, shop(users, table="acquisition")
    )
    assert values(loaded, "acquisition", "user", "channel") == [("u1", "organic"), ("u2", "dy")]


ITEMS = "order: 单号, user: 买家, created_at: 下单, paid_at: 付款, paid: 实付, refunded: 退款"
ITEMS_HEADER = "单号,买家,下单,付款,实付,退款\n"


def items(tmp_path: Path, rows: str) -> Loaded:
    lenient = "contract: {rejects: 9}\n"
    return read(tmp_path, {"w.csv": ITEMS_HEADER + rows}, lenient + shop(ITEMS, "rows: {each: item}", table="order"))


def test_the_items_of_an_order_are_one_order_and_every_row_is_accounted_for(tmp_path: Path) -> None:
    loaded = items(
        tmp_path,
        "o1,u1,2025-01-05 10:00:00,2025-01-05 10:01:00,10.50,\n"
        "o2,u2,2025-01-05 11:00:00,,8,\n"
        "o1,u1,2025-01-05 10:00:00,2025-01-05 10:01:00,4.50,4.50\n",
    )
    assert values(loaded, "order", "order", "paid", "refunded", "source_line") == [
        ("o1", 15_0000, 4_5000, 2),
        ("o2", 8_0000, None, 3),
    ]
    found = account(loaded)
    assert (found.read, found.accepted, dict(found.dropped)) == (3, 2, {"further item of an order": 1})


def test_an_item_that_was_never_paid_adds_nothing_to_what_was_paid_for_the_others(tmp_path: Path) -> None:
    loaded = items(tmp_path, "o1,u1,2025-01-05,2025-01-06,10,\no1,u1,2025-01-05,,7,\n")
    assert values(loaded, "order", "paid", "paid_day") == [(10_0000, date(2025, 1, 6))]


def test_an_order_of_which_an_item_cannot_be_read_is_rejected_as_a_whole(tmp_path: Path) -> None:
    loaded = items(tmp_path, "o1,u1,2025-01-05,2025-01-05,10,\no1,u1,2025-01-05,2025-01-05,1O,\no2,u2,2025-01-05,,1,\n")
    assert values(loaded, "order", "order") == [("o2",)]
    assert [(row.line, row.column, row.code) for row in loaded.rejected] == [
        (2, "order", "OPS212"),
        (3, "paid", "OPS202"),
    ]


def test_items_of_one_order_under_two_buyers_are_rejected(tmp_path: Path) -> None:
    loaded = items(tmp_path, "o1,u1,2025-01-05,,10,\no1,u2,2025-01-05,,1,\no2,u2,2025-01-05,,1,\n")
    assert values(loaded, "order", "order") == [("o2",)]
    assert [(row.line, row.code) for row in loaded.rejected] == [(2, "OPS209"), (3, "OPS209")]


def test_two_items_that_say_the_same_are_added_and_it_is_said(tmp_path: Path) -> None:
    loaded = items(tmp_path, "o1,u1,2025-01-05,2025-01-05,10,\n" * 2)
    assert values(loaded, "order", "paid") == [(20_0000,)]
    assert any("just what another of its order does" in note.text for note in loaded.notes)


def test_only_orders_are_of_items(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="only the table order is of items"):
        read(tmp_path, {"w.csv": EXPORT}, shop(SPEND, "rows: {each: item}"))


@pytest.mark.parametrize(
    ("unit", "moment"),
    [
        ("seconds", "1736006400"),
        ("millis", "1736006400000"),
        ("micros", "1736006400000000"),
        ("seconds", "1736006400.0"),
    ],
)
def test_a_time_may_be_a_count_since_1970(tmp_path: Path, unit: str, moment: str) -> None:
    """1736006400 s = 2025-01-04 16:00 UTC, midnight of the 5th in Shanghai."""
    users = f"user: id, acquired_at: {{from: t, unit: {unit}}}, channel: {{const: a}}"
    loaded = read(tmp_path, {"w.csv": f"id,t\nu1,{moment}\nu2,2025-01-06\n"}, shop(users, table="acquisition"))
    assert values(loaded, "acquisition", "day") == [(date(2025, 1, 5),), (date(2025, 1, 6),)]


@pytest.mark.parametrize(("unit", "moment"), [("millis", "1736006400"), ("seconds", "1736006400000"), ("seconds", "0")])
def test_a_count_in_another_unit_is_no_time(tmp_path: Path, unit: str, moment: str) -> None:
    users = f"user: id, acquired_at: {{from: t, unit: {unit}}}, channel: {{const: a}}"
    loaded = read(tmp_path, {"w.csv": f"id,t\nu1,{moment}\nu2,2025-01-06\n"}, shop(users, table="acquisition"))
    assert [(row.line, row.column, row.code) for row in loaded.rejected] == [(2, "acquired_at", "OPS203")]


def test_a_currency_may_be_written_in_small_letters(tmp_path: Path) -> None:
    spend = SPEND + ", currency: 币种"
    loaded = read(tmp_path, {"w.csv": "日期,消耗,币种\n2025-01-05,1,usd\n2025-01-06,2,EUR\n"}, shop(spend))
    assert values(loaded, "spend", "currency") == [("USD",), ("EUR",)]


def test_words_on_which_the_items_of_an_order_differ_are_not_those_of_the_order(tmp_path: Path) -> None:
    rows = "o1,u1,2025-01-05,2025-01-05,10,,直播,器具\no1,u1,2025-01-05,2025-01-05,5,,直播,咖啡\n"
    export = ITEMS_HEADER.replace("\n", ",来源,类目\n") + rows
    columns = ITEMS + ", entry_path: 来源, category: 类目"
    loaded = read(tmp_path, {"w.csv": export}, shop(columns, "rows: {each: item}", table="order"))
    assert values(loaded, "order", "paid", "entry_path", "category") == [(15_0000, "直播", None)]


def test_of_several_columns_a_row_takes_the_first_that_it_fills(tmp_path: Path) -> None:
    users = "user: {first_of: [idfv, aid]}, acquired_at: t, channel: {first_of: [partner, link], if_empty: organic}"
    export = (
        "idfv,aid,t,partner,link\ni1,,2025-01-05,Ads,mail\n-,a2,2025-01-05,,mail\n,a3,2025-01-05,,\n,,2025-01-05,Ads,\n"
    )
    loaded = read(tmp_path, {"w.csv": export}, shop(users, 'nulls: ["-"]', table="acquisition"))
    assert values(loaded, "acquisition", "user", "channel") == [("i1", "Ads"), ("a2", "mail"), ("a3", "organic")]
    assert [(row.line, row.column, row.code) for row in loaded.rejected] == [(5, "user", "OPS204")]


@pytest.mark.parametrize(("amount", "project"), [("$10.50", "CNY"), ("¥10.50", "USD")])
def test_money_with_the_sign_of_another_currency_is_not_taken_for_ours(
    tmp_path: Path, amount: str, project: str
) -> None:
    loaded = read(tmp_path, {"w.csv": f"日期,消耗\n2025-01-05,{amount}\n"}, f"currency: {project}\n{shop(SPEND)}")
    assert [one.code for one in loaded.refused] == ["OPS108"]


def test_one_decimal_comma_tells_how_the_other_numbers_of_a_file_are_meant(tmp_path: Path) -> None:
    export = "Tag;Kosten;Klicks\n2025-01-05;1.234,56;3.000\n"
    mapping = shop("day: Tag, channel: {const: a}, spend: Kosten, clicks: Klicks")
    loaded = read(tmp_path, {"w.csv": export}, mapping)
    assert values(loaded, "spend", "spend", "clicks") == [(12345600, 3000)]


def test_points_that_could_part_thousands_are_not_guessed(tmp_path: Path) -> None:
    export = "Day;Cost;Clicks\n2025-01-05;150.000;3\n"
    mapping = shop("day: Day, channel: {const: a}, spend: Cost, clicks: Clicks")
    assert [one.code for one in read(tmp_path, {"w.csv": export}, mapping).refused] == ["OPS108"]
