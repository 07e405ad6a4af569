"""`opsctl report`: the channel report of a period."""

from __future__ import annotations

from opsctl.cli import options


def report(
    paths: options.Paths = None,
    period: options.PeriodText = None,
    notes: options.NotesFile = None,
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
    """Report on every channel: what it cost, brought and kept. Default: the last complete week.

    \b
    opsctl report exports/
    opsctl report exports/ --period 2025-05 --locale zh-CN
    opsctl report exports/ --period yesterday
    opsctl report exports/ -o w21.html -o w21.csv
    """
    from opsctl.cli import asking, session, sink
    from opsctl.config.words import Words
    from opsctl.reports.channel_report import PLACES, channel_report, default_period

    voice = session.Voice(quiet, verbose)
    answer = sink.Sink(sink.chosen_formats(format_, json, output), output, width, no_color)
    asked = asking.named_period(period)
    session.day(as_of)
    chosen = session.settings(project, paths, locale, voice)
    loaded = session.read(paths, chosen, voice, strict=strict, asked=asked, as_of=as_of)
    known = session.evidence(loaded, chosen, as_of, voice)
    days = asking.period(known, period) if period else default_period(known)
    written = session.notes(notes, chosen, days, PLACES)
    made = channel_report(loaded, known, chosen, days, Words(chosen.locale), written)
    made = made.asked_as("report", period=period)
    answer.write(made, chosen)
    sink.write_rejects(loaded, rejects)
    session.leave(loaded, made)
