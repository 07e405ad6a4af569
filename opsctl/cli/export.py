"""`opsctl export`: hand on what the store knows, as files that other tools read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from opsctl.cli import options

Tables = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--tables", metavar="TABLE[,TABLE]", help="Only these, such as spend,order.", show_default=False),
]


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder, or an earlier export.")],
    tables: Tables = None,
    as_of: options.AsOf = None,
    project: options.ProjectDir = None,
    format_: options.Format = None,
    json: options.Json = False,
    locale: options.Locale = None,
    quiet: options.Quiet = False,
    width: options.Width = None,
) -> None:
    """Hand on the tables as they are known: files, what each column means, and views for DuckDB.

    \b
    opsctl export handover/
    opsctl export handover/ --as-of 2025-05-25 --tables spend,order
    opsctl export handover/ --format csv   also parquet (as without it), delta

    People are numbers, money is DECIMAL(18,4). The folder is whole or not there. An earlier export is replaced, any
    other content is not. Inside it, duckdb -init views.sql knows every table. Exit codes: 0 written, 2 the folder
    holds something else, 3 the project has no store, 4 it cannot be written.
    """
    from opsctl.cli import session, sink
    from opsctl.config.words import Words
    from opsctl.measures.as_known import as_known
    from opsctl.measures.known import known
    from opsctl.reports.handed_on import handed_on
    from opsctl.store import memory
    from opsctl.store.export import Wanted
    from opsctl.store.export import export as written

    voice = session.Voice(quiet)
    answer = sink.Sink(("json" if json else "table",), None, width, no_color=True)
    until, kind = session.day(as_of), _kind(format_)
    chosen = session.settings(project, None, locale, voice)
    loaded = memory.known(chosen, until)
    found = known(loaded, chosen, until)
    told = as_known(found.evidence)
    names = _asked(tables, list(told))
    wanted = Wanted(
        tables={name: told[name] for name in names},
        inputs=loaded.inputs,
        as_of=found.as_of,
        zone=chosen.project.timezone,
        currency=chosen.project.currency,
    )
    made = written(folder, wanted, kind)
    if not quiet or json:
        answer.write(handed_on(made, folder.as_posix(), found.as_of, Words(chosen.locale)), chosen)


def _kind(name: str | None) -> str:
    """The format of the files.

    Raises:
        UnknownName: There is no such format.
    """
    from opsctl.core.errors import UnknownName
    from opsctl.core.naming import did_you_mean
    from opsctl.store.export import FORMATS

    if name is not None and name not in FORMATS:
        hint = did_you_mean(name, FORMATS) or f"one of {', '.join(FORMATS)}"
        raise UnknownName(f"tables are not exported as '{name}'", hint=hint)
    return name or FORMATS[0]


def _asked(named: str | None, there: list[str]) -> list[str]:
    """The tables to hand on.

    Raises:
        UnknownName: The store holds no such table.
    """
    from opsctl.core.errors import UnknownName
    from opsctl.core.naming import did_you_mean

    asked = [name.strip() for name in named.split(",")] if named else there
    for name in asked:
        if name not in there:
            hint = did_you_mean(name, there) or f"it holds {', '.join(there)}"
            raise UnknownName(f"the store holds no table '{name}'", hint=hint)
    return asked
