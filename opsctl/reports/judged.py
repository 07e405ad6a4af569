"""All verdicts of a day with what stands beside them, ready to be told or written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.errors import NoData, UnknownName
from opsctl.core.naming import did_you_mean
from opsctl.core.period import Period
from opsctl.ingest.loaded import Loaded
from opsctl.measures.known import Known
from opsctl.reports.reviewed import reviewed
from opsctl.verdicts.effect import Effect, Lane, effect
from opsctl.verdicts.judgement import Judgement, Verdict
from opsctl.verdicts.prune import Pruning
from opsctl.verdicts.quality import Quality, quality
from opsctl.verdicts.worth import Missing, Worth


@dataclass(frozen=True)
class Made:
    """All that the report tells, before it is told."""

    pruning: Pruning
    quality: Quality | None
    effect: Effect | None
    settings: Settings
    words: Words
    campaigns: Mapping[str, str]

    def name(self, channel: str) -> str:
        """What a reader calls a channel."""
        return self.settings.project.channel_name(channel, self.words.locale)

    def campaign(self, key: str | None) -> str:
        """What a reader calls a campaign: its newest name."""
        return self.campaigns.get(key or "", key or "")

    @property
    def losing(self) -> list[Judgement]:
        """The channels below the line beyond enough doubt."""
        return [one for one in self.pruning.channels if one.verdict is Verdict.CUT]

    def names(self, judgements: Sequence[Judgement]) -> str:
        """Several channels in one sentence."""
        return self.words["list.separator"].join(self.name(one.channel) for one in judgements)


def judged(  # noqa: PLR0913, PLR0917 - what the command was asked
    loaded: Loaded,
    known: Known,
    settings: Settings,
    words: Words,
    budget: float | None = None,
    period: Period | None = None,
) -> Made:
    """The verdicts of all channels, with how their users stay and what the plan would do.

    Raises:
        NoData: Money or users are not known at all.
    """
    found = reviewed(loaded, known, settings, budget)
    if found is None:
        raise NoData("no channel can be judged: that takes days of spend and rows of new users", hint=_lacking(known))
    stays = quality(known.evidence, sorted(found.worths), period)
    return Made(found, stays, effect(lanes(found, stays)), settings, words, known.evidence.campaigns.name_of)


def _lacking(known: Known) -> str:
    """What to add before channels can be judged."""
    tables = known.evidence.tables
    lacking = [name for name in ("spend", "acquisition") if name not in tables]
    if "acquisition" in lacking and "cohort" in tables:
        return "a table of cohorts tells how many came, not who bought: add the users, their activity and orders"
    if lacking:
        return f"add the exports of {' and '.join(lacking)}, and of activity and orders"
    return "no row of spend and of new users lies on a day that is known: see the messages above"


def check_named(channels: Sequence[str], found: Pruning) -> None:
    """Hold channels to those that spent.

    Raises:
        UnknownName: One of them did not.
    """
    for name in channels:
        if name not in found.worths:
            raise UnknownName(f"no channel that spent is called '{name}'", hint=did_you_mean(name, found.worths))


def lanes(found: Pruning, stays: Quality | None, stopped: Sequence[str] = ()) -> list[Lane]:
    """Every channel whose worth is known, its spend before and after; with `stopped`, only these change, to nothing."""
    return [_lane(one, found.worths[one.channel], stays, stopped) for one in found.channels if one.value is not None]


def _lane(one: Judgement, worth: Worth | Missing, stays: Quality | None, stopped: Sequence[str]) -> Lane:
    if not isinstance(worth, Worth):
        raise TypeError(one.channel)
    response = worth.response
    stay = stays.channels.get(one.channel) if stays else None
    after = (0.0 if one.channel in stopped else one.spend_now) if stopped else one.spend_next
    return Lane(
        one.spend_now,
        after,
        response.users_day if one.spend_now else 0.0,
        response.variance**0.5,
        (response.elasticity, response.elasticity_sd),
        stay.trials * stay.kept / stay.users if stay else 0.0,
        stay.trials if stay else 0.0,
    )
