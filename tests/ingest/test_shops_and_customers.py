"""Orders of shops, customers of WeCom and live sessions, in the shapes that their platforms export them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.ingest.exports import account, read, values

DAY = date(2025, 3, 2)
DOUDIAN = "主订单编号,子订单编号,选购商品,订单应付金额,收件人手机号,订单提交时间,订单状态,售后状态\n"
JD = "订单号,商品ID,商品名称,订购数量,下单时间,京东价,订单金额,应付金额,订单状态,付款确认时间\n"
YOUZAN = "订单号,订单商品状态,商品名称,商品实际成交金额,商品退款状态,商品已退款金额,买家手机号,买家付款时间\n"
STRIPE = "id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Customer ID\n"
WECOM = "客户名称,描述,添加人,添加人账号,添加人所属部门,添加时间,来源,手机,标签组1(意向),标签组2(来源)\n"
LUOPAN = "主播昵称,主播抖音号,直播开始时间,直播间成交金额,投放消耗（店铺绑定）,投放消耗（店铺被投）\n"


def test_the_suborders_of_a_doudian_order_are_one_order_without_those_that_were_closed(tmp_path: Path) -> None:
    rows = (
        '"\t69001","\t69001","\t壶",100.00,$$密文,2025-03-02 08:00:00,已发货,-\n'
        '"\t69001","\t69002","\t杯",20.50,$$密文,2025-03-02 08:00:00,已完成,退款成功\n'
        '"\t69001","\t69003","\t赠品",9.90,$$密文,2025-03-02 08:00:00,已关闭,-\n'
    )
    loaded = read(tmp_path, {"1791213782_3edeb.csv": (DOUDIAN + rows).encode("gb18030")})
    assert values(loaded, "order", "order", "paid", "paid_day", "refunded", "user") == [
        ("69001", 120_5000, DAY, None, None)  # 100 + 20.50; what was refunded stands in another export
    ]
    assert dict(account(loaded).dropped) == {"further item of an order": 2}


def test_a_doudian_order_with_an_unknown_status_is_rejected_as_a_whole(tmp_path: Path) -> None:
    rows = "1,1,a,10,x,2025-03-02,已发货,-\n1,2,b,10,x,2025-03-02,拣货中,-\n2,3,c,1,x,2025-03-02,已完成,-\n"
    loaded = read(tmp_path, {"w.csv": DOUDIAN + rows})
    assert values(loaded, "order", "order") == [("2",)]
    assert [(row.line, row.code) for row in loaded.rejected] == [(2, "OPS212"), (3, "OPS211")]


def test_the_time_of_payment_goes_before_that_of_the_order(tmp_path: Path) -> None:
    header = DOUDIAN.replace("订单状态", "支付完成时间,订单状态")
    loaded = read(tmp_path, {"w.csv": header + "1,1,a,10,x,2025-03-01 23:59:00,2025-03-02 00:01:00,已完成,-\n"})
    assert values(loaded, "order", "created_day", "paid_day") == [(date(2025, 3, 1), DAY)]


def test_the_items_of_a_youzan_order_are_added_with_their_refunds(tmp_path: Path) -> None:
    rows = (
        "E1,交易完成,壶,138.00,-,0.00,13800000001,2025-03-02 08:00:00\n"
        "E1,交易关闭,杯,39.90,全额退款,39.90,13800000001,2025-03-02 08:00:00\n"
    )
    loaded = read(tmp_path, {"w.csv": YOUZAN + rows})
    assert values(loaded, "order", "order", "paid", "refunded") == [("E1", 177_9000, 39_9000)]


def test_a_jd_order_of_several_products_is_paid_once(tmp_path: Path) -> None:
    row = "31,{},{},1,2025-03-02 08:00:00,{},500.00,480.00,完成,2025-03-02 08:01:00\n"
    loaded = read(tmp_path, {"w.csv": JD + row.format(1, "甲", "200.00") + row.format(2, "乙", "300.00")})
    assert values(loaded, "order", "order", "paid") == [("31", 480_0000)]
    assert dict(account(loaded).dropped) == {"sent twice": 1}


def test_rows_of_a_jd_order_that_say_different_amounts_are_rejected(tmp_path: Path) -> None:
    row = "31,{},a,1,2025-03-02 08:00:00,1,500.00,{},完成,2025-03-02 08:01:00\n"
    other = "32,1,a,1,2025-03-02 08:00:00,1,1,1,完成,2025-03-02 08:01:00\n"
    loaded = read(tmp_path, {"w.csv": JD + row.format(1, "200.00") + row.format(2, "280.00") + other})
    assert values(loaded, "order", "order") == [("32",)]
    assert [(row.line, row.code) for row in loaded.rejected] == [(2, "OPS209"), (3, "OPS209")]


def test_a_stripe_payment_is_of_the_local_day_of_its_utc_time(tmp_path: Path) -> None:
    rows = "ch_1,2025-03-01 16:30:00,10.00,0,usd,Paid,c\nch_2,2025-03-01 15:30:00,10.00,0,usd,Failed,c\n"
    loaded = read(tmp_path, {"w.csv": STRIPE + rows})
    assert values(loaded, "order", "order", "created_day", "paid_day", "currency") == [
        ("ch_1", DAY, DAY, "USD"),
        ("ch_2", date(2025, 3, 1), None, "USD"),
    ]


def test_stripe_with_semicolons_and_columns_of_its_own_is_read(tmp_path: Path) -> None:
    header = STRIPE.replace("\n", ",plan (metadata)\n").replace(",", ";")
    loaded = read(tmp_path, {"w.csv": header + "ch_1;2025-03-01 16:30;1,234.50;0.00;usd;Paid;c;x\n"})
    assert values(loaded, "order", "paid") == [(1234_5000,)]


def test_customers_of_wecom_are_counted_and_nobody_is_named(tmp_path: Path) -> None:
    rows = (
        "小橙,,王五,wangwu,华东,2025-03-02 10:00:00,扫描二维码,13800000001,高,直播\n"
        "小橙,,王五,wangwu,华东,2025-03-02 11:00:00,扫描二维码,,,\n"
        "小橙,,赵六,zhaoliu,华东,2025-03-02 12:00:00,扫描二维码,13800000001,,\n"
    )
    loaded = read(tmp_path, {"客户.csv": WECOM + rows})
    assert set(loaded.tables) == {"cohort"}
    assert values(loaded, "cohort", "day", "channel", "account", "campaign", "users") == [
        (DAY, "wecom", "wangwu", "扫描二维码", 2),
        (DAY, "wecom", "zhaoliu", "扫描二维码", 1),
    ]
    assert not any("小橙" in note.text for note in loaded.notes)


def test_two_live_sessions_of_a_day_are_two_rows_and_one_without_ads_is_counted(tmp_path: Path) -> None:
    rows = (
        "橙子,cz1,2025/03/02 10:00,100,1200.50,1300.50\n橙子,cz1,2025/03/02 20:00,50,800,900\n"
        "橙子,cz1,2025-03-02 23:00,9,-,-\n"
    )
    loaded = read(tmp_path, {"直播明细.csv": LUOPAN + rows})
    assert values(loaded, "spend", "day", "channel", "spend") == [
        (DAY, "qianchuan", 1200_5000),
        (DAY, "qianchuan", 800_0000),
    ]
    assert dict(account(loaded).dropped) == {"no ads": 1}


def test_live_details_beside_plans_are_asked_about_as_the_same_money(tmp_path: Path) -> None:
    plans = "计划名称,日期,消耗(元),展示次数\n春季,2025-03-02,2000.50,1000\n"
    loaded = read(tmp_path, {"plans.csv": plans, "live.csv": LUOPAN + "橙子,cz1,2025/03/02 10:00,100,2000.50,1\n"})
    assert any("is it the same money twice?" in note.text for note in loaded.notes)


def test_hours_of_adjust_with_installs_among_sessions_are_activity(tmp_path: Path) -> None:
    header = "{adid},{activity_kind},{created_at},{installed_at},{network_name},{event_name}\n"
    installs = header + "a1,install,1740873600,1740873600,Facebook,\n"
    mixed = installs + "a1,session,1740873700,1740873600,Facebook,\n,click,1740873700,,Facebook,\n"
    assert set(read(tmp_path / "a", {"w.csv": installs}).tables) == {"acquisition"}
    loaded = read(tmp_path / "b", {"w.csv": mixed})
    assert values(loaded, "activity", "user", "event", "day") == [("a1", "install", DAY), ("a1", "session", DAY)]
    assert dict(account(loaded).dropped) == {"no device": 1}
