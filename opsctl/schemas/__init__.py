"""The canonical tables: one file per table, each a pydantic model that is also its polars check.

Nothing to register: a module here that holds a `Table` is a table, found by its file name.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from opsctl.schemas.kinds import Kind
from opsctl.schemas.table import Table, columns

_NOT_TABLES = {"kinds", "table", "checks"}


@cache
def tables() -> dict[str, type[Table]]:
    """Every canonical table by name, in the order of their names."""
    found = (module.name for module in pkgutil.iter_modules(__path__) if module.name not in _NOT_TABLES)
    return {name: _only_table(name) for name in sorted(found)}


def _only_table(name: str) -> type[Table]:
    module = import_module(f"{__name__}.{name}")
    (table,) = (
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Table) and value is not Table
    )
    return table


def day_columns(table: str) -> list[str]:
    """The columns that hold the local days of a table's rows."""
    found = columns(tables()[table]).values()
    return list(dict.fromkeys(column.day_name for column in found if column.kind in (Kind.DAY, Kind.MOMENT)))
