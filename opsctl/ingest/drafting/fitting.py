"""Which column of a file could be which column of a canonical table: by name first, and only where the values fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from opsctl.ingest.drafting.nature import FITTING, Look, Nature
from opsctl.ingest.drafting.vocabulary import Fit, Sureness, Vocabulary
from opsctl.schemas import tables
from opsctl.schemas.kinds import Kind
from opsctl.schemas.table import Column, columns

_COMPUTED = frozenset({"conversion_basis", "day_unit"})  # what the mapping says, never a column of a file
COMBINED = frozenset({"audience", "placement"})  # a breakdown by two things at once is one column of the table
_RATES = frozenset({"active"})  # may be given as a share of the users


@dataclass(frozen=True)
class Match:
    """A file's column that a canonical one is filled from.

    Attributes:
        look: The column.
        sureness: How sure that is.
        others: Further columns that fit as well.
    """

    look: Look
    sureness: Sureness
    others: tuple[Look, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        """Whether a person should look at it."""
        return self.sureness > Sureness.SURE or bool(self.others)

    @property
    def parts(self) -> tuple[Look, ...]:
        """All of them, in the order of the file."""
        return tuple(sorted((self.look, *self.others), key=lambda look: look.at))


Matches = Mapping[str, Match]


def fitted(table: str, looks: Sequence[Look], vocabulary: Vocabulary) -> dict[str, Match]:
    """The columns of a table that a file has, each file column used once, the surest pair first."""
    pairs = sorted(_pairs(table, looks, vocabulary), key=lambda pair: (pair[0], pair[2].at, pair[3]))
    found: dict[str, tuple[Look, Fit]] = {}
    used: set[int] = set()
    for fit, name, look, _ in pairs:
        if name not in found and look.at not in used:
            found[name] = (look, fit)
            used.add(look.at)
    return {name: Match(look, fit.sureness, _others(name, fit, pairs, used)) for name, (look, fit) in found.items()}


_Pair = tuple[Fit, str, Look, int]


def _pairs(table: str, looks: Sequence[Look], vocabulary: Vocabulary) -> Iterable[_Pair]:
    kept = {name: column for name, column in columns(tables()[table]).items() if name not in _COMPUTED}
    for look in looks:
        found = [
            (fit, name, look, place)
            for place, (name, column) in enumerate(kept.items())
            if (fit := vocabulary.fit(table, name, look.name)) is not None and fits(column, look)
        ]
        inside = [fit for fit, *_ in found if fit.sureness is Sureness.INSIDE]
        yield from (pair for pair in found if pair[0].sureness is not Sureness.INSIDE or pair[0] == min(inside))


def _others(name: str, fit: Fit, pairs: Sequence[_Pair], used: Collection[int]) -> tuple[Look, ...]:
    """What else could have been meant: columns that nothing uses and that fit no worse."""
    return tuple(
        look
        for other, column, look, _ in pairs
        if column == name and look.at not in used and other.sureness <= fit.sureness
    )


def fits(column: Column, look: Look) -> bool:
    """Whether what a file's column holds can be what a canonical column keeps; nothing at all can be anything."""
    if look.nature is Nature.EMPTY:
        return True
    if column.name in _RATES and look.nature in (Nature.PERCENT, Nature.DECIMAL):
        return True
    if column.kind is Kind.TEXT and column.name != "user" and look.nature is Nature.WHOLE:
        return not column.name.endswith("currency")
    return look.nature in FITTING[column.kind]
