"""`opsctl why`: where a metric's change since the period before happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

import typer

from opsctl.cli import options
from opsctl.core.errors import BadOption

if TYPE_CHECKING:
    from opsctl.measures.evidence import Ask
    from opsctl.metrics.metric import Metric

Channel = Annotated[
    Optional[str],  # noqa: UP045 - typer reads the annotation
    typer.Option("--channel", help="This channel alone, by campaign.", show_default=False),
]


def why(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="A ratio, such as cpa or retention_d7.")],
    paths: options.Paths = None,
    channel: Channel = None,
    period: options.PeriodText = None,
    as_of: options.AsOf = None,
    project: options.ProjectDir = None,
    format_: options.Format = None,
    json: options.Json = False,
    output: options.Output = None,
    locale: options.Locale = None,
    strict: options.Strict = False,
    rejects: options.Rejects = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    no_color: options.NoColor = False,
    width: options.Width = None,
) -> None:
    """Tell where a metric moved since the period before. Default: the last complete week.

    \b
    opsctl why cpa exports/
    opsctl why retention_d7 exports/ --period 2025-05 --locale zh-CN
    opsctl why cpa exports/ --channel douyin -o why.json

    A change consists of what the channels' shares did to it (mix) and of what each channel did by itself (own).
    """
    from opsctl.cli import asking, session, sink
    from opsctl.config.words import Words
    from opsctl.reports.channel_report import default_period
    from opsctl.reports.why import why as answered

    voice = session.Voice(quiet, verbose)
    answer = sink.Sink(sink.chosen_formats(format_, json, output), output, width, no_color)
    asked = _explainable(metric)
    days = asking.named_period(period)
    session.day(as_of)
    chosen = session.settings(project, paths, locale, voice)
    loaded = session.read(paths, chosen, voice, strict=strict, asked=days, as_of=as_of)
    known = session.evidence(loaded, chosen, as_of, voice)
    span = asking.period(known, period) if period else default_period(known)
    narrowed = asking.ask(known, chosen, period, {"channel": [channel]} if channel else {})
    made = answered(loaded, known, chosen, asked, span, _channel(narrowed), Words(chosen.locale))
    made = made.asked_as("why", metric=metric, channel=channel, period=period)
    answer.write(made, chosen)
    sink.write_rejects(loaded, rejects)
    session.leave(loaded, made)


def _explainable(name: str) -> Metric:
    """The metric of a name, when its changes can be split.

    Raises:
        BadOption: It is no ratio.
        UnknownName: There is no such metric.
    """
    from opsctl.metrics import load
    from opsctl.verdicts.movement import explainable, explainable_names

    found = load(name)
    if explainable(found):
        return found
    raise BadOption(
        f"'{name}' is no ratio of two sums, and only of such a ratio can a change be split",
        details=(("can be asked", ", ".join(explainable_names())),),
        hint="opsctl why cpa",
    )


def _channel(narrowed: Ask) -> str | None:
    """The channel's id, whatever name was typed."""
    return next((values[0] for _, values in narrowed.where), None)
