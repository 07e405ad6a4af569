"""Broken configurations as data: the code, the place, and words that a user can act on."""

import json
from contextlib import suppress
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.config import yaml
from opsctl.config.project import Project
from opsctl.config.strict import validate
from opsctl.core.errors import BadConfiguration, OpsctlError

SHOP = "mappings: {shop: {table: order, columns: {order: 单号}, %s}}"


class Case(NamedTuple):
    text: str
    line: int
    column: int
    message: str


CASES = [
    Case("timezon: Asia/Shanghai", 1, 1, "did you mean 'timezone'?"),
    Case("version: 2", 1, 10, "'2' is no version that this opsctl reads"),
    Case("timezone: Asia/Shangai", 1, 11, "did you mean 'Asia/Shanghai'?"),
    Case("timezone: Beijing time", 1, 11, "'Beijing time' is no time zone"),
    Case("currency: rmb", 1, 11, "three capital letters"),
    Case("locale: zh_CN", 1, 9, "did you mean 'zh-CN'?"),
    Case("margin: 35", 1, 9, "rates are fractions: write 0.35"),
    Case("margin: 35%", 1, 9, "rates are fractions: write 0.35"),
    Case("margin: -0.1", 1, 9, "from 0 to 1"),
    Case("margin: [0.3]", 1, 9, "a list stands where a mapping (key: value) should"),
    Case("margin:\n  default: 0.3\n  categories: {a: 0.2}", 3, 3, "did you mean 'category'?"),
    Case("margin: {category: {母婴: 25}}", 1, 25, "margin.category.母婴: '25' is no fraction"),
    Case("channels: [douyin]", 1, 11, "a list stands where a mapping (key: value) should"),
    Case("channels:\n  抖音: {}", 2, 3, "'抖音' is no id"),
    Case("channels:\n  douyin:\n    group: [a]", 3, 12, "a list stands where a text should"),
    Case("channels: {a: {paid: yes}}", 1, 22, "write true or false"),
    Case("channels: {a: {nmae: {zh: 抖音}}}", 1, 16, "did you mean 'name'?"),
    Case("channels:\n  a: {aliases: [X]}\n  b: {aliases: [Y, x]}", 3, 20, "'x' already names the channel 'a'"),
    Case("channels: {a: {}, b: {name: {zh: A}}}", 1, 34, "already names the channel 'a'"),
    Case("sources:\n  - mapping: shop", 2, 5, "sources.0: 'path' is missing"),
    Case('sources: [{path: x, decimal: ";"}]', 1, 30, "is not one of '.', ','"),
    Case("sources: [{path: x, encoding: gb18303}]", 1, 31, "did you mean 'gb18030'?"),
    Case("sources: [{path: x, table: orders}]", 1, 28, "did you mean 'order'?"),
    Case("sources: [{path: x, dates: ymdd}]", 1, 28, "did you mean 'ymd'?"),
    Case("mappings: mappings/*.yaml", 1, 11, "stands where a list should"),
    Case("mappings: [{platform: a}]", 1, 12, "'exports' is missing"),
    Case("mappings: [{platform: a, exports: []}]", 1, 35, "at least 1"),
    Case(SHOP % "nulls: -", 1, 62, "stands where a list should"),
    Case(SHOP % "column: {}", 1, 55, "did you mean 'columns'?"),
    Case(SHOP % "file: {name: {period: '(a'}}", 1, 77, "unclosed group"),
    Case(SHOP % "file: {preamble: {period: '(?=a)'}}", 1, 81, "look-ahead"),
    Case(SHOP % "file: {delimiter: '\\t'}", 1, 73, "in double quotes"),
    Case(SHOP % "attributes: {city: 城市}", 1, 67, "only the table acquisition has attributes"),
    Case(SHOP % "rows: {drop: [{where: {}, reason: x}]}", 1, 77, "at least 1"),
    Case("mappings: {a: {table: order, columns: {x: ~}}}", 1, 43, "names no column of the file"),
    Case("mappings: {a: {table: order, columns: {x: {}}}}", 1, 43, "write one of from, const, sum, text, file"),
    Case("mappings: {a: {table: order, columns: {x: {from: A, const: b}}}}", 1, 43, "both from and const"),
    Case("mappings: {a: {table: order, columns: {x: {form: A}}}}", 1, 44, "did you mean 'from'?"),
    Case("mappings: {a: {table: order, columns: {x: {sum: [A]}}}}", 1, 49, "at least 2"),
    Case("mappings: {a: {table: order, columns: {x: {text: A}}}}", 1, 50, "in braces"),
    Case("mappings: {a: {table: order, columns: {x: {from: A, unit: yuan}}}}", 1, 59, "is no unit"),
    Case("mappings: {a: {table: order, columns: {x: {from: A, basis: clicks}}}}", 1, 60, "did you mean 'click'?"),
    Case("mappings: {a: {table: order, columns: {x: {file: {}}}}}", 1, 50, "one of preamble, name"),
    Case("mappings: {a: {table: cohort, columns: {day: 日期}}}", 1, 15, "'summary' is missing"),
    Case("policy: {settle_days: {spend: -1}}", 1, 31, "is below 0"),
    Case("policy: {settle_days: {refund: 3}}", 1, 24, "did you mean 'refunds'?"),
    Case("policy: {high_value: {threshold: 3k}}", 1, 34, "'3k' is no number"),
    Case("policy: {high_value: {threshold: -3}}", 1, 34, "is below 0"),
    Case("policy: {last_day: {share: 60}}", 1, 28, "write 0.6"),
    Case("policy: {look_back_weeks: 521}", 1, 27, "is above 520"),
    Case("policy: {last_day: {weekdays: 0}}", 1, 31, "is below 1"),
    Case("events: [{name: a, from: 2025-06-31}]", 1, 26, "is no day"),
    Case("events: [{name: a, from: 2025-06-02, to: 2025-06-01}]", 1, 10, "lies before 'from'"),
    Case("budgets: [{month: 2025-13, channel: a, amount: 1}]", 1, 19, "is no month"),
    Case("gates: [{metric: cpa}]", 1, 9, "neither at_least nor at_most"),
    Case("send: {ops: {to: wechat}}", 1, 18, "is not one of 'wecom'"),
    Case("privacy: {retention_days: {message: 1.5}}", 1, 37, "is no whole number"),
    Case("- a", 1, 1, "a list stands where a mapping (key: value) should"),
    Case("hello", 1, 1, "'hello' stands where a mapping (key: value) should"),
]


def refused(text: str) -> OpsctlError:
    with pytest.raises(OpsctlError) as caught:
        validate(Project, yaml.parse(text.encode(), "opsctl.yaml"))
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text[:60])
def test_a_broken_configuration_is_shown_where_and_why(case: Case) -> None:
    error = refused(case.text)
    text = "\n".join(error.lines())
    assert isinstance(error, BadConfiguration)
    assert (error.line, error.column) == (case.line, case.column), text
    assert case.message in text
    assert not error.details, "one mistake, one message"
    assert "Input should" not in text
    assert "cannot be used here" not in text


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    error = refused("timezone: Mars\ncurrency: rmb\nchannels:\n  douyin: {grup: a}\n")
    assert error.sentence == "timezone: 'Mars' is no time zone"
    assert [label for label, _ in error.details] == ["opsctl.yaml:2:11", "opsctl.yaml:4:12"]
    assert "did you mean 'group'?" in error.details[1][1]


def test_the_message_looks_as_documented() -> None:
    assert refused("channels:\n  douyin:\n    grup: public\n").lines()[:4] == [
        "error[OPS303]: channels.douyin: unknown key 'grup'",
        " --> opsctl.yaml:3:5",
        " 3|     grup: public",
        "  |     ^ did you mean 'group'?",
    ]


KEYS = (
    "platform exports table columns from file name preamble melt into a to period channels aliases zh rows drop where "
    "reason summary example becomes mapping path"
)
LEAVES = st.sampled_from(["", "~", "0.3", "x", "spend", "order", "cohort", "true", "2025-01-06", "(", "{a}", "empty"])
ANYTHING = st.recursive(
    LEAVES,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split()), below, max_size=5),
    max_leaves=12,
)


@settings(deadline=None)  # the first pattern imports polars
@given(st.dictionaries(st.sampled_from(sorted(Project.model_fields)), ANYTHING, max_size=4))
def test_whatever_is_written_is_a_project_or_a_refusal(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False).replace('"~"', "~")
    with suppress(BadConfiguration):
        validate(Project, yaml.parse(text.encode(), "opsctl.yaml"))


@pytest.mark.parametrize(
    "text",
    [
        "send: {ops: {to: wecom, webhook: [canary]}}",
        "send: {ops: {to: wecom, webhok: https://x/?key=canary}}",
        "send: {ops: {to: https://x/canary}}",
        "send: {ops: {to: canary, secret: canary}}".replace("to: canary", "to: wecon"),
        "privacy: {hash_key_file: {a: canary}}",
        "token: canary",
    ],
)
def test_a_value_that_may_be_secret_is_not_repeated(text: str) -> None:
    assert "canary" not in "\n".join(refused(text).lines())
