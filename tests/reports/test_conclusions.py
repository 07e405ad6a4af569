"""The sentences that a report begins with: three at most, each by a rule, in the words of both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from opsctl.config.settings import load as settings_of
from opsctl.config.words import Words
from opsctl.core.period import named
from opsctl.metrics import load
from opsctl.metrics.figure import Figure
from opsctl.reports.conclusions import Said, watched
from opsctl.reports.kpis import Kpi
from opsctl.reports.pace import Pace, Standing
from opsctl.reports.scopes import EVERYBODY, Scope
from opsctl.verdicts.usual import Usual
from tests.reports.weeks import project

PUBLIC = Scope("public", ("a", "b"))
CALM = Usual((0.05,) * 8)  # so that 11.6 % is still usual, of rates 11.6 points


def figure(metric: str, value: float | None) -> Figure:
    return Figure(load(metric), "", value)


def kpi(metric: str, now: float | None, before: float | None = None, period: str = "2025-W21", **more: Any) -> Kpi:
    """A key figure of the public channels."""
    made = Kpi(
        scope=PUBLIC,
        metric=load(metric),
        period=named(period),
        now=figure(metric, now),
        fair=figure(metric, now),
        before=None if before is None else figure(metric, before),
        year_before=None,
        to_date=None,
        target=None,
        usual=CALM,
        history=(),
    )
    return replace(made, **more)


def concluded(
    *kpis: Kpi, locale: str = "zh-CN", channels: Mapping[str, Mapping[str, Figure]] | None = None
) -> list[str]:
    tree = {"a": {"name": {"zh": "抖音", "en": "Douyin"}}, "b": {"name": {"zh": "快手", "en": "Kuaishou"}}}
    settings = replace(settings_of(None, {}, {}, None), project=project(channels=tree))
    return Said(kpis, channels or {}, settings, Words(locale)).conclusions()


PRICE = kpi("cpa", 32.7, 32.4)
STAY = kpi("retention_d7", 0.201, 0.206, "2025-W20")
VOLUME = kpi("acquisitions", 14931, 14712)


def test_the_price_comes_first_then_who_stays_then_how_many_came() -> None:
    assert concluded(VOLUME, STAY, PRICE) == [
        "公域获客成本 32.70，环比 +0.9%，在正常波动内",
        "公域7日留存 20.1%（5月12-18日新增），环比 -0.5 个百分点，在正常波动内",
        "公域新增 14,931 人，环比 +1.5%，在正常波动内",
    ]
    assert concluded(VOLUME, STAY, PRICE, locale="en") == [
        "Paid media: CPA 32.70, +0.9% on the week (normal range)",
        "Paid media: day-7 retention 20.1% (won 12-18 May), -0.5 pp on the week (normal range)",
        "Paid media: 14,931 new users, +1.5% on the week (normal range)",
    ]


def test_it_is_the_bought_channels_that_are_told_of() -> None:
    everyone = replace(kpi("cpa", 26.2), scope=EVERYBODY)
    assert concluded(PRICE, everyone)[0].startswith("公域获客成本 32.70")


def test_of_what_is_unknown_nothing_is_said() -> None:
    assert concluded() == []
    assert concluded(kpi("cpa", None), kpi("retention_d7", None), kpi("acquisitions", None)) == []
    assert concluded(kpi("cpa", 20)) == ["公域获客成本 20.00"]


@pytest.mark.parametrize(
    ("now", "usual", "text"),
    [
        (36.1, CALM, "公域获客成本 36.10，环比 +11.4%，在正常波动内"),
        (36.2, CALM, "公域获客成本 36.20，环比 +11.7%，超出正常波动"),
        (28.0, CALM, "公域获客成本 28.00，环比 -13.6%，超出正常波动"),
        (36.2, Usual((0.05,) * 5), "公域获客成本 36.20，环比 +11.7%"),
    ],
)
def test_a_change_is_called_normal_or_not_where_that_is_known(now: float, usual: Usual, text: str) -> None:
    assert concluded(kpi("cpa", now, 32.4, usual=usual)) == [text]


@pytest.mark.parametrize(
    ("period", "zh", "en"),
    [
        ("2025-05-25", "较上周同日 +25.0%", "+25.0% on the same weekday"),
        ("2025-05", "较上月 +25.0%", "+25.0% on the month"),
        ("2025-Q2", "较上季 +25.0%", "+25.0% on the quarter"),
        ("2025", "较上年 +25.0%", "+25.0% on the year"),
        ("2025-05-01..2025-05-10", "较前一段 +25.0%", "+25.0% on the days before"),
    ],
)
def test_a_change_says_what_it_is_against(period: str, zh: str, en: str) -> None:
    one = kpi("cpa", 40, 32, period, usual=Usual())
    assert concluded(one) == [f"公域获客成本 40.00，{zh}"]
    assert concluded(one, locale="en") == [f"Paid media: CPA 40.00, {en}"]


@pytest.mark.parametrize(
    ("metric", "now", "target", "zh", "en"),
    [
        ("cpa", 32.7, 32, "；比目标 32.00 高 2.2%", ", 2.2% above the target of 32.00"),
        ("cpa", 30.4, 32, "；比目标 32.00 低 5.0%", ", 5.0% below the target of 32.00"),
        ("cpa", 32.7, 0, "", ""),
        ("retention_d7", 0.201, "0.21", "；比目标 21.0% 低 0.9 个百分点", ", 0.9 pp below the target of 21.0%"),
        ("retention_d7", 0.215, "0.21", "；比目标 21.0% 高 0.5 个百分点", ", 0.5 pp above the target of 21.0%"),
    ],
)
def test_the_distance_from_a_target_says_its_side_and_unit(
    metric: str, now: float, target: float | str, zh: str, en: str
) -> None:
    one = kpi(metric, now, target=Fraction(target))
    assert concluded(one)[0].endswith(zh)
    assert concluded(one, locale="en")[0].endswith(en)


# --- cheap but dear -------------------------------------------------------------------------------------


def channel(users: int, price: float | None, kept: float | None) -> dict[str, Figure]:
    return {
        "acquisitions": figure("acquisitions", users),
        "cpa": figure("cpa", price),
        "cost_per_retained_d7": figure("cost_per_retained_d7", kept),
    }


KEPT = kpi("cost_per_retained_d7", 160.0)
DOUYIN = channel(5790, 31.5, 142.9)


def test_a_channel_that_looks_cheap_and_keeps_few_is_told_in_place_of_who_stays() -> None:
    """205.3 is 28 % more than 160."""
    channels = {"a": DOUYIN, "b": channel(1985, 25.8, 205.3)}
    assert concluded(STAY, KEPT, channels=channels) == [
        "快手获客成本较低（25.80），但 7 留成本 205.3，比公域平均高 28%",
    ]
    assert concluded(STAY, KEPT, channels=channels, locale="en") == [
        "Kuaishou has a lower CPA (25.80) but costs 205.3 per user kept to day 7, 28% more than Paid media on average",
    ]


@pytest.mark.parametrize(
    ("users", "price", "kept"),
    [
        (1985, 25.8, 191.9),  # 19.9 % more: not dear enough
        (1985, 32.0, 205.3),  # dear, and not the cheapest
        (29, 25.8, 205.3),  # too few
        (1985, 25.8, None),  # nobody knows yet
        (1985, None, None),
    ],
)
def test_it_takes_the_lowest_price_enough_users_and_a_fifth_more(
    users: int, price: float | None, kept: float | None
) -> None:
    (said,) = concluded(STAY, KEPT, channels={"a": DOUYIN, "b": channel(users, price, kept)})
    assert said.startswith("公域7日留存")


def test_without_the_cost_of_those_kept_no_channel_is_called_dear() -> None:
    bare = {"acquisitions": figure("acquisitions", 50), "cpa": figure("cpa", 25.8)}
    assert concluded(KEPT, channels={"b": bare}) == []
    assert concluded(channels={"b": channel(1985, 25.8, 205.3)}) == []
    assert concluded(KEPT, channels={"b": {"acquisitions": figure("acquisitions", 50)}}) == []


# --- the budget -----------------------------------------------------------------------------------------


def paced(spent: int, forecast: int, time: Fraction = Fraction(25, 31), period: str = "2025-W21") -> Kpi:
    pace = Pace(Fraction(2000), Fraction(spent), time, Fraction(forecast))
    return kpi("spend", 4829_0000, period=period, pace=pace)


@pytest.mark.parametrize(
    ("forecast", "zh", "en"),
    [
        (1968, "月底到预算的 98.4%，不超也不落", "it ends at 98.4%, on budget"),
        (2101, "月底到预算的 105.0%，会超", "it ends at 105.0%, over budget"),
        (1899, "月底到预算的 95.0%，花不完", "it ends at 95.0%, under budget"),
    ],
)
def test_a_month_says_how_far_it_is_and_where_it_ends(forecast: int, zh: str, en: str) -> None:
    """Instead of how many came."""
    one = paced(1570, forecast)
    assert concluded(one, VOLUME) == [f"5月公域消耗进度 78.5%，时间进度 80.6%；按近 7 天的速度{zh}"]
    assert concluded(one, VOLUME, locale="en") == [
        f"Paid media in May: 78.5% of budget spent, 80.6% of the month gone; at the last 7 days' pace {en}"
    ]


@pytest.mark.parametrize(
    ("spent", "zh", "en"), [(1990, "99.5%，按计划", "99.5% of budget spent, on budget"), (2200, "110.0%，超了", "over"),
                            (1500, "75.0%，没花完", "75.0% of budget spent, under budget")],
)  # fmt: skip
def test_a_month_that_is_over_says_how_it_ended(spent: int, zh: str, en: str) -> None:
    one = paced(spent, spent, Fraction(1), "2025-05")
    assert concluded(one) == [f"5月公域消耗为预算的 {zh}"]
    assert en in concluded(one, locale="en")[0]


def test_there_are_three_at_most() -> None:
    channels = {"a": DOUYIN, "b": channel(1985, 25.8, 205.3)}
    said = concluded(paced(1570, 1968), VOLUME, PRICE, STAY, KEPT, channels=channels)
    assert [text[:4] for text in said] == ["公域获客", "快手获客", "5月公域"]


def test_what_missed_its_target_or_leaves_its_budget_is_watched() -> None:
    def standing(now: float, target: str) -> Kpi:
        return kpi("cpa", now, target=Fraction(target))

    assert [one.standing for one in (standing(32, "32"), standing(33, "32"), standing(34, "32"))] == [
        Standing.REACHED,
        Standing.NEARLY,
        Standing.MISSED,
    ]
    assert watched([standing(32, "32"), PRICE, paced(1570, 1968)]) == 0
    assert watched([standing(33, "32"), standing(34, "32"), paced(1570, 2200), paced(1570, 1700)]) == 4
    assert watched([kpi("cpa", 40, 30)]) == 0  # unusual movements are told channel by channel
