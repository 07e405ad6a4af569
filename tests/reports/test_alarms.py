"""An alarm is a price that left its usual range, said with the money it concerns; noise is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from opsctl.config.settings import Settings, load
from opsctl.config.words import Words
from opsctl.core.period import named
from opsctl.measures.known import Known
from opsctl.reports.alarms import Alarm, alarms
from opsctl.verdicts.usual import WIDTH
from tests.notation import spend, users
from tests.reports.weeks import days, known, people, project

LAST = date(2025, 3, 10)  # a Monday
WEEK = "2025-W11"
STEADY = (10, 11, 10, 11, 10, 11, 10, 11, 10)  # by a tenth up and an eleventh down: 22 % is still usual
USUAL = WIDTH[8] * ((0.1**2 + (1 / 11) ** 2) / 2) ** 0.5
Prices = Mapping[str, Sequence[float]]


def settings(**said: Any) -> Settings:
    names = {"a": {"name": {"zh": "抖音", "en": "Douyin"}}}
    return replace(load(None, {}, {}, None), project=project(channels=names, **said))


def priced(prices: Prices, of: Mapping[str, Sequence[int]] | None = None, step: int = 7) -> Known:
    """Channels with so many users (unset: 40) every so many days up to the last, at these prices."""
    money, won, first = [], [], LAST
    for channel, course in prices.items():
        counts = (of or {}).get(channel, [40] * len(course))
        for ago, (price, count) in enumerate(zip(reversed(course), reversed(counts), strict=True)):
            day = LAST - timedelta(days=ago * step)
            first = min(first, day)
            money.append(f"{day} {channel} {price * count:.2f}")
            won.append(people(str(day), count, channel))
    return known(str(LAST + timedelta(days=6)), str(first), spend=spend(*money), acquisition=users(*won))


def heard(those: Known, period: str = WEEK, **said: Any) -> list[Alarm]:
    return alarms(those, settings(**said), named(period), sorted({"a", "b", "c"}))


def test_a_price_that_left_its_usual_range_is_told_with_the_money_it_cost() -> None:
    """40 users at 16, where they had cost 10 the week before: 240 more."""
    (one,) = heard(priced({"a": (*STEADY, 16)}))
    assert (one.channel, one.before, one.now) == ("a", 10, 16)
    assert [one.change, one.usual, one.money] == pytest.approx([0.6, USUAL, 240])
    assert one.as_json() == {
        "channel": "a",
        "metric": "cpa",
        "before": 10.0,
        "now": 16.0,
        "change": one.change,
        "usual_range": one.usual,
        "money": "240.0000",
    }


def test_a_price_that_fell_is_told_too() -> None:
    (one,) = heard(priced({"a": (*STEADY, 6)}))
    assert [one.change, one.money] == pytest.approx([-0.4, -160])


@pytest.mark.parametrize("now", [8, 9, 10, 11, 12])
def test_what_moves_as_usual_is_no_alarm(now: float) -> None:
    assert heard(priced({"a": (*STEADY, now)})) == []


@pytest.mark.parametrize(("before", "now", "count"), [(30, 30, 1), (29, 40, 0), (40, 29, 0)])
def test_with_fewer_than_thirty_users_in_either_week_it_may_be_chance(before: int, now: int, count: int) -> None:
    counts = {"a": [40] * 8 + [before, now]}
    assert len(heard(priced({"a": (*STEADY, 16)}, counts))) == count


def test_with_too_short_a_past_nothing_is_unusual() -> None:
    assert heard(priced({"a": (*STEADY[:6], 99)})) == []
    assert len(heard(priced({"a": (*STEADY[:7], 99)}))) == 1
    assert heard(priced({"a": (99,)})) == []


def test_a_promotion_in_the_past_does_not_hide_what_is_unusual_now() -> None:
    """A sale halved the price five weeks ago; were that usual, 60 % more would be."""
    wild = (*STEADY[:4], 4, *STEADY[5:], 16)
    sale = {"name": "sale", "from": "2025-02-03", "to": "2025-02-04", "promo": "true"}
    assert heard(priced({"a": wild})) == []
    (one,) = heard(priced({"a": wild}), events=[sale])
    assert one.now == 16


def test_the_most_money_comes_first() -> None:
    counts = {"a": [40] * 10, "b": [400] * 10, "c": [50] * 10}
    found = heard(priced({"a": (*STEADY, 16), "b": (*STEADY, 14), "c": (*STEADY, 4)}, counts))
    assert [(one.channel, round(one.money)) for one in found] == [("b", 1600), ("c", -300), ("a", 240)]


def test_only_the_channels_that_are_asked_about_are_looked_at() -> None:
    those = priced({"a": (*STEADY, 16), "b": (*STEADY, 16)})
    assert [one.channel for one in alarms(those, settings(), named(WEEK), ["b"])] == ["b"]
    assert alarms(those, settings(), named(WEEK), []) == []


def test_a_day_is_compared_with_the_same_weekday() -> None:
    """Mondays cost 10 or 11, Sundays 30: a Monday at 16 after a Sunday at 30 is dear."""
    mondays = priced({"a": (*STEADY, 16)})
    sundays = days("2025-01-12", "2025-03-09", 7)
    money = spend(*[f"{day} a 1200" for day in sundays])
    extra = known("2025-03-16", spend=money, acquisition=users(*[people(day, 40) for day in sundays]))
    tables = {
        name: both.collect().vstack(extra.evidence.tables[name].collect()).lazy()
        for name, both in mondays.evidence.tables.items()
    }
    those = replace(mondays, evidence=replace(mondays.evidence, tables=tables))
    (one,) = heard(those, "2025-03-10")
    assert (one.before, one.now) == (10, 16)


@pytest.mark.parametrize("period", ["2025-Q1", "2025", "2025-03-10..2025-03-16"])
def test_what_is_usual_is_known_of_days_weeks_and_months_alone(period: str) -> None:
    assert heard(priced({"a": (*STEADY, 16)}), period) == []


def test_without_money_or_users_there_is_no_price() -> None:
    whole = priced({"a": (*STEADY, 16)})
    for missing in ("spend", "acquisition"):
        tables = {name: table for name, table in whole.evidence.tables.items() if name != missing}
        assert heard(replace(whole, evidence=replace(whole.evidence, tables=tables))) == []


def test_a_channel_with_money_in_two_currencies_has_no_price_and_no_alarm() -> None:
    mondays = days("2025-01-06", "2025-03-10", 7)
    money = spend(
        *[f"{day} a {40 * price}" for day, price in zip(mondays, (*STEADY, 16), strict=True)],
        *[f"{day} a 40 USD" for day in mondays],
    )
    assert heard(known("2025-03-16", spend=money, acquisition=users(*[people(day, 40) for day in mondays]))) == []


@pytest.mark.parametrize(
    ("locale", "now", "text"),
    [
        ("zh-CN", 16, "抖音获客成本由 10.00 变为 16.00（+60.0%，正常在 22.1% 以内），这批新增多花约 240"),
        ("zh-CN", 6, "抖音获客成本由 10.00 变为 6.00（-40.0%，正常在 22.1% 以内），这批新增少花约 160"),
        ("en", 16, "Douyin CPA from 10.00 to 16.00 (+60.0%, usually within 22.1%); these users cost about 240 more"),
        ("en", 6, "Douyin CPA from 10.00 to 6.00 (-40.0%, usually within 22.1%); these users cost about 160 less"),
    ],
)
def test_an_alarm_is_a_sentence_in_both_languages(locale: str, now: float, text: str) -> None:
    (one,) = heard(priced({"a": (*STEADY, now)}))
    assert one.text(settings(), Words(locale)) == text


def test_where_the_steps_from_money_to_users_are_known_they_are_told() -> None:
    """A click cost 1 and costs 1.6: every tenth still becomes a user, so the whole of +6 is the click's."""
    mondays = days("2025-01-06", "2025-03-10", 7)
    money = [f"{day} a {40 * price} clicks=400" for day, price in zip(mondays, (*STEADY, 16), strict=True)]
    those = known("2025-03-16", spend=spend(*money), acquisition=users(*[people(day, 40) for day in mondays]))
    (one,) = heard(those)
    assert one.text(settings(), Words("zh-CN")).endswith("多花约 240：点击单价 +6.00、点击到新增的转化率 +0.00")
