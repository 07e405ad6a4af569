"""What an `opsctl.yaml` may say, as one frozen value."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from opsctl.config.contract import Contract
from opsctl.config.kinds import Amount, Currency, Encoding, Flag, Fraction, Id, Names, Text, Zone
from opsctl.config.mapping import DateOrder, DecimalMark, Platform, TableName
from opsctl.config.plans import Account, Budget, Event, Gate, Privacy, SendTarget, Target
from opsctl.config.policy import PolicyOverride, shipped_policy
from opsctl.config.strict import Strict, said
from opsctl.core.naming import fold
from opsctl.core.period import EVER, Period

Locale = Literal["zh-CN", "en"]

# Keys that are checked and that no command reads yet.
_NOT_USED_YET = ("gates", "send")
_POLICY_NOT_USED_YET = ("validated",)


def _version(text: str) -> str:
    if text != "1":
        raise said("is no version that this opsctl reads", "write 1, or update opsctl")
    return text


class About(Strict):
    """Whose project it is; printed on reports."""

    name: Text | None = Field(None, description="The product or team.")
    department: Text | None = Field(None, description="The department on the title page.")
    owner: Text | None = Field(None, description="Who answers for the report.")
    logo: Text | None = Field(None, description="An image file for the title page.")


class Margin(Strict):
    """Gross margin, one for all or finer; a category's comes before a channel's before the general one."""

    default: Fraction | None = Field(None, description="Where nothing finer is given.")
    category: dict[Text, Fraction] = Field({}, description="By category of goods.")
    channel: dict[Text, Fraction] = Field({}, description="By channel id.")

    @model_validator(mode="before")
    @classmethod
    def _one_for_all(cls, value: Any) -> Any:
        return {"default": value} if isinstance(value, str) else value


class Activity(Strict):
    """What counts as coming back."""

    qualifying: Names | None = Field(None, description="The events that count; unset: every event.")


class ChannelName(Strict):
    """A channel's name in each language; one that is missing is its id."""

    zh: Text | None = Field(None, description="In Chinese.")
    en: Text | None = Field(None, description="In English.")


class Channel(Strict):
    """One channel of the tree."""

    name: ChannelName = Field(ChannelName(), description="What reports call it.")
    group: Text | None = Field(None, description="What it is summed up in, such as public, private.")
    aliases: tuple[Text, ...] = Field((), description="What exports call it.")
    fixed_cost_day: Amount | None = Field(None, description="What it costs a day beside its spend, such as people.")
    paid: Flag | None = Field(None, description="Whether it costs money; unset: known from its spend.")

    def called(self) -> dict[tuple[str | int, ...], str]:
        """All its names but the id, by where they stand."""
        names: dict[tuple[str | int, ...], str | None] = {("name", "zh"): self.name.zh, ("name", "en"): self.name.en}
        names |= {("aliases", index): alias for index, alias in enumerate(self.aliases)}
        return {place: name for place, name in names.items() if name is not None}


def _one_channel_per_name(channels: dict[str, Channel]) -> dict[str, Channel]:
    owner = {fold(channel): channel for channel in channels}
    for channel, entry in channels.items():
        for place, name in entry.called().items():
            first = owner.setdefault(fold(name), channel)
            if first != channel:
                raise said(f"already names the channel '{first}'", "one channel per name", at=(channel, *place))
    return channels


class Source(Contract):
    """Files, and what is known of them that they do not say themselves."""

    path: Text = Field(description="Files by pattern, such as exports/juliang/*.csv.")
    mapping: Text | None = Field(None, description="The mapping or platform; unset: known by the header.")
    account: Text | None = Field(None, description="The account of their rows.")
    channel: Text | None = Field(None, description="The channel of their rows.")
    product: Text | None = Field(None, description="The product of their rows.")
    timezone: Zone | None = Field(None, description="The zone of their times; unset: the project's.")
    currency: Currency | None = Field(None, description="Of their money; unset: the project's.")
    encoding: Encoding | None = Field(None, description="Such as gb18030; unset: found out.")
    decimal: DecimalMark | None = Field(None, description="The decimal mark; unset: found out.")
    dates: DateOrder | None = Field(None, description="The order of day, month and year; unset: found out.")
    table: TableName | None = Field(None, description="The canonical table, for files that two would fit.")
    key: Names | None = Field(
        None, description="The file's columns that tell its rows apart, where they are finer than the table's own key."
    )


def _named(value: Any) -> Any:
    """The name before a mapping is its platform, unless it says another."""
    if not isinstance(value, dict):
        return value
    return {name: _with_platform(name, entry) for name, entry in value.items()}


def _with_platform(name: str, entry: Any) -> Any:
    return {"platform": name, **entry} if isinstance(entry, dict) else entry


# A tag becomes a step of an error's path; in brackets it is never taken for a key of the file.
def _item_tag(value: Any) -> str:
    return "<file>" if isinstance(value, str) else "<entry>"


def _mappings_tag(value: Any) -> str:
    return "<named>" if isinstance(value, dict) else "<listed>"


MappingEntry = Annotated[Annotated[Text, Tag("<file>")] | Annotated[Platform, Tag("<entry>")], Discriminator(_item_tag)]
Mappings = Annotated[
    Annotated[tuple[MappingEntry, ...], Tag("<listed>")]
    | Annotated[dict[Text, Platform], BeforeValidator(_named), Tag("<named>")],
    Discriminator(_mappings_tag),
]


class Project(Strict):
    """An `opsctl.yaml`."""

    version: Annotated[str, AfterValidator(_version)] = Field("1", description="Always 1.")
    project: About = Field(About(), description="Whose project it is.")
    timezone: Zone = Field("Asia/Shanghai", description="The zone whose days are reported.")
    currency: Currency = Field("CNY", description="The currency of money that does not say its own.")
    locale: Locale | None = Field(None, description="The language of reports; unset: the user's.")
    margin: Margin = Field(Margin(), description="Gross margin, for value, LTV and ROI.")
    activity: Activity = Field(Activity(), description="What counts as coming back.")
    channels: Annotated[dict[Id, Channel], AfterValidator(_one_channel_per_name)] = Field(
        {}, description="The tree of channels, by id."
    )
    channel_map: Text | None = Field(None, description="A table of codes and the channels they stand for.")
    accounts: tuple[Account, ...] = Field((), description="What must arrive.")
    budgets: tuple[Budget, ...] = Field((), description="Planned money.")
    contract: Contract = Field(Contract(), description="What is demanded of every file; a source may say otherwise.")
    sources: tuple[Source, ...] = Field((), description="Files and their mappings; others go by the header.")
    mappings: Mappings = Field((), description="Its own mappings: files by pattern, or written here.")
    targets: tuple[Target, ...] = Field((), description="Values that metrics should reach.")
    events: tuple[Event, ...] = Field((), description="Days that explain movements.")
    incrementality: dict[Text, Fraction] = Field(
        {}, description="By channel, the share of its users that would not have come anyway, from a hold-out test."
    )
    policy: PolicyOverride = Field(default_factory=shipped_policy, description="Thresholds that differ.")
    gates: tuple[Gate, ...] = Field((), description="Bounds that must not be crossed.")
    send: dict[Text, SendTarget] = Field({}, description="Where reports can be sent, by name.")
    privacy: Privacy = Field(Privacy(), description="How personal data is kept.")

    def contract_of(self, source: Source | None) -> Contract:
        """What is demanded of the files of a source, or of those that none covers."""
        if source is None:
            return self.contract
        demands = source.over(self.contract)
        return demands.model_copy(update={"unread": (*demands.unread, *(source.key or ()))})

    def channel_of(self, text: str) -> str:
        """The id of the channel that a text names; a text that names none is itself, tidied.

        Examples:
            >>> tree = {"douyin": {"aliases": ["抖音商业化"]}}
            >>> project = Project.model_validate({"channels": tree})
            >>> project.channel_of(" 抖音商业化 "), project.channel_of("快手")
            ('douyin', '快手')
        """
        return self._channel_by_name.get(fold(text)) or unicodedata.normalize("NFC", text).strip()

    @cached_property
    def promotions(self) -> tuple[Period, ...]:
        """The days of promotions; an open end reaches as far as days do."""
        return tuple(Period(one.start or EVER.start, one.end or EVER.end) for one in self.events if one.promo)

    def is_known(self, text: str) -> bool:
        """Whether a text is the id, a name or an alias of a channel."""
        return fold(text) in self._channel_by_name

    def channel_name(self, channel: str, locale: str) -> str:
        """What reports call a channel in a language: its name there, else its id."""
        entry = self.channels.get(channel)
        name = entry and (entry.name.zh if locale.startswith("zh") else entry.name.en)
        return name or channel

    @cached_property
    def _channel_by_name(self) -> Mapping[str, str]:
        return {
            fold(name): channel
            for channel, entry in self.channels.items()
            for called in (channel, *entry.called().values())
            for name in (called, self.privacy.as_kept("channel", called))
        }


def unused_keys(project: Project) -> tuple[str, ...]:
    """The keys that a project sets and that no command reads yet, in the order of the model."""
    top = [key for key in _NOT_USED_YET if key in project.model_fields_set]
    policy = [f"policy.{key}" for key in _POLICY_NOT_USED_YET if key in project.policy.model_fields_set]
    return (*top, *policy)
