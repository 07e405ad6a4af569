"""The channel report from files to page: what it says, what it leaves out, and of which days."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.inside import opsctl
from tests.command import Ran
from tests.verdicts.market import Channel, Market, market

# From Monday 3 March to Sunday 25 May 2025, the last day of the week 21.
PUBLIC = {
    "a": {"name": {"zh": "抖音", "en": "Douyin"}, "group": "public"},
    "b": {"name": {"zh": "快手", "en": "Kuaishou"}, "group": "public"},
    "c": {"name": {"zh": "企微", "en": "WeCom"}, "group": "private"},
}
DOUYIN = Channel("a", spend=100, users=10, paid=20, kept=5)
KUAISHOU = Channel("b", spend=60, users=12, paid=0, kept=1)
WECOM = Channel("c", spend=10, users=10, paid=20, kept=5)
ORGANIC = Channel("o", spend=0, users=5)
MAY = [{"month": "2025-05", "channel": channel, "amount": amount} for channel, amount in (("a", "3100"), ("b", "1860"))]
TARGETS = [
    {"metric": "cpa", "group": "public", "period": "2025-Q2", "target": "7.5"},
    {"metric": "retention_d7", "group": "public", "period": "2025", "target": "0.25"},
    {"metric": "acquisitions", "period": "2025-05", "target": "1147"},
]


def planned(*more: Channel, **said: Any) -> Market:
    return market(DOUYIN, KUAISHOU, WECOM, ORGANIC, *more, channels=PUBLIC, budgets=MAY, targets=TARGETS, **said)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has everything a report can tell."""
    return planned().written(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def answer(folder: Path) -> dict[str, Any]:
    """The report of its last week, for programs."""
    ran = opsctl("report", folder, "--json")
    assert ran.code == 0, ran.err
    found: dict[str, Any] = ran.json
    return found


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    """The same for people."""
    return opsctl("report", folder, "--locale", "zh-CN").out


def told(where: Path, folder: Path, *arguments: str) -> tuple[dict[str, Any], str]:
    """One report for programs and, in Chinese, for people; it is made once and written to a folder."""
    ran = opsctl("report", folder, *arguments, "--locale", "zh-CN", "-o", where / "r.json", "-o", where / "r.txt")
    assert ran.code == 0, ran.err
    return json.loads((where / "r.json").read_text("utf-8")), (where / "r.txt").read_text("utf-8")


def kpi(answer: dict[str, Any], metric: str, scope: str = "public") -> dict[str, Any]:
    (found,) = (one for one in answer["kpis"] if (one["metric"], one["scope"]) == (metric, scope))
    one: dict[str, Any] = found
    return one


def columns(ran: Ran) -> dict[str, set[str]]:
    """The columns of each table that have a value anywhere."""
    found: dict[str, set[str]] = {}
    for row in csv.DictReader(io.StringIO(ran.out)):
        found.setdefault(row["table"], set()).update(name for name, cell in row.items() if cell)
    return found


# --- what it says ---------------------------------------------------------------------------------------


def test_the_last_whole_week_in_figures(answer: dict[str, Any]) -> None:
    assert (answer["as_of"], answer["period"]) == ("2025-05-25", {"from": "2025-05-19", "to": "2025-05-25"})
    assert kpi(answer, "spend")["now"]["value"] == f"{7 * 160}.0000"
    assert kpi(answer, "spend")["month_to_date"]["value"] == f"{25 * 160}.0000"
    assert kpi(answer, "acquisitions")["now"]["value"] == 7 * 22
    assert kpi(answer, "cpa")["now"]["value"] == pytest.approx(160 / 22)
    assert kpi(answer, "retention_d7")["now"]["value"] == pytest.approx(6 / 22)
    assert kpi(answer, "retention_d7")["now"]["cohort"] == {"from": "2025-05-12", "to": "2025-05-18"}
    assert kpi(answer, "cost_per_retained_d7")["now"]["value"] == pytest.approx(160 / 6)
    assert kpi(answer, "acquisitions", "all")["now"]["value"] == 7 * 37
    assert kpi(answer, "cpa", "all")["now"]["value"] == pytest.approx(170 / 37)
    assert kpi(answer, "net_paid", "all")["now"]["value"] == f"{7 * 25 * 20}.0000"
    assert {one["change"] for one in answer["kpis"]} == {0}
    assert [one["scope"] for one in answer["kpis"]] == ["public"] * 5 + ["all"] * 3


def test_figures_stand_by_their_plans(answer: dict[str, Any]) -> None:
    standing = {(one["metric"], one["scope"]): (one["target"], one["standing"]) for one in answer["kpis"]}
    assert standing["spend", "public"] == (3100 + 1860, "on_pace")
    assert standing["cpa", "public"] == (7.5, "reached")  # 7.27
    assert standing["retention_d7", "public"] == (0.25, "reached")  # 27 %
    assert standing["acquisitions", "all"] == (31 * 37, "normal")
    assert answer["pace"] == {
        "budget": 31 * 160,
        "spent": 25 * 160,
        "spent_share": 25 / 31,
        "time_share": 25 / 31,
        "forecast": 31 * 160,
        "forecast_share": 1,
        "standing": "on_pace",
    }


def test_a_row_says_what_is_advised_and_how_much_of_its_budget_is_gone(answer: dict[str, Any], folder: Path) -> None:
    """The advice is that of `prune`."""
    rows = {row["channel"]: row for row in answer["rows"]}
    assert [row["budget_share"] for row in rows.values()] == [25 / 31, 25 / 31, None, None]
    advised = {row["channel"]: row for row in opsctl("prune", folder, "--json").rows}
    assert advised.keys() == {"a", "b", "c"}
    for name, key in (("verdict",) * 2, ("value_per_cost",) * 2, ("value_low", "low"), ("spend_next",) * 2):
        assert {channel: rows[channel][name] for channel in advised} == {
            channel: one[key] for channel, one in advised.items()
        }
    assert (rows["b"]["verdict"], rows["o"]["verdict"]) == ("cut", None)  # users that never buy; no money at all
    assert "value_per_cost" not in rows["o"]
    assert (answer["bought_total"]["spend"]["value"], answer["paid_total"]["spend"]["value"]) == (
        "1120.0000",
        "1190.0000",
    )


def test_data_come_first_then_conclusions_then_what_is_to_be_approved_then_the_tables(page: str) -> None:
    lines = page.splitlines()
    assert lines[0].startswith("渠道周报  2025年5月19-25日（第21周）")
    starts = ["数据  ", "结论  1. ", "待批  (1) ", "指标  ", "渠道  ", "公域小计  ", "企微  ", "付费小计  ", "合计  "]
    places = [next(at for at, line in enumerate(lines) if line.startswith(start)) for start in starts]
    assert places == sorted(places)
    assert "待批 " in lines[0]


def test_conclusions_are_of_the_public_channels_and_their_cheapest(page: str, folder: Path) -> None:
    """WeCom is cheaper, but no platform sells it: Kuaishou's 60 / 1 are 125 % above 160 / 6."""
    assert "1. 公域获客成本 7.27，环比 +0.0%，在正常波动内；比目标 7.50 低 3.0%" in page
    assert "2. 快手获客成本较低（5.00），但 7 留成本 60.0，比公域平均高 125%" in page
    assert "3. 5月公域消耗进度 80.6%，时间进度 80.6%；按近 7 天的速度月底到预算的 100.0%，不超也不落" in page
    english = opsctl("report", folder, "--locale", "en").out
    assert "1. Paid media: CPA 7.27, +0.0% on the week (normal range), 3.0% below the target of 7.50" in english
    assert "2. Kuaishou has a lower CPA (5.00) but costs 60.0 per user kept to day 7, 125% more than" in english
    assert "3. Paid media in May: 80.6% of budget spent, 80.6% of the month gone;" in english


def test_a_price_that_jumped_is_a_problem_with_its_money(tmp_path: Path) -> None:
    """From 6 for each user to 12 in the last week, of 84 users: 504 more."""
    jumped = Channel("b", spend=lambda number: 144 if number >= 77 else 72, users=12, paid=20)
    answer, shown = told(tmp_path, market(DOUYIN, jumped, channels=PUBLIC).written(tmp_path))
    assert [(one["channel"], one["before"], one["now"], one["money"]) for one in answer["alarms"]] == [
        ("b", 6, 12, "504.0000")
    ]
    assert "[关注] 快手获客成本由 6.00 变为 12.00（+100.0%，" in shown
    assert "关注 1 项" in shown.splitlines()[0]


# --- what it leaves out ---------------------------------------------------------------------------------


def test_with_everything_told_every_column_is_there(folder: Path) -> None:
    found = columns(opsctl("report", folder, "-f", "csv"))
    assert found["kpis"] >= {"now", "before", "change", "usual", "target", "to_date", "standing"}
    assert found["channels"] >= {"budget_share", "cpa_change", "retention_d7_error", "roas", "value_per_cost", "advice"}


def test_what_nobody_planned_or_told_has_no_column(tmp_path: Path) -> None:
    bare = market(DOUYIN, KUAISHOU, channels=PUBLIC).without("order")
    ran = opsctl("report", bare.written(tmp_path), "-f", "csv")
    found = columns(ran)
    assert ran.code == 0
    assert not found["kpis"] & {"target"}
    assert not found["channels"] & {"budget_share", "roas", "value_per_cost", "advice"}
    shown = opsctl("report", tmp_path, "--locale", "zh-CN").out
    assert [word for word in ("目标", "进度", "投产比", "ROI", "建议", "待批  ", "成交净额") if word in shown] == []


def test_without_a_margin_nothing_is_advised(tmp_path: Path) -> None:
    ran = opsctl("report", market(DOUYIN, KUAISHOU, channels=PUBLIC, margin={}).written(tmp_path), "--json")
    assert {row["verdict"] for row in ran.rows} == {"hold"}
    assert not any("value_per_cost" in row for row in ran.rows)


def test_where_no_worth_is_known_nothing_is_to_be_approved(tmp_path: Path) -> None:
    """Three days are too few to judge; a small test of the smaller channel would be all that could be advised."""
    new = market(Channel("a", spend=1000, users=40, begun=81), Channel("b", spend=1, users=1, begun=81))
    answer, shown = told(tmp_path, new.written(tmp_path))
    assert {row["verdict"] for row in answer["rows"]} == {"test"}
    assert "待批 0 项" in shown.splitlines()[0]
    assert "待批  " not in shown


def test_users_alone_are_a_report(tmp_path: Path) -> None:
    folder = market(DOUYIN, channels=PUBLIC).without("order", "spend", "activity").written(tmp_path)
    ran = opsctl("report", folder, "--json")
    assert [(one["metric"], one["scope"]) for one in ran.json["kpis"]] == [("acquisitions", "public")]
    assert (ran.json["pace"], ran.json["alarms"]) == (None, [])


def test_orders_alone_are_a_report_of_the_shop(tmp_path: Path) -> None:
    folder = market(DOUYIN).without("acquisition", "spend", "activity").written(tmp_path)
    ran = opsctl("report", folder, "--json")
    assert [(one["metric"], one["scope"]) for one in ran.json["kpis"]] == [("paid_orders", "all"), ("net_paid", "all")]
    assert kpi(ran.json, "paid_orders", "all")["now"]["value"] == 70


def test_a_tree_without_groups_tells_of_all_channels_that_spend(tmp_path: Path) -> None:
    answer, shown = told(tmp_path, market(DOUYIN, WECOM, ORGANIC).written(tmp_path))
    assert "1. 付费渠道获客成本 5.50" in shown  # 110 for 20
    assert "公域" not in shown
    assert "付费小计" in shown
    assert {one["scope"] for one in answer["kpis"]} == {"paid", "all"}
    assert kpi(answer, "cpa", "all")["now"]["value"] == 110 / 25
    assert answer["bought_total"] == {}  # the paid total says it


def test_a_week_that_is_long_over_has_figures_and_no_advice(folder: Path, tmp_path: Path) -> None:
    answer, shown = told(tmp_path, folder, "--period", "2025-W16")
    assert {row["verdict"] for row in answer["rows"]} == {None}
    assert not any("spend_next" in row for row in answer["rows"])
    assert kpi(answer, "cpa")["now"]["value"] == pytest.approx(160 / 22)
    assert [word for word in ("ROI", "建议", "待批  ") if word in shown] == []
    assert "待批 0 项" in shown.splitlines()[0]


# --- money of several currencies ------------------------------------------------------------------------


def test_money_of_two_currencies_is_in_rows_of_its_own_and_never_added(tmp_path: Path) -> None:
    dollars = Channel("b", spend=50, users=10, currency="USD", kept=2)
    both = Channel("a", spend=30, users=0, currency="USD")
    folder = market(DOUYIN, both, dollars, channels=PUBLIC, budgets=MAY).written(tmp_path)
    ran = opsctl("report", folder, "--json")
    lines = {(row["channel"], row.get("currency")): row["spend"]["value"] for row in ran.rows}
    assert lines == {("a", "CNY"): "700.0000", ("a", "USD"): "210.0000", ("a", None): None, ("b", None): "350.0000"}
    one = kpi(ran.json, "spend")
    assert (one["now"]["value"], one["now"]["reason"], one["change"], one["standing"]) == (None, "no_rate", None, None)
    assert ran.json["pace"] is None
    assert ran.json["total"]["spend"]["value"] is None


def test_a_budget_is_no_measure_of_money_in_another_currency(tmp_path: Path) -> None:
    """Neither of dollars alone, nor of the part of a channel's money that is in them."""
    dollars = Channel("b", spend=50, users=10, currency="USD", kept=2)
    both = Channel("a", spend=30, users=0, currency="USD")
    folder = market(DOUYIN, both, dollars, channels=PUBLIC, budgets=MAY).written(tmp_path)
    assert {row["budget_share"] for row in opsctl("report", folder, "--json").rows} == {None}


# --- of which days --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "title", "days"),
    [
        ("2025", "渠道年报  2025年1月1日-12月31日", 84),
        ("2025-Q2", "渠道季报  2025年4月1日-6月30日", 55),
        ("2025-05", "渠道月报  2025年5月1-31日", 25),
        ("last-month", "渠道月报  2025年4月1-30日", 30),
        ("2025-W20", "渠道周报  2025年5月12-18日（第20周）", 7),
        ("2025-05-01..2025-05-10", "渠道报告  2025年5月1-10日", 10),
        ("2025-05-03", "渠道日报  2025年5月3日", 1),
    ],
)
def test_every_kind_of_period_has_its_report(folder: Path, tmp_path: Path, period: str, title: str, days: int) -> None:
    answer, shown = told(tmp_path, folder, "--period", period)
    assert kpi(answer, "spend")["now"]["value"] == f"{days * 160}.0000"
    assert shown.startswith(title)
    assert "公域获客成本 7.27" in shown


def test_yesterday_is_the_last_day_beside_the_same_weekdays(tmp_path: Path) -> None:
    """Sundays cost 170, 180, 190 and 200, the last of them 230; every other day 20."""
    sundays = {55: 170, 62: 180, 69: 190, 76: 200, 83: 230}
    folder = market(Channel("a", spend=lambda number: sundays.get(number, 20), users=10), channels=PUBLIC).written(
        tmp_path
    )
    answer, page = told(tmp_path, folder, "--period", "yesterday")
    assert answer["period"] == {"from": "2025-05-25", "to": "2025-05-25"}
    one = kpi(answer, "spend")
    assert (one["now"]["value"], one["before"]["value"], one["change"]) == ("230.0000", "200.0000", pytest.approx(0.15))
    of_channel = {(row["channel"], row["metric"]): row["relative"] for row in answer["changes"]}
    assert of_channel["a", "spend"] == pytest.approx(0.15)
    shown = page.splitlines()
    assert shown[0].startswith("渠道日报  2025年5月25日")
    head, money = (
        next(line.split() for line in shown if line.startswith(start)) for start in ("指标 ", "公域后台消耗")
    )
    assert head[1:5] == ["昨日", "上周同日", "近4周同日均值", "较上周同日"]
    assert money[1:5] == ["230", "200", "185", "+15.0%"]  # (170 + 180 + 190 + 200) / 4


# --- many channels, and the same again ------------------------------------------------------------------


def test_a_page_holds_twelve_channels_and_sums_the_others(tmp_path: Path) -> None:
    many = [Channel(f"k{at:02}", spend=100 - at, users=2, paid=0, kept=0) for at in range(15)]
    folder = market(*many).without("order", "activity").written(tmp_path)
    names = {name: tmp_path / f"r.{name}" for name in ("md", "csv", "json", "html")}
    outputs = [part for path in names.values() for part in ("-o", path)]
    opsctl("report", folder, "--locale", "zh-CN", *outputs)
    shown = {name: path.read_text("utf-8") for name, path in names.items()}
    (others,) = (line for line in shown["md"].splitlines() if "其他 3 个" in line)
    assert f"{7 * (88 + 87 + 86):,} | 42 |" in others.replace("**", "")
    assert ("k11" in shown["md"], "k12" in shown["md"]) == (True, False)
    assert {name for name, text in shown.items() if "k14" in text} == {"csv", "json", "html"}
    assert "其他" not in shown["csv"]


def test_the_order_of_rows_in_files_changes_nothing(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mixed").mkdir()
    texts = []
    for at, place in enumerate((folder, planned().shuffled(3).written(tmp_path / "mixed"))):
        files = [tmp_path / f"{at}.txt", tmp_path / f"{at}.html"]
        assert opsctl("report", ".", "-o", files[0], "-o", files[1], cwd=place).code == 0
        texts.append([path.read_bytes() for path in files])
    assert texts[0] == texts[1]


def test_a_report_ends_at_the_day_that_is_known(folder: Path) -> None:
    """As of Wednesday the 14th: the week before it, and eleven days of May."""
    answer = opsctl("report", folder, "--as-of", "2025-05-14", "--json").json
    assert answer["period"]["to"] == "2025-05-11"
    assert answer["pace"]["spent"] == 11 * 160
    last = date(2025, 5, 11) - timedelta(days=7)
    assert kpi(answer, "retention_d7")["now"]["cohort"]["to"] == str(last)
