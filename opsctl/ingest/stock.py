"""Tables as they stood before more files came: of what nobody tells anew, nothing has to be read again.

Only tables with one row for each thing, users and orders, are taken as they stood: they are the large ones of those
that are held against each other, and what is new in them is nearly always about things that nobody told of before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from opsctl.config.settings import Settings
from opsctl.ingest.account import CONFLICT, SENT_TWICE, Input, Part
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.merge import RE_ENGAGED, REINSTALL
from opsctl.ingest.newer import REPLACED
from opsctl.schemas import tables
from opsctl.schemas.table import Merge

_COHORT = "cohort"
_SETTLED = frozenset({SENT_TWICE, REINSTALL, RE_ENGAGED, REPLACED})  # reasons for which rows of one thing are dropped


@dataclass(frozen=True)
class Stock:
    """A table as it stood.

    Args:
        rows: As `Loaded.tables` has them, but with `source_file` counted from the table's own first file.
        inputs: The accounts of its files.
        supplied: The columns that at least one of them gave.
    """

    rows: pl.LazyFrame
    inputs: tuple[Input, ...]
    supplied: frozenset[str]


def stock_of(found: Loaded, settings: Settings) -> dict[str, Stock]:
    """The tables of a state that more files may simply add to; none where tables depend on more than their own rows."""
    if found.refused or _COHORT in found.tables or settings.project.channel_map is not None:
        return {}
    return {
        name: _stood(found, name)
        for name in found.tables
        if tables()[name].MERGE is Merge.UPSERT and not _was_settled(found.inputs, name)
    }


def _stood(found: Loaded, name: str) -> Stock:
    own = [account.table == name for account in found.inputs]
    rows = found.tables[name].with_columns(pl.col("source_file") - own.index(True))
    accounts = tuple(account for account in found.inputs if account.table == name)
    return Stock(rows, accounts, found.supplied[name])


def _was_settled(inputs: Sequence[Input], name: str) -> bool:
    """Were rows ever held against others of the same thing? What came of it may depend on any newer file."""
    own = [account for account in inputs if account.table == name]
    conflicts = any(row.code == CONFLICT for account in own for row in account.rejected)
    return conflicts or any(_SETTLED & account.dropped.keys() for account in own)


def tells_anew(stock: Mapping[str, Stock], parts: Sequence[Part]) -> bool:
    """Do new files tell of anything that is in the tables already, twice of one thing, or of users added up?"""
    if stock and any(part.account.table == _COHORT for part in parts):
        return True
    for name, stood in stock.items():
        key = tables()[name].KEY[0]
        came = [part.frame.select(key) for part in parts if part.account.table == name]
        if not came:
            continue
        new = pl.concat(came)
        if new[key].n_unique() < new.height:
            return True
        there = stood.rows.select(key).join(new.lazy(), on=key, how="semi")
        if there.head(1).collect(engine="streaming").height:
            return True
    return False
