"""The review of a year: every number by arithmetic, every sentence only where the data carry it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from opsctl.cli import session
from opsctl.config.words import Words
from opsctl.core import period as periods
from opsctl.core.paths import shipped
from opsctl.render import Page, render
from opsctl.reports.chart import HeatMap, LineChart, Waterfall
from opsctl.reports.notes import Notes
from opsctl.reports.report import Form, Heading, Lines, Number, Prose, Report, Table, TableRow
from opsctl.reports.year_end import year_end
from opsctl.reports.year_end.spans import a_year_before
from opsctl.reports.year_end.wording import Unit, in_unit
from tests.reports.two_years import BUDGET, write

QUIET = session.Voice(quiet=True)
Reviewed = Callable[..., Report]


@dataclass(frozen=True)
class Company:
    """The two small years on disk."""

    folder: Path

    def review(self, year: int = 2025, locale: str = "zh-CN", as_of: str | None = None, **blocks: list[str]) -> Report:
        chosen = session.settings(self.folder, None, locale, QUIET)
        loaded = session.read([self.folder], chosen, QUIET, strict=True, asked=periods.year(year))
        known = session.evidence(loaded, chosen, as_of, QUIET)
        notes = Notes({key: tuple(lines) for key, lines in blocks.items()})
        return year_end(loaded, known, chosen, year, notes, Words(locale))


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return Company(write(tmp_path_factory.mktemp("two_years")))


@pytest.fixture(scope="module")
def review(company: Company) -> Report:
    return company.review()


def kpi(report: Report, key: str) -> dict[str, Any]:
    return next(one for one in report.data["kpis"] if one["key"] == key)


def prose(report: Report, lead: str = "") -> list[str]:
    return [part.text for part in report.parts if isinstance(part, Prose) and part.lead.endswith(lead)]


def lines(report: Report, label: str) -> list[str]:
    return [line for part in report.parts if isinstance(part, Lines) and part.label == label for line in part.lines]


def headings(report: Report) -> list[str]:
    return [part.text for part in report.parts if isinstance(part, Heading)]


def table(report: Report, name: str) -> Table:
    return next(one for one in report.tables if one.name == name)


def row(of: Table, column: str, value: str) -> TableRow:
    return next(one for one in of.rows if one.cells[column] == value)


def text(report: Report, locale: str = "zh-CN", format_: str = "md", width: int | None = None) -> str:
    return render(report, format_, Page(Words(locale), width))


# --- core figures ---------------------------------------------------------------------------------------


def test_the_first_sentence_is_the_year(review: Report) -> None:
    assert prose(review)[0] == (
        "2025 年，公域后台消耗较上年减少 8.3%，新增与上年持平，获客成本由 30.00 元降至 27.50 元，"
        "满 7 日留下的用户增长 150.0%；年度目标 2 项，1 项达标，未达标：公域7日留存。"
    )


def test_and_so_it_is_in_english(company: Company) -> None:
    assert prose(company.review(locale="en"))[0] == (
        "In 2025, paid media spend was down 8.3% on the year before, new users were unchanged from the year before, "
        "CPA fell from 30.00 yuan to 27.50 yuan, and users kept to day 7 were up 150.0%; "
        "1 of 2 goals for the year were met (missed: paid media D7 retention)."
    )


def test_figures_stand_beside_those_of_the_year_before(review: Report) -> None:
    spend, cpa, kept = (kpi(review, f"public.{name}") for name in ("spend", "cpa", "retention_d7"))
    assert (spend["before"]["value"], spend["now"]["value"]) == ("7200.0000", "6600.0000")
    assert spend["relative"] == pytest.approx(6600 / 7200 - 1)
    assert (cpa["before"]["value"], cpa["now"]["value"], cpa["reached"]) == (30.0, 27.5, True)
    assert (kept["before"]["value"], kept["now"]["value"]) == (24 / 240, 60 / 240)
    assert (kept["target"], kept["reached"], kept["change"]) == (0.3, False, pytest.approx(0.15))


def test_what_was_missed_says_by_how_much(review: Report) -> None:
    cells = row(table(review, "kpis"), "metric", "公域7日留存").cells
    assert (cells["change"], cells["status"]) == ("+15.0 个百分点", "未达标，差 5.0 个百分点")
    assert "公域7日留存：25.0%，目标 30.0%，差 5.0 个百分点。" in lines(review, "未达标")


def test_targets_of_a_channel_and_quarter_are_held_to_their_own_days(review: Report) -> None:
    (goal,) = review.data["goals"]
    assert (goal["key"], goal["period"], goal["now"]["value"], goal["reached"]) == ("strong.cpa", "2025-Q4", 25.0, True)


def test_both_counts_of_returning_stand_side_by_side(review: Report) -> None:
    keys = [one["key"] for one in review.data["kpis"]]
    assert keys.index("all.retention_d30") == keys.index("all.return_rate_8_30") + 1


def test_a_budget_of_some_channels_is_none_of_all(review: Report) -> None:
    assert kpi(review, "public.spend")["target"] is None
    cells = row(table(review, "budget"), "channel", "甲台").cells
    assert [getattr(cells[name], "value", None) for name in ("budget", "spend", "executed")] == [
        12 * BUDGET, 5400, pytest.approx(5400 / 6600),
    ]  # fmt: skip


# --- channels -------------------------------------------------------------------------------------------


def test_poor_users_are_told_by_both_rules(review: Report) -> None:
    weak = review.data["halves"]["weak"]
    assert weak == {
        "channels": ["weak"], "share_of_spend": pytest.approx(1200 / 3600), "share_of_users": 0.5,
        "share_of_low": 1.0, "share_of_low_point": 1.0,
    }  # fmt: skip
    assert lines(review, "主要发现")[0] == (
        "1. 上半年，乙台用去公域消耗的 33.3%，带来新增的 50.0%，却占低质新增的 100.0%"
        "（计划当周7日留存低于 15% 就算）；只算有 90% 把握的，占 100.0%。"
    )


def test_what_was_no_longer_spent_says_since_when(review: Report) -> None:
    (told,) = prose(review, "低质新增集中在少数平台。")
    assert told.endswith("下半年乙台日均消耗减少 100.0%，占公域的比重由 33.3% 降到 0.0%；乙台 7月起没有消耗。")


def test_where_the_money_went_is_told_before_and_after(review: Report) -> None:
    assert review.data["halves"]["gaining"] == ["strong"]
    (told,) = prose(review, "投放集中。")
    assert told == (
        "下半年甲台后台消耗 3,000 元，占公域的 100.0%（上半年 66.7%）。"
        "合计看，获客成本由 40.00 元降至 25.00 元（-37.5%）；7日留存由 20.0% 提高到 40.0%（+20.0 个百分点）；"
        "7留成本由 200.00 元降至 62.50 元（-68.8%）。"
    )


def test_a_change_between_the_halves_is_split_without_a_rest(review: Report) -> None:
    moved = review.data["effects"]["cpa"]
    own = (0.5 + 1.0) / 2 * (25 - 40)  # strong: its mean share by its own change
    assert (moved["before"], moved["after"], moved["change"]) == (30.0, 25.0, -5.0)
    assert (moved["rate"], moved["mix"]) == (pytest.approx(own), pytest.approx(-5 - own))
    for one in review.data["effects"].values():
        assert one["mix"] + one["rate"] == pytest.approx(one["change"])


def test_a_split_says_where_and_never_why(review: Report) -> None:
    (told,) = prose(review, "变化从哪里来。")
    assert "其中渠道结构影响 +6.25 元，各平台自身变化 -11.25 元（其中甲台 -11.25 元）" in told
    assert told.endswith(
        "下半年同期还有：双11。以上数字说明变化发生在哪些平台，是同期关系，不能据此判断由哪一项措施带来。"
    )


def test_the_waterfall_ends_where_its_steps_lead(review: Report) -> None:
    charts = [part for part in review.parts if isinstance(part, Waterfall)]
    assert len(charts) == 2
    for chart in charts:
        assert chart.start[1] + sum(step.change for step in chart.steps) == pytest.approx(chart.end[1])


def test_the_heading_of_the_public_channels_is_a_conclusion(review: Report) -> None:
    assert (
        "（一）公域：在投平台由 2 家变为 1 家，后台消耗减少 8.3%，新增持平，满 7 日留下的用户增长 150.0%"
    ) in headings(review)


def test_months_run_beside_the_year_before_with_events_marked(review: Report) -> None:
    chart = next(part for part in review.parts if isinstance(part, LineChart))
    assert [one.name for one in chart.series] == ["2025", "2024"]
    assert chart.series[0].values == (600.0,) * 6 + (500.0,) * 6
    assert [(mark.name, mark.first, mark.last) for mark in chart.marks] == [("双11", 10, 10)]


# --- quality --------------------------------------------------------------------------------------------


def test_a_month_too_young_to_be_judged_is_blank_and_says_when_it_will_be(review: Report) -> None:
    heat = next(part for part in review.parts if isinstance(part, HeatMap))
    november, december = heat.cells[-2:]
    kept = 8 + 5 + 2
    assert november == (0.0, 0.0, kept / 35, 0.0, 0.0)
    assert december == (None,) * 5  # who came on the last day is a day too young for all of them
    assert "12月新增：第 1 天 1月1日、第 3 天 1月3日、第 7 天 1月7日" in heat.note


# --- what cannot be told --------------------------------------------------------------------------------


def test_without_a_year_before_nothing_is_compared(company: Company) -> None:
    report = company.review(2024)
    assert {column.key for column in table(report, "kpis").columns} == {"metric", "now", "target", "status"}
    assert all(one["before"] is None and one["relative"] is None for one in report.data["kpis"])
    written = text(report)
    assert not re.search("上年|同比|无同期", written)
    assert report.data["before"] is None


def test_a_year_that_is_not_over_says_until_when_and_what_is_still_open(company: Company) -> None:
    report = company.review(as_of="2025-09-30")
    assert report.title.startswith("2025 年度渠道运营总结（截至9月30日）")
    assert report.data["before"] == {"from": "2024-01-01", "to": "2024-09-30"}
    assert kpi(report, "public.spend")["now"]["value"] == "5100.0000"  # 6 x 600 + 3 x 500
    assert kpi(report, "public.spend")["before"]["value"] == "5400.0000"
    cells = row(table(report, "kpis"), "metric", "公域7日留存").cells
    assert cells["status"] == "目前差 10.0 个百分点"  # 36 of 180 are 20 %
    assert "plan" not in report.data["sections"]


def test_half_a_year_is_not_compared_with_a_few_weeks(company: Company) -> None:
    report = company.review(as_of="2025-08-20")
    assert report.data["halves"] is None
    assert prose(report, "变化从哪里来。") == []


def test_a_part_without_data_is_left_out_and_numbers_close_up(tmp_path: Path) -> None:
    bare = Company(write(tmp_path, users=False))
    report = bare.review()
    assert report.data["sections"] == ["summary", "panorama", "channels", "plan", "appendix"]
    numbers = [name[0] for name in headings(report) if name[1:2] == "、"]
    assert numbers == list("一二三四五六")[: len(numbers)]
    assert not re.search("获客成本|留存|投产比 ", "".join(prose(report)))


def test_nothing_is_claimed_of_channels_without_a_tree(tmp_path: Path) -> None:
    report = Company(write(tmp_path, project=True)).review()
    (tmp_path / "opsctl.yaml").write_text("version: 1\n", encoding="utf-8")
    plain = Company(tmp_path).review()
    assert kpi(plain, "paid.spend")["now"]["value"] == "7200.0000"  # all that cost money, the club as well
    assert kpi(report, "public.spend")["now"]["value"] == "6600.0000"


def test_money_of_another_currency_is_never_told_under_the_projects_name(tmp_path: Path) -> None:
    folder = write(tmp_path)
    spend = (folder / "spend.csv").read_text(encoding="utf-8").splitlines()
    named = [f"{line},{'USD' if ',weak,' in line else 'CNY'}" for line in spend[1:]]
    (folder / "spend.csv").write_text("\n".join([f"{spend[0]},currency", *named]) + "\n", encoding="utf-8")
    report = Company(folder).review()
    assert [one["key"] for one in report.data["kpis"] if one["metric"] in {"spend", "cpa"}] == []
    assert "有的花费不是元，没有汇率，不计入合计。" in lines(report, "数据缺口")
    cells = row(table(report, "quarters"), "quarter", "2025-Q3").cells  # weak spent nothing any more
    assert getattr(cells["spend"], "value", None) == 1500 * 10_000


def test_money_all_of_which_is_in_one_currency_is_told_in_it(tmp_path: Path) -> None:
    folder = write(tmp_path)
    spend = (folder / "spend.csv").read_text(encoding="utf-8").splitlines()
    named = [f"{line},USD" for line in spend[1:]]
    (folder / "spend.csv").write_text("\n".join([f"{spend[0]},currency", *named]) + "\n", encoding="utf-8")
    assert "获客成本由 30.00 USD降至 27.50 USD" in prose(Company(folder).review())[0]


def test_a_row_in_large_units_holds_the_number_that_its_name_says() -> None:
    assert in_unit(437_212.62, Unit(Form.TEN_THOUSANDS, "万元")) == Number(43.721262, Form.PRICE)
    assert in_unit(437_212.62, Unit(Form.THOUSANDS, "k yuan")) == Number(437.21262, Form.PRICE)
    assert in_unit(27.5, Unit(Form.PRICE, "元")) == Number(27.5, Form.PRICE)


def test_the_day_before_a_leap_year_ends_has_one_a_year_earlier() -> None:
    assert a_year_before(date(2024, 2, 29)) == date(2023, 2, 28)
    assert a_year_before(date(2025, 12, 31)) == date(2024, 12, 31)


# --- notes ----------------------------------------------------------------------------------------------


def test_what_people_wrote_stands_at_its_place_as_they_wrote_it(company: Company) -> None:
    report = company.review(
        actions=["- 素材三天一小测（7 月 8 日）"],
        plan=["2026 年公域获客成本 *24* 元。"],
        emerging=["达人投放另见专题。"],
    )
    assert lines(report, "同期措施") == ["素材三天一小测（7 月 8 日）"]
    names = headings(report)
    at = [one.text if isinstance(one, Heading | Prose) else "" for one in report.parts]
    assert at.index("2026 年公域获客成本 *24* 元。") > at.index(
        next(name for name in names if "2026 年工作计划" in name)
    )
    assert at[at.index("达人投放另见专题。") - 1].endswith("新兴渠道")


# --- manners --------------------------------------------------------------------------------------------


def test_data_do_not_depend_on_the_language(company: Company, review: Report) -> None:
    assert json.dumps(company.review(locale="en").data) == json.dumps(review.data)


def mine_of(locale: str) -> list[str]:
    """The lines of the review in a catalog."""
    catalog = shipped(f"configs/locales/{locale}.yaml").read_text(encoding="utf-8")
    return [line for line in catalog.splitlines() if line.startswith("year.")]


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_no_word_claims_more_than_data_can_carry(locale: str) -> None:
    claims = (
        "最|第一|唯一|领先|因为|由于|导致"
        if locale == "zh-CN"
        else r"\b(best|first|only one|because|thanks to|due to)\b"
    )
    mine = mine_of(locale)
    assert len(mine) > 100
    assert [
        line for line in mine if re.search(claims, re.sub(r"{\w+}", "", line.partition(":")[2]), re.IGNORECASE)
    ] == []


def test_chinese_sentences_have_full_width_punctuation() -> None:
    sentences = [line.partition(": ")[2] for line in mine_of("zh-CN") if "column" not in line]
    assert [one for one in sentences if re.search(r"[\u4e00-\u9fff][,:;!?]|[,;!?][\u4e00-\u9fff]", one)] == []


@pytest.mark.parametrize("width", [40, 60, 100, 120])
def test_no_line_is_wider_than_the_page(review: Report, width: int) -> None:
    from rich.cells import cell_len  # noqa: PLC0415

    assert max(cell_len(line) for line in text(review, format_="table", width=width).splitlines()) <= width


@pytest.mark.parametrize("format_", ["table", "md", "html", "csv", "json"])
def test_every_writer_writes_it(review: Report, format_: str) -> None:
    written = text(review, format_=format_)
    assert "27.5" in written
    assert not re.search(r"\bnan\b|\binf\b|None", re.sub(r"<(style|script)>.*?</\1>", "", written, flags=re.DOTALL))


def test_tables_and_charts_are_counted_in_their_order(review: Report) -> None:
    titles = [part.title for part in review.parts if isinstance(part, Table)]
    assert [title.split()[1] for title in titles] == [str(at) for at in range(1, len(titles) + 1)]
    charts = [part.title for part in review.parts if isinstance(part, LineChart | HeatMap | Waterfall)]
    assert [title.split()[1] for title in charts] == [str(at) for at in range(1, len(charts) + 1)]


# --- what is not known is not nothing ---------------------------------------------------------------------


def test_a_budget_is_held_to_the_spend_of_a_channel_of_no_group(tmp_path: Path) -> None:
    folder = write(tmp_path)
    project = (folder / "opsctl.yaml").read_text(encoding="utf-8")
    project = project.replace("group: private}", "}").replace("channel: strong, amount", "channel: club, amount")
    (folder / "opsctl.yaml").write_text(project, encoding="utf-8")
    cells = row(table(Company(folder).review(), "budget"), "channel", "社群").cells
    assert getattr(cells["spend"], "value", None) == 12 * 50


def test_money_that_cannot_be_told_is_no_month_without_spend(tmp_path: Path) -> None:
    """The weak platform bills in dollars from July on: its money did not end, it is only not told in yuan."""
    folder = write(tmp_path)
    lines = (folder / "spend.csv").read_text(encoding="utf-8").splitlines()
    dollars = [f"2025-{month:02}-06,weak,10,400,10,USD" for month in range(7, 13)]
    written = [f"{lines[0]},currency", *(f"{line},CNY" for line in lines[1:]), *dollars]
    (folder / "spend.csv").write_text("\n".join(written) + "\n", encoding="utf-8")
    report = Company(folder).review()
    told = text(report)
    assert "无消耗" not in told
    assert "没有消耗" not in told
    assert "日均消耗减少" not in told


def test_the_last_month_counts_for_the_platforms_in_use_once_it_is_over(company: Company) -> None:
    """On 3 September nothing was spent in September yet; in August one of the two was paid."""
    assert any("由 2 家变为 1 家" in one for one in headings(company.review(as_of="2025-09-03")))
