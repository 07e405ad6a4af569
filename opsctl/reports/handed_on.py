"""What `opsctl export` wrote: each table with its rows, and what was left out on purpose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from opsctl.config.words import Words
from opsctl.core.clean import clean
from opsctl.ingest.remarks import Note
from opsctl.reports.report import Column, Form, Lines, Number, Report, Table, TableRow
from opsctl.store.export import Exported


def handed_on(made: Sequence[Exported], folder: str, as_of: date | None, words: Words) -> Report:
    """The account of an export into a folder."""
    rows = sum(one.rows for one in made)
    lines = [words.say("export.did", tables=len(made), rows=f"{rows:,}", folder=clean(folder))]
    lines += [words.say("ingest.known", day=as_of)] if as_of else []
    return Report(
        title="",
        as_of=as_of,
        period=None,
        parts=[_table(made, words), Lines("", [*lines, *(note.text for note in _notes(made, words))])],
        data={
            "folder": folder,
            "rows": [
                {
                    "table": one.name,
                    "rows": one.rows,
                    "sent_again": one.sent_again,
                    "left_out": list(one.left_out),
                }
                for one in made
            ],
        },
        notes=list(_notes(made, Words("en"))),
    )


def _table(made: Sequence[Exported], words: Words) -> Table:
    columns = [
        Column("table", words["validate.table"], numeric=False),
        Column("rows", words["export.rows"]),
        Column("columns", words["export.columns"]),
        Column("meaning", words["export.meaning"], priority=1, numeric=False),
    ]
    return Table(columns, [TableRow(_cells(one, words)) for one in made], name="tables")


def _cells(one: Exported, words: Words) -> dict[str, str | Number]:
    return {
        "table": one.name,
        "rows": Number(one.rows, Form.COUNT),
        "columns": Number(len(one.schema), Form.COUNT),
        "meaning": words[f"export.table.{one.name}"],
    }


def _notes(made: Sequence[Exported], words: Words) -> Iterator[Note]:
    for one in made:
        if one.left_out:
            names = words["list.separator"].join(clean(name) for name in one.left_out)
            yield Note("left_out", words.say("export.left_out", table=one.name, names=names))
        if one.sent_again:
            yield Note("sent_again", words.say("export.sent_again", table=one.name, rows=f"{one.sent_again:,}"))
