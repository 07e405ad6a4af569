"""`opsctl explain`: what a metric, a table, a code or a verdict rests on, and where one figure comes from."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from opsctl.cli import options

Name = Annotated[
    Optional[str],  # noqa: UP045 - typer reads the annotation
    typer.Argument(help="A metric, a table, a code such as OPS102, prune, policy, exit-codes.", show_default=False),
]
List = Annotated[bool, typer.Option("--list", help="The names of everything that can be explained.")]
Channel = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--channel", help="The figure of this channel.", show_default=False),
]


def explain(
    name: Name = None,
    paths: options.Paths = None,
    list_: List = False,
    channel: Channel = None,
    where: options.Where = None,
    period: options.PeriodText = None,
    as_of: options.AsOf = None,
    project: options.ProjectDir = None,
    format_: options.Format = None,
    json: options.Json = False,
    output: options.Output = None,
    locale: options.Locale = None,
    strict: options.Strict = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    width: options.Width = None,
) -> None:
    """Explain a name; with paths, a channel or a period, explain that very figure down to its lines.

    \b
    opsctl explain retention_d7
    opsctl explain cpa exports/ --channel douyin --period 2025-W46
    opsctl explain OPS102
    opsctl explain prune
    opsctl explain --list
    """
    from opsctl.cli import asking, session, sink
    from opsctl.config.words import Words
    from opsctl.reports import glossary
    from opsctl.reports.provenance import provenance

    wanted = sink.chosen_formats(format_, json, output)
    answer = sink.Sink(wanted, output, width, no_color=True)
    if list_ or name is None:
        answer.place([glossary.everything() for _ in wanted])
        return
    voice = session.Voice(quiet, verbose)
    if not (paths or channel or where or period or as_of):
        answer.place([glossary.entry(name, json=one == "json") for one in wanted])
        return
    metric = asking.metrics(name)[0]
    days = asking.named_period(period)
    conditions = asking.conditions([*(where or ()), *([f"channel={channel}"] if channel else [])])
    session.day(as_of)
    chosen = session.settings(project, paths, locale, voice)
    loaded = session.read(paths, chosen, voice, strict=strict, asked=days, as_of=as_of)
    known = session.evidence(loaded, chosen, as_of, voice)
    ask = asking.ask(known, chosen, period, conditions)
    made = provenance(loaded, known, ask, metric, Words(chosen.locale))
    answer.write(made, chosen)
    session.leave(loaded, made)
