"""A metric is found by its name, and a name that means nothing is refused with a way on."""

import pytest

from opsctl.core.errors import UnknownName
from opsctl.metrics import example_of, load, templates


@pytest.mark.parametrize(
    ("name", "template", "numbers", "measures"),
    [
        ("cpa", "cpa", {}, ("spend", "acquisitions")),
        ("retention_d7", "retention_dN", {"N": 7}, ("retained_d7", "mature_d7")),
        ("retention_d0", "retention_dN", {"N": 0}, ("retained_d0", "mature_d0")),
        ("retention_d30_24h", "retention_dN_24h", {"N": 30}, ("retained_d30_24h", "mature_d30_24h")),
        (
            "retention_d7_unbounded",
            "retention_dN_unbounded",
            {"N": 7},
            ("retained_d7_unbounded", "mature_d7_unbounded"),
        ),
        ("return_rate_8_30", "return_rate_A_B", {"A": 8, "B": 30}, ("retained_8_30", "mature_8_30")),
        ("return_rate_8_8", "return_rate_A_B", {"A": 8, "B": 8}, ("retained_8_8", "mature_8_8")),
        ("ltv_90d", "ltv_Nd", {"N": 90}, ("net_paid_d90", "mature_orders_d90")),
        ("roas_d30", "roas_dN", {"N": 30}, ("net_paid_d30", "spend_mature_orders_d30")),
    ],
)
def test_numbers_in_a_name_are_numbers_of_days(
    name: str, template: str, numbers: dict[str, int], measures: tuple[str, ...]
) -> None:
    metric = load(name)
    assert (metric.template, metric.numbers, metric.measures) == (template, numbers, measures)


@pytest.mark.parametrize(
    "name",
    ["retention", "retention_dN", "retention_d07", "retention_d-1", "retention_d9999", "CPA", "cpa ", "figure", ""],
)
def test_what_is_no_metric_is_refused(name: str) -> None:
    with pytest.raises(UnknownName, match="there is no metric"):
        load(name)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("retntion_d7", "retention_d7"),
        ("cpaa", "cpa"),
        ("repurchase_90d", "repurchase_rate_90d"),
        ("roas_30", "roas_d30"),
    ],
)
def test_the_nearest_name_is_offered(typed: str, meant: str) -> None:
    with pytest.raises(UnknownName) as refusal:
        load(typed)
    assert refusal.value.hint == f"did you mean '{meant}'?"


@pytest.mark.parametrize(
    "name",
    ["return_rate_30_8", "retention_d0_onebased", "retention_d0_within", "no_return_share_d6", "repurchase_rate_0d"],
)
def test_a_span_without_a_day_is_refused_and_not_answered_with_zero(name: str) -> None:
    with pytest.raises(UnknownName, match="no day"):
        load(name)


@pytest.mark.parametrize("template", templates())
def test_a_name_that_is_offered_is_one(template: str) -> None:
    for name in (example_of(template), example_of(template, 2)):
        with pytest.raises(UnknownName) as refusal:
            load(f"{name}x")
        offered = refusal.value.hint.removeprefix("did you mean '").removesuffix("'?")
        assert load(offered).name == offered
