"""The answer to `opsctl query`: one row per group, one column per metric, nothing added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opsctl.config.words import Words
from opsctl.core.clean import clean
from opsctl.ingest.load import Loaded
from opsctl.measures.evidence import Ask
from opsctl.measures.known import Known
from opsctl.metrics.answer import Row, answer
from opsctl.metrics.figure import tells_something
from opsctl.metrics.metric import Metric
from opsctl.reports.findings import findings
from opsctl.reports.report import Column, Report, Table, TableRow


def query(loaded: Loaded, known: Known, ask: Ask, metrics: Sequence[Metric], words: Words) -> Report:
    """The figures of metrics for each group of the asked dimensions."""
    rows = answer(known.evidence, ask, metrics)
    return Report(
        title="",
        as_of=known.as_of,
        period=known.said(ask.period),
        parts=[_table(rows, ask, metrics, words)],
        data={"rows": [as_json(row) for row in rows]},
        inputs=loaded.inputs,
        answered=tells_something(figure for row in rows for figure in row.figures.values()),
        notes=[*findings(loaded), *loaded.notes, *known.notes],
    )


def as_json(row: Row) -> dict[str, Any]:
    """Dimensions as plain fields, each metric an object under its name."""
    return {**row.group, **{name: figure.as_json() for name, figure in row.figures.items()}}


def _table(rows: Sequence[Row], ask: Ask, metrics: Sequence[Metric], words: Words) -> Table:
    named = [Column(name, _heading(name, words), numeric=False) for name in ask.by]
    columns = [Column(metric.name, metric.title(words.locale), priority=at) for at, metric in enumerate(metrics)]
    return Table([*named, *columns], [TableRow({**row.group, **row.figures}) for row in rows])


def _heading(dimension: str, words: Words) -> str:
    return words.get(f"dimension.{dimension}", clean(dimension))  # an attribute is named as its file names it
