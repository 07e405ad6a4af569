"""`opsctl query`: figures, split and narrowed down as asked."""

from __future__ import annotations

from typing import Annotated

import typer

from opsctl.cli import options


def query(
    metrics: Annotated[str, typer.Argument(metavar="METRIC[,METRIC]", help="Such as cpa or cpa,retention_d7.")],
    paths: options.Paths = None,
    by: options.By = None,
    where: options.Where = None,
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
    """Answer with the figures of one or more metrics.

    \b
    opsctl query cpa exports/ --by channel --period 2025-W20
    opsctl query retention_d7,cost_per_retained_d7 exports/ --by week --json
    opsctl query cpa exports/ --by channel --by channel,week
    opsctl query spend exports/ --where channel=douyin --by campaign
    """
    from opsctl.cli import asking, session, sink
    from opsctl.config.words import Words
    from opsctl.reports.query import query as answered

    voice = session.Voice(quiet, verbose)
    answer = sink.Sink(sink.chosen_formats(format_, json, output), output, width, no_color)
    asked = asking.metrics(metrics)
    days = asking.named_period(period)
    conditions = asking.conditions(where)
    session.day(as_of)
    chosen = session.settings(project, paths, locale, voice)
    loaded = session.read(paths, chosen, voice, strict=strict, asked=days, as_of=as_of)
    known = session.evidence(loaded, chosen, as_of, voice)
    loaded = loaded.without_rows()
    asks = asking.asks(known, chosen, period, by, conditions)
    made = answered(loaded, known, asks, asked, Words(chosen.locale))
    made = made.asked_as("query", metrics=metrics, by=by, where=where, period=period)
    answer.write(made, chosen)
    sink.write_rejects(loaded, rejects)
    session.leave(loaded, made)
