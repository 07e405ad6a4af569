"""Why the key figures moved, in the channel report: structure and own change, down to the campaigns that moved most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.period import Period
from opsctl.measures.known import Known
from opsctl.metrics import load
from opsctl.reports.movement_told import Told
from opsctl.reports.report import Lines, Part
from opsctl.reports.why import as_json, waterfall
from opsctl.verdicts.movement import Contribution, Movement, Unsplit, by_campaign, movement

EXPLAINED = {"cpa_paid": ("spend", "acquisition"), "retention_d7": ("acquisition", "activity")}
NAMED = 3  # channels or campaigns in one sentence
WORTH_TELLING = 0.2  # of the strongest effect; weaker ones are not named


@dataclass(frozen=True)
class Moved:
    """One key figure's movement, and within the channel that moved most its campaigns."""

    movement: Movement
    strongest: Contribution | None
    campaigns: tuple[Contribution, ...]


def moved(known: Known, settings: Settings, period: Period) -> list[Moved]:
    """The movements of the key figures that are told and that changed."""
    asked = [name for name, needs in EXPLAINED.items() if set(needs) <= known.evidence.told]
    found = [movement(known, load(name), period, None, settings.project.promotions) for name in asked]
    return [_with_campaigns(known, one) for one in found if one.change]


def _with_campaigns(known: Known, one: Movement) -> Moved:
    strongest = next(iter(_by_weight(one.contributions)), None)
    if strongest is None or strongest.channel is None:
        return Moved(one, None, ())
    found = by_campaign(known, one, strongest.channel)
    campaigns = () if isinstance(found, Unsplit) else found
    return Moved(one, strongest, campaigns if len(campaigns) > 1 else ())


def _by_weight(contributions: Sequence[Contribution]) -> list[Contribution]:
    return sorted(contributions, key=lambda one: -abs(one.total))


def data_of(found: Sequence[Moved]) -> list[dict[str, Any]]:
    """The movements for programs; the effects of campaigns are on the whole and add up to their channel's `rate`."""
    return [
        {
            **as_json(one.movement),
            "campaigns": [
                {"channel": each.channel, "campaign": each.campaign, "mix": each.mix, "rate": each.rate}
                for each in one.campaigns
            ],
        }
        for one in found
    ]


def parts_of(found: Sequence[Moved], settings: Settings, words: Words) -> list[Part]:
    """A sentence per figure, with the channels and campaigns that moved it most."""
    lines = [_sentence(one, settings, words) for one in found]
    sides = [side for one in found for side in (one.movement.before, one.movement.after)]
    fewer = [words["why.note.left_out"]] if any(side is not None and side.left_out for side in sides) else []
    return [Lines(words["changes.label"], [*lines, words["why.note"], *fewer])] if lines else []


def charts_of(found: Sequence[Moved], settings: Settings, words: Words) -> list[Part]:
    """A waterfall per figure whose change is split."""
    return [waterfall(Told(one.movement, settings, words)) for one in found if one.movement.contributions]


def _sentence(one: Moved, settings: Settings, words: Words) -> str:
    told = Told(one.movement, settings, words)
    text = told.headline + _named("changes.mostly", told, _told_apart(one.movement.contributions), words)
    if one.strongest is None or not one.campaigns:
        return text
    of_channel = Told(_narrowed(one), settings, words)
    channel = told.called(one.strongest)
    return text + _named("changes.within", of_channel, _told_apart(one.campaigns), words, channel=channel)


def _narrowed(one: Moved) -> Movement:
    return replace(one.movement, channel=one.strongest.channel if one.strongest else None)


def _told_apart(contributions: Sequence[Contribution]) -> list[Contribution]:
    """The strongest, and those that are not much weaker."""
    ordered = _by_weight(contributions)[:NAMED]
    return [one for one in ordered if one.total and abs(one.total) >= abs(ordered[0].total) * WORTH_TELLING]


def _named(key: str, told: Told, contributions: Sequence[Contribution], words: Words, **fields: str) -> str:
    effects = [
        words.say("changes.effect", name=told.called(one), effect=told.signed(one.total)) for one in contributions
    ]
    return words.say(key, effects=words["list.separator"].join(effects), **fields) if effects else ""
