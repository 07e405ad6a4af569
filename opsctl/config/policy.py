"""The thresholds behind labels and warnings: shipped in configs/policy.yaml, overridden under `policy:`."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from opsctl.config import yaml
from opsctl.config.document import Document, Value
from opsctl.config.kinds import Amount, Currency, Flag, Fraction, Number, Whole
from opsctl.config.strict import Strict, validate
from opsctl.core.paths import shipped

POLICY_FILE = "configs/policy.yaml"


class SettleDays(Strict):
    """How long a figure may still change after its day; until then it is provisional."""

    spend: Whole = Field(description="Days until a platform's spend is final.")
    conversions_event: Whole = Field(description="Days for conversions booked on the day they happen.")
    conversions_billing: Whole = Field(description="Days for conversions booked back to the click.")
    refunds: Whole = Field(description="Days in which most refunds come.")


class HighValue(Strict):
    """Who is a user of high value: one who paid more than this, net of refunds."""

    threshold: Amount = Field(description="The net amount that must be exceeded.")
    currency: Currency = Field(description="The currency of the threshold.")


class LowEfficiency(Strict):
    """Which cells (channel, campaign, week of acquisition) bring users who do not stay."""

    line: Fraction = Field(description="The retention below which a cell is low.")
    probability: Fraction = Field(description="How probable that must be before it is said.")
    min_users: Whole = Field(description="Fewer mature users than this: undecided.")
    day: Whole = Field(description="The day after acquisition whose retention is meant.")


class Retention(Strict):
    """When a retention is printed with a reservation."""

    partial_below: Fraction = Field(description="A smaller share of mature users: partly mature.")
    few_users: Whole = Field(description="Fewer users than this: a small sample.")


class Elasticity(Strict):
    """Percent more users for a percent more money, as believed before looking."""

    mean: Fraction = Field(description="The mean, between 0 and 1.")
    sd: Fraction = Field(description="The standard deviation.")
    dilution: Fraction = Field(description="Percent less value of a user for a percent more money.")


class LastDay(Strict):
    """When the last day of a table counts as not over, so that it is left out."""

    share: Fraction = Field(description="Below this share of the median of the same weekday: not over.")
    weekdays: Whole = Field(description="How many earlier such weekdays the median needs.", ge=1)


class Restatement(Strict):
    """Which figures of the last report are told again, because they are not what they were."""

    tolerance: Fraction = Field(description="A figure that changed by a larger share is told again.")


class Policy(Strict):
    """All thresholds."""

    settle_days: SettleDays = Field(description="Days until figures are final.")
    high_value: HighValue = Field(description="Who is a user of high value.")
    low_efficiency: LowEfficiency = Field(description="Which cells bring users who do not stay.")
    retention: Retention = Field(description="When a retention is printed with a reservation.")
    last_day: LastDay = Field(description="When the last day counts as not over.")
    restatement: Restatement = Field(description="Which changes of figures that were told are said.")
    reinstall_days: Whole = Field(description="A user who comes back within these days is not new.")
    line: Number = Field(description="The gross profit per unit of cost that a channel must bring.", gt=0)
    value_days: Annotated[Whole, Field(ge=1, le=1095)] = Field(description="The day up to which gross profit counts.")
    look_back_weeks: Annotated[Whole, Field(ge=4, le=520)] = Field(description="How many weeks verdicts look at.")
    cap: Number = Field(description="The largest multiple of today's spend for one channel.", ge=1)
    step: Number = Field(description="The largest multiple that one plan may advise.", ge=1)
    test_share: Fraction = Field(description="A small test's share of the whole budget.")
    cut_p: Fraction = Field(description="How probable it must be before a channel is to be stopped.")
    cut_p_campaign: Fraction = Field(description="The same of a campaign.")
    stop_p: Fraction = Field(description="How probable it must be before a stop is printed as one.")
    drift: Number = Field(description="How far quality drifts beyond what was seen, in logs.", ge=0, le=5)
    elasticity: Elasticity = Field(description="What is believed of spend and users before the weeks are seen.")
    min_coverage: Fraction = Field(description="Below this share of account-days there is no advice.")
    total_budget_day: Amount | None = Field(None, description="The money to split, per day; unset: today's.")
    validated: Flag | None = Field(None, description="Whether it was tried on the project's own past.")


@cache
def shipped_policy_document() -> Document:
    """The thresholds as they ship."""
    return yaml.read(shipped(POLICY_FILE), POLICY_FILE)


def _over_shipped(value: Any) -> Any:
    """What a project says, laid over what ships."""
    return _laid_over(shipped_policy_document().value, value) if isinstance(value, dict) else value


def _laid_over(base: Value, over: Value) -> Value:
    if isinstance(base, dict) and isinstance(over, dict):
        return {**base, **{key: _laid_over(base.get(key), value) for key, value in over.items()}}
    return base if over is None else over


def shipped_policy() -> Policy:
    """The thresholds of a project that overrides none."""
    return validate(Policy, shipped_policy_document())


PolicyOverride = Annotated[Policy, BeforeValidator(_over_shipped)]
