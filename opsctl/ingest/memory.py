"""What a store hands over beside its tables: which state of them this is, and a place to keep what is made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import polars as pl


class Keeper(Protocol):
    """Keeps tables that are dear to make, each under a name and everything that it was made from."""

    def find(self, name: str, state: str) -> pl.LazyFrame | None:
        """The table that is kept under a name and state."""

    def keep(self, name: str, state: str, made: pl.DataFrame) -> pl.LazyFrame:
        """A table, kept from now on."""


@dataclass(frozen=True)
class Monthly:
    """The events of one month.

    Args:
        month: Such as 2025-03.
        state: Changes whenever one of its events does.
        rows: Columns user, day, event and more.
        parts: The same events by the run that took them in, where there were several.
    """

    month: str
    state: str
    rows: pl.LazyFrame
    parts: tuple[Monthly, ...] = ()


@dataclass(frozen=True)
class Memory:
    """A store's state, by whose name derived tables are kept.

    Args:
        state: Changes whenever anything does that the tables were made from, the configuration too.
        months: The events, month by month.
        keeper: Where derived tables are kept.
        reconstructed: Whether a day before its memory begins is asked for: then later files stand for what was known.
    """

    state: str
    months: tuple[Monthly, ...]
    keeper: Keeper
    reconstructed: bool = False

    def keep(self, name: str, state: str, make: Callable[[], pl.DataFrame]) -> pl.LazyFrame:
        """The table that is kept, or the one that is made now and kept from now on."""
        found = self.keeper.find(name, state)
        return self.keeper.keep(name, state, make()) if found is None else found
