"""What a project may already write down for later: budgets, targets, events, gates, where to send.

These keys are checked like all others; `unused_keys` tells which of them no command reads yet.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias, get_args

from pydantic import AfterValidator, Field, model_validator

from opsctl.config.kinds import Amount, Day, Flag, Month, Number, PeriodName, Text, Whole
from opsctl.config.mapping import TableName
from opsctl.config.strict import Strict, said, told
from opsctl.core.naming import fold, nearest
from opsctl.core.personal import masked


class Span(Strict):
    """From one local day to another, both included; an open end has no bound."""

    start: Day | None = Field(None, alias="from", description="The first day.")
    end: Day | None = Field(None, alias="to", description="The last day.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start and self.end and self.end < self.start:
            raise told(f"'to' ({self.end}) lies before 'from' ({self.start})")
        return self


class Account(Span):
    """An account whose exports must arrive, so that a missing one is noticed."""

    source: Text = Field(description="The platform or mapping it comes from.")
    account: Text | None = Field(None, description="The account's name or id.")
    product: Text | None = Field(None, description="The product it advertises.")
    agency: Text | None = Field(None, description="The agency that runs it.")
    owner: Text | None = Field(None, description="Who answers for it.")

    def is_of(self, mapping: str) -> bool:
        """Does a file that a mapping read belong to the account's source, a platform or one of its reports?"""
        return self.source in (mapping, mapping.partition("/")[0])


class Budget(Strict):
    """Money planned for a channel and month."""

    month: Month = Field(description="Such as 2025-05.")
    channel: Text = Field(description="The channel's id.")
    amount: Amount = Field(description="In the project's currency.")


class Target(Strict):
    """A value that a metric should reach."""

    metric: Text = Field(description="The metric's name, such as retention_d7.")
    channel: Text | None = Field(None, description="The channel's id; unset: all channels.")
    group: Text | None = Field(None, description="A group of the tree, such as public, in place of a channel.")
    period: PeriodName = Field(description="Such as 2025 or 2025-Q1.")
    target: Number = Field(description="The value; rates are fractions.")


class Event(Span):
    """Days that explain a movement, such as a promotion."""

    name: Text = Field(description="What reports call it.")
    promo: Flag = Field(default=False, description="Whether it is a promotion.")


class Gate(Strict):
    """A bound that must not be crossed."""

    metric: Text = Field(description="The metric's name.")
    channel: Text | None = Field(None, description="The channel's id; unset: all channels.")
    at_least: Number | None = Field(None, description="The lowest value that passes.")
    at_most: Number | None = Field(None, description="The highest value that passes.")

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise told("says neither at_least nor at_most")
        return self


class SendTarget(Strict):
    """Where a report can be sent."""

    to: Literal["wecom", "feishu", "dingtalk", "slack", "email", "webhook"] = Field(description="What it is.")
    webhook: Text | None = Field(None, description="Its address, best as ${VAR}: read when sending.")
    webhook_file: Text | None = Field(None, description="A file that holds the address.")
    secret: Text | None = Field(None, description="The secret that signs messages, best as ${VAR}.")


Treatment: TypeAlias = Literal["keep", "hash", "drop"]

# By column of ids, what may be done with it: without users and orders there is no table of them.
_IDS: dict[str, tuple[str, ...]] = {"user": ("hash",), "order": ("hash",), "inviter": ("hash", "drop")}
_NEEDED = ("channel",)

PEOPLE_TABLES = ("acquisition", "activity", "order")  # whose rows are about single people
# Tables that opsctl will keep one day; a limit for them may be written already.
_LATER_TABLES = (
    "community_day", "message", "tier", "task_done", "benefit_used", "exposure", "exposure_total", "touch", "tag",
    "referral", "operating_cost", "content", "feedback", "consent",
)  # fmt: skip


def _keep_ids_hashed(treatments: dict[str, str]) -> dict[str, str]:
    for name, treatment in treatments.items():
        allowed = _IDS.get(fold(name), ())
        if allowed and treatment not in allowed:
            raise said(f"is not what is done with ids: {fold(name)} is always hashed", at=(name,))
        if fold(name) in _NEEDED and treatment != "keep":
            raise said(f"cannot be done: nothing is known of rows without {fold(name)}", at=(name,))
    return treatments


def _of_tables(days: dict[str, int]) -> dict[str, int]:
    known = (*get_args(TableName), *_LATER_TABLES)
    for table in days:
        if table not in known:
            close = nearest(table, known)
            note = f"did you mean '{close}'?" if close else f"such as {', '.join(PEOPLE_TABLES)}"
            raise said("is no table", note, at=(table, "[key]"))
    return days


class Privacy(Strict):
    """How personal data is kept."""

    hash_key_file: Text | None = Field(None, description="The file with the key that hashes personal ids.")
    columns: Annotated[dict[Text, Treatment], AfterValidator(_keep_ids_hashed)] = Field(
        {}, description="By column, what becomes of it: keep, hash or drop; unset: personal ones are dropped."
    )
    retention_days: Annotated[dict[Text, Annotated[Whole, Field(ge=1)]], AfterValidator(_of_tables)] = Field(
        {}, description="By table, the days that its rows are kept; unset: for ever."
    )

    def treatment(self, column: str) -> Treatment | None:
        """What the project says of a column; None where it says nothing."""
        return next((of for name, of in self.columns.items() if fold(name) == fold(column)), None)

    def as_kept(self, column: str, text: str) -> str:
        """A text that the project writes of a column as the rows have it: without what belongs to one person."""
        return text if self.treatment(column) == "keep" else masked(text)
