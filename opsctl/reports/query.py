"""The answer to `opsctl query`: one row per group, one column per metric, nothing added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opsctl.config.words import Words
from opsctl.core.clean import clean
from opsctl.ingest.loaded import Loaded
from opsctl.measures.evidence import Ask
from opsctl.measures.known import Known
from opsctl.metrics.answer import Row, answers
from opsctl.metrics.figure import tells_something
from opsctl.metrics.metric import Metric
from opsctl.reports.findings import findings
from opsctl.reports.report import Column, Report, Table, TableRow


def query(loaded: Loaded, known: Known, asks: Sequence[Ask], metrics: Sequence[Metric], words: Words) -> Report:
    """The figures of metrics for each group of the asked dimensions; asks of one period, split each in its own way."""
    found = answers(known.evidence.for_one_question(), asks, metrics)
    return Report(
        title="",
        as_of=known.as_of,
        period=known.said(asks[0].period),
        parts=[_table(rows, ask, metrics, words) for ask, rows in zip(asks, found, strict=True)],
        data=_data(asks, [[as_json(row) for row in rows] for rows in found]),
        inputs=loaded.inputs,
        answered=tells_something(figure for rows in found for row in rows for figure in row.figures.values()),
        notes=[*findings(loaded), *loaded.notes, *known.notes],
    )


def _data(asks: Sequence[Ask], found: Sequence[list[dict[str, Any]]]) -> dict[str, Any]:
    """The rows of the first split, and where there are several, of each."""
    splits = [{"by": list(ask.by), "rows": rows} for ask, rows in zip(asks, found, strict=True)]
    return {"rows": found[0], **({"splits": splits} if len(splits) > 1 else {})}


def as_json(row: Row) -> dict[str, Any]:
    """Dimensions as plain fields, each metric an object under its name."""
    return {**row.group, **{name: figure.as_json() for name, figure in row.figures.items()}}


def _table(rows: Sequence[Row], ask: Ask, metrics: Sequence[Metric], words: Words) -> Table:
    named = [Column(name, _heading(name, words), numeric=False) for name in ask.by]
    columns = [Column(metric.name, metric.title(words.locale), priority=at) for at, metric in enumerate(metrics)]
    cells = [TableRow({**row.group, **row.figures}) for row in rows]
    return Table([*named, *columns], cells, name=",".join(ask.by) or "all")


def _heading(dimension: str, words: Words) -> str:
    return words.get(f"dimension.{dimension}", clean(dimension))  # an attribute is named as its file names it
