"""Where the change between the halves happened: what the shares did and what each channel did, never why."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from opsctl.metrics import load
from opsctl.metrics.metric import Shape
from opsctl.reports.chart import Step, Waterfall, scale_of
from opsctl.reports.report import Part, Prose
from opsctl.reports.year_end.halves import SPLIT, Halves, mix_of, rate_of
from opsctl.reports.year_end.review import Review
from opsctl.reports.year_end.wording import capital
from opsctl.stats.decomposition import Decomposition

STEPS = 4


def changes(halves: Halves, review: Review, number: int) -> list[Part]:
    """The paragraph and its charts; nothing where no change can be split."""
    told = [name for name in SPLIT if name in halves.effects and halves.effects[name].change]
    if not told:
        return []
    wording = review.wording
    sentences = [_sentence(halves, review, name) for name in told]
    sentences += [text for text in (_of_the_weak(halves, review, told), *_meanwhile(halves, review)) if text]
    sentences.append(wording.say("not_why"))
    text = wording.sentences(sentences)
    lead = wording.say("lead", number=number, title=wording.say("changes.title"))
    return [Prose(text, lead), *(_waterfall(halves, review, name) for name in told)]


def _sentence(halves: Halves, review: Review, name: str) -> str:
    wording, of = review.wording, halves.effects[name]
    mix = mix_of(of)
    own = (
        wording.say(
            "changes.of_gaining",
            channels=wording.names(halves.gaining),
            effect=effect(review, name, rate_of(of, halves.gaining)),
        )
        if halves.gaining
        else ""
    )
    way = "up" if of.change > 0 else "down"
    return wording.say(
        f"changes.{way}",
        later=wording.say("half.second"),
        earlier=wording.say("half.first"),
        name=wording.of(review.year.public, load(name)),
        change=effect(review, name, abs(of.change), signed=False),
        mix=effect(review, name, mix),
        rate=effect(review, name, of.change - mix),
        own=own,
    )


def effect(review: Review, name: str, size: Fraction, *, signed: bool = True) -> str:
    """A contribution in the metric's unit."""
    wording, metric = review.wording, load(name)
    sign = "+" if signed else ""
    if metric.shape is Shape.RATE:
        points = f"{float(size) * 100:{sign}.1f}"
        return wording.say("by.points", points=points)
    return wording.say("money", amount=f"{float(size):{sign},.2f}", currency=wording.currency)


def _of_the_weak(halves: Halves, review: Review, told: Sequence[str]) -> str:
    """What the weak channels alone contributed."""
    if not halves.weak:
        return ""
    wording = review.wording
    listed = [
        wording.say(
            "changes.weak.one",
            name=wording.metric(load(name)),
            effect=effect(review, name, _whole(halves.effects[name], halves.weak)),
        )
        for name in told
    ]
    return wording.say("changes.weak", channels=wording.those(halves.weak), listed=wording.series(listed))


def _whole(of: Decomposition[str], channels: Sequence[str]) -> Fraction:
    return sum((one.total for name, one in of.effects.items() if name in channels), Fraction(0))


def _meanwhile(halves: Halves, review: Review) -> list[str]:
    """The events of the second half, which fall into the same days."""
    span, wording = halves.second.span, review.wording
    names = [
        event.name
        for event in review.year.settings.project.events
        if (event.start or span.start) <= span.end and (event.end or span.end) >= span.start
    ]
    return [wording.say("meanwhile", events=wording.listed(names), half=wording.say("half.second"))] if names else []


def _waterfall(halves: Halves, review: Review, name: str) -> Waterfall:
    """The shares in one step, then the channels that moved most by themselves."""
    wording, of, metric = review.wording, halves.effects[name], load(name)
    own = sorted(of.effects, key=lambda one: (-abs(of.effects[one].rate + of.effects[one].unmatched), one))
    steps = [
        Step(wording.words["why.mix"], float(mix_of(of))),
        *(Step(wording.channel(one), float(rate_of(of, [one]))) for one in own[:STEPS]),
        Step(wording.words["why.rate.others"], float(rate_of(of, own[STEPS:]))),
    ]
    return Waterfall(
        title=wording.say("chart.change", name=capital(wording.of(review.year.public, metric))),
        start=(wording.say("half.first"), float(of.before)),
        steps=tuple(step for step in steps if step.change),
        end=(wording.say("half.second"), float(of.after)),
        scale=scale_of(metric.shape),
        note=wording.words["why.note"],
    )
