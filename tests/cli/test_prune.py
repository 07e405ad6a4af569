"""`opsctl prune`: what programs read, what people read, and what is said where nothing can be judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from opsctl.core.paths import shipped
from tests.cli.inside import opsctl
from tests.command import opsctl as opsctl_in_a_shell
from tests.verdicts.market import DAYS, Channel, day, market, promotion

EVERY = (
    Channel("good", campaign="g1", paid=40, kept=3),
    Channel("good", campaign="g2", paid=30, kept=3),
    Channel("fair", campaign="f", paid=24),
    Channel("poor", campaign="p", paid=8, kept=1),
    Channel("new", campaign="n", begun=DAYS - 5),
    Channel("meta", campaign="m", currency="USD"),
    Channel("gone", campaign="o", paid=6, ended=DAYS - 30),
)
CHANNELS = {"fair", "gone", "good", "meta", "new", "poor"}
NAMES: dict[str, Any] = {"good": {"name": {"zh": "好渠道", "en": "Good"}, "aliases": ["好"]}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return market(*EVERY, channels=NAMES).written(tmp_path_factory.mktemp("market"))


@pytest.fixture(scope="module")
def answer(folder: Path) -> dict[str, Any]:
    ran = opsctl("prune", folder, "--json", "-q")
    assert ran.code == 0, ran.err
    found: dict[str, Any] = ran.json
    return found


# --- for programs ---------------------------------------------------------------------------------------


def test_every_channel_that_spent_has_one_row_sorted_by_name(answer: dict[str, Any]) -> None:
    assert [row["channel"] for row in answer["rows"]] == sorted(CHANNELS)


def test_money_is_a_string_and_never_null_whatever_is_known(answer: dict[str, Any]) -> None:
    for row in (*answer["rows"], *answer["campaigns"]):
        assert all(isinstance(row[name], str) and float(row[name]) >= 0 for name in ("spend_now", "spend_next"))
    assert (answer["total"], answer["unspent"]) == ("500.0000", answer["unspent"])
    assert float(answer["unspent"]) >= 0


def test_a_value_has_its_interval_and_chance_or_is_null_with_all_of_them(answer: dict[str, Any]) -> None:
    rows = {row["channel"]: row for row in answer["rows"]}
    for name in ("good", "fair", "poor", "gone"):
        row = rows[name]
        assert 0 < row["low"] < row["value_per_cost"] < row["high"]
        assert 0 <= row["p_below"] <= 1
    for name in ("new", "meta"):
        assert [rows[name][field] for field in ("value_per_cost", "low", "high", "p_below")] == [None] * 4


def test_every_channel_is_named_with_its_reasons_before_what_would_change_its_verdict(folder: Path) -> None:
    shown = opsctl("prune", folder, "-q", "--locale", "zh-CN", "--width", "0").out.splitlines()
    told = [line.removeprefix("理由").strip() for line in shown if "ROI" in line or "改判" in line]
    reasons = {line.partition("：")[0]: line for line in told if "改判" in line}
    assert {"poor", "gone"} <= reasons.keys()
    assert all("ROI" in line.partition("改判")[0] for line in reasons.values())


def test_every_verdict_has_a_reason_with_a_code_and_numbers(answer: dict[str, Any]) -> None:
    for row in answer["rows"]:
        assert row["reasons"]
        for reason in row["reasons"]:
            code, *numbers = reason.items()
            assert code[0] == "code"
            assert all(isinstance(number, float | int) for _, number in numbers)


def test_verdicts_and_what_a_page_calls_them(answer: dict[str, Any]) -> None:
    found = {row["channel"]: (row["verdict"], row["advice"]) for row in answer["rows"]}
    assert found == {
        "fair": ("reduce", "reduce"),
        "gone": ("cut", "cut"),
        "good": ("grow", "grow"),
        "meta": ("hold", "hold"),
        "new": ("test", "test"),
        "poor": ("cut", "cut"),
    }


def test_campaigns_are_those_of_the_channels_whose_worth_is_known(answer: dict[str, Any]) -> None:
    assert [(row["channel"], row["campaign"]) for row in answer["campaigns"]] == [
        ("fair", "f"),
        ("gone", "o"),
        ("good", "g1"),
        ("good", "g2"),
        ("poor", "p"),
    ]


def test_the_share_of_users_stands_beside_that_of_low_quality_ones(answer: dict[str, Any]) -> None:
    quality = answer["quality"]
    assert quality["cut"]["channels"] == ["gone", "poor"]
    assert 0 < quality["cut"]["share_of_users"] < 1
    rows = {row["channel"]: row for row in answer["rows"]}
    assert sum(rows[name]["share_of_users"] for name in ("gone", "poor")) == pytest.approx(
        quality["cut"]["share_of_users"]
    )


def test_the_effect_is_a_week_s_and_has_its_range(answer: dict[str, Any]) -> None:
    effect = answer["effect"]
    assert (effect["days"], effect["level"]) == (7, 0.8)
    for name in ("users", "cpa"):
        assert effect[name]["low"] <= effect[name]["after"] <= effect[name]["high"]


# --- what is asked --------------------------------------------------------------------------------------


def test_a_budget_is_what_is_split(folder: Path) -> None:
    found = opsctl("prune", folder, "--budget", "250", "--json", "-q").json
    assert found["total"] == "250.0000"
    assert sum(float(row["spend_next"]) for row in found["rows"]) <= 250.05


def test_what_stopping_would_do_goes_by_any_name_and_beside_the_plan(folder: Path) -> None:
    found = opsctl("prune", folder, "--what-if", "cut=好", "--json", "-q").json
    assert found["what_if"]["cut"] == ["good"]
    assert found["what_if"]["effect"]["users"]["after"] < found["what_if"]["effect"]["users"]["now"]
    shown = opsctl("prune", folder, "--what-if", "cut=好", "-q", "--locale", "zh-CN").out
    assert "假如停掉好渠道，省下的钱不投" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--what-if", "grow=good"], "write --what-if cut=CHANNEL"),
        (["--what-if", "cut=goodd"], "did you mean 'good'"),
        (["--channel", "goodd"], "did you mean 'good'"),
        (["--budget", "-1"], "--budget"),
    ],
)
def test_what_is_asked_wrongly_is_said(folder: Path, arguments: list[str], said: str) -> None:
    ran = opsctl("prune", folder, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.parametrize("amount", ["inf", "1e300"])
def test_a_budget_beyond_all_amounts_is_a_slip_of_the_finger(folder: Path, amount: str) -> None:
    ran = opsctl("prune", folder, "--budget", amount)
    assert (ran.code, ran.out) == (2, "")
    assert f"--budget {float(amount):g} is no amount" in ran.err


def test_a_budget_of_minus_nought_is_nought(folder: Path) -> None:
    plain, signed = (opsctl("prune", folder, "--budget", text, "-q").out for text in ("0", "-0.0"))
    assert signed == plain


def test_an_earlier_day_is_judged_on_what_was_known_then(folder: Path) -> None:
    found = opsctl("prune", folder, "--as-of", day(DAYS - 31).isoformat(), "--json", "-q").json
    assert found["period"]["to"] == day(DAYS - 31).isoformat()
    rows = {row["channel"]: row for row in found["rows"]}
    assert "new" not in rows
    assert float(rows["gone"]["spend_now"]) == 100


# --- always ---------------------------------------------------------------------------------------------


def test_neither_threads_nor_hashes_nor_the_order_of_rows_change_a_byte(folder: Path, tmp_path: Path) -> None:
    places = [{"POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "0"}, {"POLARS_MAX_THREADS": "2", "PYTHONHASHSEED": "1"}]
    first, second = (opsctl_in_a_shell("prune", folder, "--json", "-q", environ=place).out for place in places)
    assert first == second
    market(*EVERY, channels=NAMES).shuffled(3).written(tmp_path)
    mixed = opsctl("prune", tmp_path, "--json", "-q").json
    for name in ("rows", "campaigns", "quality", "effect", "unspent"):
        assert mixed[name] == json.loads(first)[name]


def test_a_page_in_each_language_names_every_channel_and_hides_no_verdict(folder: Path) -> None:
    for locale, stop in (("zh-CN", "停投"), ("en", "stop")):
        for width in ("60", "100"):
            shown = opsctl("prune", folder, "-q", "--locale", locale, "--width", width).out
            assert stop in shown
            assert all(name in shown for name in CHANNELS - {"good"})


# --- where nothing can be judged ------------------------------------------------------------------------


def refused(folder: Path, *arguments: str) -> str:
    ran = opsctl("prune", folder, *arguments)
    assert (ran.code, ran.out) == (3, "")
    return ran.err


def test_without_money_or_users_it_says_what_to_add(tmp_path: Path) -> None:
    for table in ("spend", "acquisition"):
        place = tmp_path / table
        place.mkdir()
        said = refused(market(*EVERY).without(table).written(place))
        assert f"add the exports of {table}" in said


def test_a_table_of_cohorts_is_told_from_users(tmp_path: Path) -> None:
    market(Channel("good")).without("acquisition", "activity", "order").written(tmp_path)
    rows = [f"{day(at)},good,{offset},10,{10 - offset}" for at in range(28) for offset in (0, 1, 7)]
    (tmp_path / "cohort.csv").write_text("\n".join(["day,channel,offset,users,active", *rows, ""]), encoding="utf-8")
    assert "a table of cohorts tells how many came, not who bought" in refused(tmp_path)


def test_without_a_margin_it_still_tells_who_stays_and_that_the_margin_is_missing(tmp_path: Path) -> None:
    those = market(*EVERY, margin={})
    found = opsctl("prune", those.written(tmp_path), "--json", "-q")
    assert found.code == 0
    assert {row["verdict"] for row in found.rows} == {"hold"}
    assert all(row["retention"]["value"] is not None for row in found.rows if row["channel"] in {"good", "poor"})


def test_without_a_margin_or_activity_there_is_no_answer(tmp_path: Path) -> None:
    those = market(*EVERY, margin={}).without("activity")
    assert opsctl("prune", those.written(tmp_path), "-q").code == 3


def test_a_line_of_nothing_is_no_line(tmp_path: Path) -> None:
    market(*EVERY, policy={"line": "0"}).written(tmp_path)
    ran = opsctl("prune", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "policy.line" in ran.err
    assert "is not above 0" in ran.err


def test_an_account_that_did_not_arrive_takes_its_channel_s_verdict(tmp_path: Path) -> None:
    """Of 2 x 84 account-days ten are missing: 94.0 %."""
    accounts = [{"source": "oceanengine", "account": name} for name in ("a1", "a2")]
    sources = [{"path": f"{name}.csv", "account": name} for name in ("a1", "a2")]
    those = market(Channel("douyin", paid=40), Channel("poor", paid=8), accounts=accounts, sources=sources)
    those.rows["spend"] = [row for row in those.rows["spend"] if row["channel"] != "douyin"]
    those.written(tmp_path)
    for name, days in (("a1", DAYS), ("a2", DAYS - 10)):
        rows = [f"{day(at)},50,1000,100,10" for at in range(days)]
        (tmp_path / f"{name}.csv").write_text(
            "\n".join(["时间-天,消耗,展示数,点击数,转化数", *rows, ""]), encoding="utf-8"
        )
    found = {row["channel"]: row for row in opsctl("prune", tmp_path, "--json", "-q").rows}
    assert found["douyin"]["verdict"] == "no_data"
    assert found["douyin"]["reasons"] == [{"code": "coverage", "share": pytest.approx(158 / 168, abs=1e-6)}]
    assert found["poor"]["verdict"] == "cut"
    assert "nothing can be advised of 'douyin'" in refused(tmp_path, "--channel", "douyin")
    shown = opsctl("prune", tmp_path, "-q", "--locale", "zh-CN", "--width", "100").out
    assert "缺数" in shown


def test_a_promotion_as_long_as_the_last_month_is_said(tmp_path: Path) -> None:
    those = market(*EVERY, events=[promotion(DAYS - 25, DAYS - 1)])
    shown = opsctl("prune", those.written(tmp_path), "-q", "--locale", "zh-CN", "--width", "0").out
    assert "近 28 天几乎都在大促" in shown


def test_a_share_of_low_quality_users_says_how_sure_and_how_many_are_undecided() -> None:
    """The cautious rule leaves most campaign-weeks of the sample undecided: the sentence must not hide that."""
    sample = ("prune", shipped("sample_data"), "--as-of", "2025-06-30", "-q")
    undecided = opsctl(*sample, "--json").json["quality"]["undecided_share"]
    shown = opsctl(*sample, "--locale", "en").out
    assert "campaign-weeks that are 90% sure to have day-7 retention below 15%" in shown
    assert f"{undecided:.1%} of the new users are undecided" in shown
