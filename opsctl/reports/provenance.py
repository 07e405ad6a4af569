"""The explanation of one figure: its formula, its two sides, and the files and lines behind each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opsctl.config.words import Words
from opsctl.ingest.account import Input
from opsctl.ingest.loaded import Loaded
from opsctl.measures.evidence import Ask
from opsctl.measures.known import Known
from opsctl.metrics.answer import Row, answer
from opsctl.metrics.figure import Figure, tells_something
from opsctl.metrics.metric import Metric
from opsctl.metrics.provenance import Side, sides
from opsctl.reports.findings import findings
from opsctl.reports.report import Column, Lines, Report, Table, TableRow

SHOWN_RANGES = 12


def provenance(loaded: Loaded, known: Known, ask: Ask, metric: Metric, words: Words) -> Report:
    """One figure, explained down to the lines it was counted from."""
    rows = answer(known.evidence, ask, [metric])
    whole = any(figure.left_out for row in rows for figure in row.figures.values())
    found = sides(known.evidence.on_whole_days() if whole else known.evidence, ask, metric)
    return Report(
        title=f"{metric.title(words.locale)}  {metric.name}",
        as_of=known.as_of,
        period=known.said(ask.period),
        parts=[Lines("", [*_facts(rows, metric, words), *_condition(ask)]), _table(found, loaded.inputs, words)],
        data={
            "metric": metric.name,
            "where": {name: list(values) for name, values in ask.where},
            "formula": metric.summary("en"),
            "rows": [{name: figure.as_json() for name, figure in row.figures.items()} for row in rows],
            "sides": [_as_json(side, loaded.inputs) for side in found],
        },
        inputs=loaded.inputs,
        answered=tells_something(figure for row in rows for figure in row.figures.values()),
        notes=[*findings(loaded), *loaded.notes, *known.notes],
    )


def _condition(ask: Ask) -> list[str]:
    days = f"{ask.period.start}..{ask.period.end}"
    return ["  ".join([days, *(f"{name}={'/'.join(values)}" for name, values in ask.where)])]


def _facts(rows: Sequence[Row], metric: Metric, words: Words) -> list[str]:
    figure = rows[0].figures[metric.name] if rows else None
    lines = [f"{words['explain.formula']}  {metric.summary(words.locale)}"]
    if figure is None:
        return lines
    shown = figure.as_json()
    sides_ = " / ".join(str(shown[side]) for side in ("numerator", "denominator") if shown[side] is not None)
    value = shown["value"] if figure.reason is None else words.say("explain.unknown", reason=_reason(figure, words))
    lines.append(f"{words['explain.value']}  {value}" + (f" = {sides_}" if sides_ else ""))
    lines.append(f"{words['explain.definition']}  {figure.definition}  ({figure.status})")
    if figure.low is not None and figure.high is not None:
        lines.append(words.say("explain.interval", low=f"{figure.low:.4f}", high=f"{figure.high:.4f}"))
    if figure.cohort is not None:
        lines.append(words.say("explain.cohort", users=figure.users, mature=figure.mature))
    return lines


def _reason(figure: Figure, words: Words) -> str:
    return words[f"reason.{figure.reason}"]


def _as_json(side: Side, inputs: Sequence[Input]) -> dict[str, Any]:
    return {
        "measure": side.measure,
        "rows": sum(lines.rows for lines in side.lines if lines.table == side.lines[0].table),
        "sources": [
            {
                "file": inputs[lines.source_file].file,
                "table": lines.table,
                "rows": lines.rows,
                "lines": lines.text,
            }
            for lines in side.lines
        ],
    }


def _table(found: Sequence[Side], inputs: Sequence[Input], words: Words) -> Table:
    columns = [
        Column("measure", words["explain.measure"], numeric=False),
        Column("table", words["explain.table"], numeric=False),
        Column("rows", words["explain.rows"]),
        Column("file", words["explain.file"], numeric=False),
        Column("lines", words["explain.lines"], numeric=False),
    ]
    rows = [
        TableRow(
            {
                "measure": side.measure,
                "table": lines.table,
                "rows": f"{lines.rows:,}",
                "file": inputs[lines.source_file].file,
                "lines": _short(lines.ranges, lines.text),
            }
        )
        for side in found
        for lines in side.lines
    ]
    return Table(columns, rows, "sources")


def _short(ranges: Sequence[tuple[int, int]], text: str) -> str:
    if len(ranges) <= SHOWN_RANGES:
        return text
    return ", ".join(text.split(", ")[:SHOWN_RANGES]) + f", +{len(ranges) - SHOWN_RANGES}"
