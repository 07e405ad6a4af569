"""What holds of every metric, those written tomorrow included: nothing here names one of them."""

from __future__ import annotations

import doctest
import inspect
import re
import unicodedata
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsctl.core import money
from opsctl.core.period import Grain, Period
from opsctl.core.template import Template
from opsctl.measures import find
from opsctl.measures.evidence import Evidence
from opsctl.measures.family import Reason, Unit
from opsctl.metrics import example_of, load, templates
from opsctl.metrics.figure import Figure, worth
from opsctl.metrics.metric import EVERYWHERE, Metric, Ratio, Shape, unit_of
from tests.measures.world import UNTIL, World, world
from tests.notation import Group, ask, every_figure, figure, measured, of_frames, sides

NAMES = [example_of(template) for template in templates()]
every_metric = pytest.mark.parametrize("name", NAMES)
every_template = pytest.mark.parametrize("template", templates())
few = settings(deadline=None, max_examples=20)

SMALL = world(11, 500)
DIMENSIONS = ["channel", "week", "city_tier", "campaign", "network", "category", "channel,quarter"]


def known(found: World) -> Evidence:
    """Evidence in which every metric has a value: a margin is set, and cells may be small and are held to a lot."""
    shipped = of_frames({}, until=UNTIL).policy
    small = shipped.low_efficiency.model_copy(update={"min_users": 3, "line": Decimal("0.45")})
    return found.evidence(margin=Fraction("0.3"), policy=shipped.model_copy(update={"low_efficiency": small}))


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return known(SMALL)


@pytest.fixture(scope="module")
def totals(evidence: Evidence) -> dict[str, Figure]:
    return every_figure(evidence, NAMES)[()]


@pytest.fixture(scope="module")
def split(evidence: Evidence) -> dict[str, dict[Group, dict[str, Figure]]]:
    """Every metric by every dimension."""
    return {by: every_figure(evidence, NAMES, ask(by)) for by in DIMENSIONS}


# --- what it is called, and what it says ----------------------------------------------------------------


@every_metric
def test_it_loads_under_its_name_and_needs_measures_that_exist(name: str) -> None:
    metric = load(name)
    assert metric.name == name
    assert metric.measures
    for measure in (*metric.measures, *metric.cohort_measures):
        find(measure)


@every_metric
def test_it_has_words_in_both_languages(name: str) -> None:
    metric = load(name)
    assert metric.title("zh-CN") == metric.zh
    assert metric.title("en") == metric.en
    assert any("CJK" in unicodedata.name(letter, "") for letter in metric.zh)
    assert metric.en.isascii()
    assert not set("{}") & set(metric.zh + metric.en)


@every_template
def test_the_numbers_of_its_name_are_in_its_words(template: str) -> None:
    letters = Template(template).letters
    if not letters:
        return
    numbers = {letter: 41 + at for at, letter in enumerate(letters)}
    metric = load(Template(template).fill(numbers))
    for number in numbers.values():
        assert re.search(rf"\b{number}\b", metric.en)
        assert str(number) in metric.zh
        assert any(str(number) in measure for measure in metric.measures)


@every_metric
def test_its_definition_has_a_version(name: str) -> None:
    definition = load(name).definition
    for period in (Period(UNTIL, UNTIL, Grain.YEAR), Period(UNTIL, UNTIL)):
        text = definition if isinstance(definition, str) else definition(period)
        assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)*@[1-9]\d*", text)


def test_no_two_metrics_share_a_definition() -> None:
    shared = [metric.definition for metric in map(load, NAMES) if isinstance(metric.definition, str)]
    assert len(set(shared)) == len(shared)


@every_template
def test_its_worked_example_is_true(template: str) -> None:
    doc = load(example_of(template)).doc
    sentence = doc.partition("\n")[0]
    assert sentence.endswith((".", ":"))
    scope = {template: with_numbers_of_its_example(template, doc)}
    example = doctest.DocTestParser().get_doctest(doc, scope, template, None, None)
    assert example.examples
    failed, _ = doctest.DocTestRunner(verbose=False).run(example)
    assert not failed


def with_numbers_of_its_example(template: str, doc: str) -> Metric:
    """retention_dN of an example that gives `retained_d7=` is retention_d7."""
    usual = example_of(template)
    given_names = re.findall(r"(\w+)=\[", doc)
    for parameter in inspect.signature(load(usual).formula).parameters:
        for name in given_names:
            numbers = Template(parameter.removeprefix(EVERYWHERE)).match(name.removeprefix(EVERYWHERE))
            if numbers:
                return load(Template(template).fill(numbers))
    return load(usual)


# --- what it says of nothing, and of what nobody knows --------------------------------------------------


@every_metric
def test_nothing_over_nothing_is_unknown_and_a_sum_of_nothing_is_zero(name: str) -> None:
    metric = load(name)
    nothing = metric.of(**{parameter: [0] for parameter in metric.parameters})
    assert nothing == ([0] if metric.shape in (Shape.COUNT, Shape.MONEY, Shape.QUANTITY) else [None])


@every_metric
def test_without_a_table_it_needs_it_is_unknown_with_a_reason(evidence: Evidence, name: str) -> None:
    metric = load(name)
    for table in tables_of(metric):
        kept = {other: rows for other, rows in evidence.tables.items() if other != table}
        without = replace(evidence, tables=kept, supplied={other: evidence.supplied[other] for other in kept})
        one = figure(without, name)
        assert (one.value, one.reason) == (None, Reason.NOT_SUPPLIED), table


def tables_of(metric: Metric) -> list[str]:
    return sorted({table for measure in metric.measures for table in find(measure)[0].needs()})


@every_metric
def test_split_by_what_its_tables_do_not_have_it_is_unknown(evidence: Evidence, name: str) -> None:
    metric = load(name)
    rows = every_figure(evidence, ["orders", name], ask("entry_path"))  # no order has one
    assert all(row[name].value is None for row in rows.values())
    one = figure(evidence, name, ask(where={"entry_path": "search"}))
    assert (one.value, one.reason) == (None, Reason.NOT_SUPPLIED), metric.measures


@every_metric
def test_unknown_is_never_without_a_reason_and_known_never_with_one(
    split: dict[str, dict[Group, dict[str, Figure]]], totals: dict[str, Figure], name: str
) -> None:
    found = [totals[name], *(row[name] for rows in split.values() for row in rows.values())]
    assert all((one.value is None) == (one.reason is not None) for one in found)
    assert totals[name].value is not None


# --- adding up ------------------------------------------------------------------------------------------


@every_metric
def test_the_total_is_what_its_parts_add_up_to(
    split: dict[str, dict[Group, dict[str, Figure]]], totals: dict[str, Figure], name: str
) -> None:
    for by in DIMENSIONS:
        parts = [row[name] for row in split[by].values()]
        if any(one.reason == Reason.NOT_SUPPLIED for one in parts):
            continue  # what is known of one side alone is not shown; the measures still add up, see below
        top, bottom = sides(totals[name])
        tops, bottoms = ([side or 0 for side in column] for column in zip(*map(sides, parts), strict=True))
        assert sum(tops) == top
        if bottom is not None and not is_about_the_whole(load(name)):
            assert sum(bottoms) == bottom


def is_about_the_whole(metric: Metric) -> bool:
    """Every row is set against all that was asked."""
    return any(parameter.startswith(EVERYWHERE) for parameter in metric.parameters)


@pytest.mark.parametrize("by", DIMENSIONS)
def test_every_measure_adds_up_over_its_groups(evidence: Evidence, by: str) -> None:
    names = {measure for name in NAMES for measure in load(name).measures}
    summed = sorted(name for name in names if find(name)[1].measure.unit is not Unit.DAY)
    whole, parts = (measured(evidence, ask(each), names) for each in ("", by))
    for name in summed:
        told = [total.amount for total in parts.of[name].values()]
        if any(amount is not None for amount in told):
            assert sum(amount or 0 for amount in told) == whole.get(name, ()).amount


@every_metric
def test_it_can_be_split_by_channel_and_by_the_calendar(
    split: dict[str, dict[Group, dict[str, Figure]]], name: str
) -> None:
    for by in ("channel", "week"):
        assert any(row[name].value is not None for row in split[by].values())


@every_metric
def test_a_channel_without_anything_changes_nothing_else(evidence: Evidence, name: str) -> None:
    nothing = {"day": UNTIL, "channel": "empty", "spend": 0, "clicks": "0", "impressions": "0"}
    more = known(World({**SMALL.rows, "spend": [*SMALL.rows["spend"], nothing]}))
    assert figure(more, name).as_json() == figure(evidence, name).as_json()
    before, after = (every_figure(each, [name], ask("channel")) for each in (evidence, more))
    empty = after.pop(("empty",), {}).get(name)
    assert {group: row[name].as_json() for group, row in after.items()} == {
        group: row[name].as_json() for group, row in before.items()
    }
    if empty is not None:
        assert not empty.value


# --- the value itself -----------------------------------------------------------------------------------

amount = st.integers(0, 10**15)


@every_metric
@few
@given(data=st.data())
def test_the_value_is_the_double_nearest_the_exact_fraction(name: str, data: st.DataObject) -> None:
    metric = load(name)
    arguments: dict[str, Any] = {
        parameter: data.draw(st.fractions(0, 1) if parameter == "margin" else amount, parameter)
        for parameter in metric.parameters
    }
    made = metric.formula(*arguments.values())
    value = worth(metric, made)
    if isinstance(made, Reason):
        assert value is None
        return
    if not isinstance(made, Ratio):
        assert value == made == next(iter(arguments.values()))
        return
    top, bottom = (unit_of(parameter) for parameter in metric.parameters[:2])
    if not made.denominator or (metric.zero == "cost_per" and not made.numerator):
        assert value is None
        return
    exact = whole(made.numerator, top) / whole(made.denominator, bottom) * made.times
    assert value == float(exact)


def whole(counted: int | Fraction, unit: Unit) -> Fraction:
    """What was counted in ten-thousandths, in its own unit."""
    return Fraction(counted) / (money.TEN_THOUSANDTHS if unit in (Unit.MONEY, Unit.QUANTITY) else 1)


@every_metric
def test_the_answer_shows_the_sides_that_its_value_is_made_of(totals: dict[str, Figure], name: str) -> None:
    shown = totals[name].as_json()
    if load(name).shape in (Shape.COUNT, Shape.MONEY, Shape.QUANTITY):
        assert shown["value"] == shown["numerator"]
        assert shown["denominator"] is None
        return
    top, bottom = (Fraction(str(shown[side])) for side in ("numerator", "denominator"))
    times = {"cpm@1": Fraction(1000), "ltv@1": Fraction("0.3")}.get(shown["definition"], Fraction(1))
    assert shown["value"] == pytest.approx(float(top / bottom * times), rel=1e-12)


@every_metric
def test_the_value_lies_inside_its_interval(
    split: dict[str, dict[Group, dict[str, Figure]]], totals: dict[str, Figure], name: str
) -> None:
    metric = load(name)
    for one in [totals[name], *(row[name] for rows in split.values() for row in rows.values())]:
        if one.value is None:
            continue
        assert (one.low is None) == (one.high is None) == (metric.interval == "none")
        if one.low is not None and one.high is not None:
            assert one.low <= one.value <= one.high
        if metric.shape is Shape.RATE and metric.interval == "wilson":
            assert 0 <= one.value <= 1
