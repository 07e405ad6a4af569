"""What a project says: channels by any of their names, margins, thresholds, and what is not used yet."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from opsctl.config import yaml
from opsctl.config.patterns import defect, extract
from opsctl.config.policy import shipped_policy
from opsctl.config.project import Project, unused_keys
from opsctl.config.strict import Strict, validate
from opsctl.core.paths import shipped

CHANNELS = """
channels:
  douyin: {name: {zh: 抖音, en: Douyin}, aliases: [抖音商业化, "Dou Yin"], group: public, paid: true}
  wecom: {}
"""


def project(text: str) -> Project:
    return validate(Project, yaml.parse(text.encode(), "opsctl.yaml"))


@pytest.mark.parametrize("text", ["douyin", "Douyin", "DOUYIN ", "抖音", " 抖音商业化", "dou  yin", "ｄｏｕｙｉｎ"])
def test_a_channel_is_known_by_id_name_and_alias(text: str) -> None:
    assert project(CHANNELS).channel_of(text) == "douyin"
    assert project(CHANNELS).is_known(text)


def test_an_unknown_channel_keeps_its_own_name() -> None:
    assert project(CHANNELS).channel_of(" 快手 ") == "快手"
    assert project(CHANNELS).channel_of("cafe\u0301") == "café"
    assert not project(CHANNELS).is_known("快手")


@given(st.text())
def test_a_resolved_channel_resolves_to_itself(text: str) -> None:
    tree = project(CHANNELS)
    once = tree.channel_of(text)
    assert tree.channel_of(once) == once


def test_a_channel_has_a_name_in_each_language_or_its_id() -> None:
    tree = project(CHANNELS)
    assert tree.channel_name("douyin", "zh-CN") == "抖音"
    assert tree.channel_name("douyin", "en") == "Douyin"
    assert tree.channel_name("wecom", "en") == "wecom"
    assert tree.channel_name("快手", "en") == "快手"


def test_one_channel_may_repeat_its_own_name() -> None:
    assert project("channels: {douyin: {name: {en: Douyin}, aliases: [DOUYIN]}}").is_known("douyin")


def test_an_empty_file_is_a_project_with_defaults() -> None:
    empty = project("")
    assert (empty.timezone, empty.currency, empty.margin.default) == ("Asia/Shanghai", "CNY", None)
    assert empty.policy == shipped_policy()
    assert unused_keys(empty) == ()


def test_a_key_without_a_value_is_as_if_not_written() -> None:
    assert project("channels:\nmargin: ~\nproject:\n  name:\n") == project("project: {}")
    assert unused_keys(project("targets:\n")) == ()


def test_a_margin_is_one_number_or_finer_ones() -> None:
    assert project("margin: 0.3").margin.default == Decimal("0.3")
    finer = project("margin: {default: 0.3, category: {母婴: 0.25}, channel: {douyin: 0}}").margin
    assert finer.category == {"母婴": Decimal("0.25")}
    assert finer.channel == {"douyin": 0}


def test_qualifying_events_are_a_list_or_one() -> None:
    assert project("activity: {qualifying: open}") == project("activity: {qualifying: [open]}")
    assert project("activity: {}").activity.qualifying is None


def test_thresholds_override_one_by_one() -> None:
    policy = project("policy: {high_value: {threshold: 5000}, settle_days: {spend: 2}}").policy
    assert policy.high_value.threshold == 5000
    assert policy.high_value.currency == "CNY"
    assert (policy.settle_days.spend, policy.settle_days.refunds) == (2, 14)


def test_the_shipped_thresholds_are_the_documented_ones() -> None:
    policy = shipped_policy()
    settle = policy.settle_days
    assert (settle.spend, settle.conversions_event, settle.conversions_billing, settle.refunds) == (1, 1, 30, 14)
    assert policy.high_value.threshold == 3000
    low = policy.low_efficiency
    assert (low.line, low.probability, low.min_users, low.day) == (Decimal("0.15"), Decimal("0.9"), 100, 7)
    assert (policy.retention.partial_below, policy.retention.few_users) == (Decimal("0.5"), 30)
    assert (policy.last_day.share, policy.last_day.weekdays, policy.reinstall_days) == (Decimal("0.6"), 3, 90)
    assert (policy.line, policy.value_days, policy.look_back_weeks) == (Decimal(1), 90, 26)
    assert (policy.cap, policy.step, policy.test_share) == (Decimal(3), Decimal(2), Decimal("0.02"))
    assert (policy.cut_p, policy.stop_p, policy.min_coverage) == (Decimal("0.84"), Decimal("0.95"), Decimal("0.95"))
    assert (policy.total_budget_day, policy.validated) == (None, None)


def test_keys_that_no_command_reads_yet_are_listed() -> None:
    text = "policy: {line: 1.0, validated: true}\ngates: [{metric: cpa, at_most: 50}]\nbudgets: []\nevents: []\n"
    assert unused_keys(project(text)) == ("gates", "policy.validated")


def test_mappings_are_written_in_a_list_or_by_name() -> None:
    entry = "table: order, columns: {order: 单号}"
    listed = project(f"mappings: [{{platform: shop, {entry}}}, {{platform: b, exports: [{{{entry}}}]}}, m/*.yaml]")
    named = project(f"mappings: {{shop: {{{entry}}}, b: {{exports: [{{{entry}}}]}}}}")
    assert isinstance(listed.mappings, tuple)
    assert isinstance(named.mappings, dict)
    assert listed.mappings[:2] == tuple(named.mappings.values())
    assert listed.mappings[2] == "m/*.yaml"


def test_a_project_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        project("").currency = "USD"  # type: ignore[misc]  # the mistake under test


def below(kind: type[Strict]) -> list[type[Strict]]:
    return [found for child in kind.__subclasses__() for found in (child, *below(child))]


def test_every_key_is_described() -> None:
    lacking = [
        f"{kind.__name__}.{name}"
        for kind in below(Strict)
        if kind.__module__.startswith("opsctl.") and kind.__name__ != "Choice"
        for name, field in kind.model_fields.items()
        if not field.description
    ]
    assert lacking == []


def test_the_example_loads_as_it_is_and_with_every_option_switched_on() -> None:
    text = shipped("configs/opsctl.example.yaml").read_text("utf-8")
    assert project(text).channel_of("巨量引擎") == "douyin"
    switched_on = "\n".join(switch_on(line) for line in text.splitlines())
    everything: Any = project(switched_on)
    assert everything.model_fields_set == set(Project.model_fields)


def switch_on(line: str) -> str:
    """Options are written `#key:`, or `#  - item`; explanations are `# text`."""
    bare = line.lstrip()
    option = bare.startswith(("#  ",)) or (bare.startswith("#") and bare[1:2].isalpha())
    return line.replace("#", "", 1) if option else line


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"^([^/]+)/", "main/2025-01.csv", "main"),
        (r"\d{8}-\d{8}", "20260401-20260427.csv", "20260401-20260427"),
        (r"账户[：:]\s*(\S+)", "账户：甲 余额", "甲"),
        (r"(?i)usd|cny", "Cost in USD", "USD"),
        (r"(a)|b", "b", None),
        (r"x", "y", None),
    ],
)
def test_a_pattern_gives_its_first_group_or_all(pattern: str, text: str, found: str | None) -> None:
    assert extract(pattern, text) == found


@pytest.mark.parametrize(
    ("pattern", "why"),
    [("(a", "unclosed"), ("(?=a)", "look-ahead"), (r"(a)\1", "backreferences"), ("a{9999}{9999}", "too large")],
)
def test_a_pattern_that_cannot_be_searched_in_linear_time_is_refused(pattern: str, why: str) -> None:
    assert why in defect(pattern)


def test_a_pattern_that_would_hang_python_is_harmless() -> None:
    assert extract("(a+)+$", "a" * 50_000 + "b") is None
