"""`opsctl prune`: which channels to grow, reduce or stop, and how to split the money next."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from opsctl.cli import options

WhatIf = Annotated[
    Optional[list[str]],  # noqa: UP045 - typer reads the annotation
    typer.Option("--what-if", metavar="cut=CHANNEL", help="What stopping it would do; repeatable.", show_default=False),
]
Budget = Annotated[
    Optional[float],  # noqa: UP045
    typer.Option(
        "--budget", metavar="N", help="The money to split, per day; unset: today's.", min=0, show_default=False
    ),
]
Channel = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--channel", metavar="NAME", help="One page about this channel, to be signed.", show_default=False),
]


def prune(
    paths: options.Paths = None,
    what_if: WhatIf = None,
    budget: Budget = None,
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
    """Advise which channels to grow, reduce or stop, and how to split the money next. It never acts.

    \b
    opsctl prune exports/
    opsctl prune exports/ --what-if cut=kuaishou
    opsctl prune exports/ --channel weibo
    opsctl prune exports/ --budget 5000 --as-of 2025-06-30 -o advice.html
    """
    from opsctl.cli import asking, session, sink
    from opsctl.config.words import Words
    from opsctl.core.errors import BadOption
    from opsctl.reports.pruning import pruning
    from opsctl.reports.stop_proposal import stop_proposal

    if channel is not None and what_if:
        raise BadOption("--channel and --what-if ask for two reports", hint="ask for one after the other")
    voice = session.Voice(quiet, verbose)
    answer = sink.Sink(sink.chosen_formats(format_, json, output), output, width, no_color)
    stopped = asking.stopped(what_if)
    money = asking.budget(budget)
    asked = asking.named_period(period)
    session.day(as_of)
    chosen = session.settings(project, paths, locale, voice)
    loaded = session.read(paths, chosen, voice, strict=strict, asked=asked, as_of=as_of)
    known = session.evidence(loaded, chosen, as_of, voice)
    days = asking.period(known, period) if period else None
    words, of = Words(chosen.locale), chosen.project.channel_of
    if channel is None:
        made = pruning(loaded, known, chosen, words, money, [of(name) for name in stopped], days)
    else:
        made = stop_proposal(loaded, known, chosen, words, of(channel), money, days)
    made = made.asked_as("prune", what_if=what_if, budget=budget, channel=channel, period=period)
    answer.write(made, chosen)
    sink.write_rejects(loaded, rejects)
    session.leave(loaded, made)
