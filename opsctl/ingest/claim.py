"""Who claims a file: the project's sources first, then its mappings, the shipped ones, and the canonical tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from opsctl.config import matching
from opsctl.config.headers import header_key, header_of
from opsctl.config.mapping import Export
from opsctl.config.matching import Match, Tier
from opsctl.config.project import Source
from opsctl.config.settings import Settings
from opsctl.core.errors import AmbiguousColumns, AmbiguousFile, BadConfiguration, NoHeader, RefusedFile, UnknownFile
from opsctl.core.naming import fold, nearest
from opsctl.core.personal import masked
from opsctl.ingest.contract import under_contract
from opsctl.ingest.dictionary import looks_like_dictionary
from opsctl.ingest.reading import TOTAL_WORDS
from opsctl.ingest.reading.kinds import is_date, is_number
from opsctl.ingest.sources import Declared
from opsctl.schemas import tables
from opsctl.schemas.table import columns, required

CANONICAL = "canonical"
_SHOWN = 40
_NEAR = 1 / 2  # of the names; with fewer of them a file is something else
_VALUE = re.compile("@|[0-9]{4}")  # an address, a phone number, an id: no column is named so


@dataclass(frozen=True, slots=True)
class Claim:
    """How a file is read: through a mapping, or as the canonical table it already is (mapping None).

    `positions` gives, for each column of the table, the file's columns; attributes of an acquisition are
    among them as `attribute_NAME`. `unused` are the file's columns that nothing reads.
    """

    table: str
    mapping: matching.Mapping | None
    positions: Mapping[str, tuple[int, ...]]
    unused: tuple[str, ...]
    match: Match | None = None

    @property
    def looked_for(self) -> tuple[str, ...]:
        """Every name of a column that is looked for in its files."""
        return tuple(_looked_for(self.mapping.export) if self.mapping else columns(tables()[self.table]))

    @property
    def label(self) -> str:
        """What to call it in a message."""
        return self.mapping.name if self.mapping else f"the table {self.table}"

    @property
    def name(self) -> str:
        """The mapping's name, or `canonical`."""
        return self.mapping.name if self.mapping else CANONICAL


def required_columns() -> dict[str, frozenset[str]]:
    """By table, the columns without which a file is not that table; what is rarest last."""
    return {name: required(tables()[name]) for name in sorted(tables(), key=lambda name: (name == "cohort", name))}


def allowed_columns() -> dict[str, frozenset[str]]:
    """By table, the columns that a mapping may fill."""
    return {name: frozenset(columns(table)) for name, table in tables().items()}


class Claims:
    """All that can claim a file, asked in tiers: the first tier that has an answer gives it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.required = required_columns()
        self.sources = Declared(settings)
        self._known: dict[tuple[tuple[str, ...], Tier | None], list[Claim]] = {}

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(map(header_key, self.names))

    @cached_property
    def names(self) -> frozenset[str]:
        """Every column name that a claim may look for, as `fold` writes it."""
        stated = (name for mapping in self.settings.mappings for name in _looked_for(mapping.export))
        own = (name for allowed in allowed_columns().values() for name in allowed)
        return frozenset(fold(name) for name in (*stated, *own))

    def total_words(self, header: Sequence[str], source: Source | None) -> frozenset[str]:
        """What a row of totals may be labelled below a header: the usual words, and those of the mapping it has."""
        claims = next((found for found in self._tiers(header, source) if found), [])
        mapping = claims[0].mapping if claims else None
        return frozenset(TOTAL_WORDS) | frozenset(mapping.export.file.total_rows if mapping else ())

    def expects(self, header: Sequence[str], source: Source | None) -> bool:
        """Is this the header of something that would be claimed?

        Asked of every line until one is: a row of data, which has no column's name in it, is told at once.
        """
        known = any(header_key(cell) in self._keys for cell in header)
        return known and any(claims for claims in self._tiers(header, source))

    def of(self, header: Sequence[str], source: Source | None, file: str, cells: pl.DataFrame | None = None) -> Claim:
        """The one claim on a file; of several on its header the one that its cells, where given, speak for.

        Raises:
            UnknownFile: Nobody claims it; the nearest and what differs are named.
            NoHeader: Nobody claims it, and what should be names are values.
            AmbiguousFile: Two of the same tier claim it.
            BadConfiguration: Its source names a mapping that does not exist.
        """
        for tier in self._tiers(header, source):
            claims = _by_rows(tier, header, cells) if len(tier) > 1 and cells is not None else tier
            if len(claims) > 1:
                what = "mapping: NAME" if claims[0].mapping else "table: NAME"
                raise AmbiguousFile(
                    f"{' and '.join(claim.label for claim in claims)} both claim this file",
                    file=file,
                    hint=f"say which: `sources: [{{path: …, {what}}}]` in opsctl.yaml",
                )
            if claims:
                _refuse_a_column_twice(claims[0], header, file)
                return under_contract(claims[0], header, self.settings.project.contract_of(source))
        raise self.refusal(header, source, file)

    def _tiers(self, header: Sequence[str], source: Source | None) -> Iterator[list[Claim]]:
        """The claims of each tier, the nearest first; made as far as they are asked for, and once for each header."""
        if source is not None and source.mapping is not None:
            yield self._mapped(header, self._declared(source.mapping))
            return
        wanted = source.table if source is not None else None
        for tier in (Tier.PROJECT, Tier.SHIPPED, None):
            asked = (tuple(header), tier)
            if asked not in self._known:
                self._known[asked] = self._of_tier(header, tier)
            yield [claim for claim in self._known[asked] if wanted in (None, claim.table)]

    def _of_tier(self, header: Sequence[str], tier: Tier | None) -> list[Claim]:
        if tier is None:
            return canonical(header)
        return self._mapped(header, self.settings.own if tier is Tier.PROJECT else self.settings.shipped)

    def _declared(self, name: str) -> Sequence[matching.Mapping]:
        found = self.settings.mappings_named(name)
        if not found:
            raise BadConfiguration(f"there is no mapping '{name}'", file="opsctl.yaml")
        return found

    def _mapped(self, header: Sequence[str], mappings: Sequence[matching.Mapping]) -> list[Claim]:
        """The mappings that claim the header, one per platform, table and what it asks of every row.

        One that knows all columns that another does, and more, is the closer, unless they ask different things of the
        rows; of a platform's own it is then the one that is written first.
        """
        claims = [
            _through(mapping, match, header)
            for mapping in mappings
            if (match := mapping.matches(header, self.required)).claims
        ]
        known = [(_known(claim, header), _asked(claim)) for claim in claims]
        closest = [
            claim
            for claim, (mine, asked) in zip(claims, known, strict=True)
            if not any(mine < others and asked == theirs for others, theirs in known)
        ]
        first: dict[tuple[str, str, frozenset[tuple[str, str]]], Claim] = {}
        for claim in closest:
            platform = claim.mapping.platform if claim.mapping else CANONICAL
            first.setdefault((platform, claim.table, frozenset(_asked(claim).items())), claim)
        return list(first.values())

    def refusal(self, header: Sequence[str], source: Source | None, file: str, line: int | None = None) -> RefusedFile:
        """Why nobody claims a header: the nearest mapping or table, and the columns that differ."""
        if any(_is_value(name) for name in header):
            return NoHeader(
                "no line is a header with the expected columns: what stands first holds values, not names",
                file=file,
                line=line,
                hint="the first row is never taken for a header: put the names of the columns above it",
            )
        if looks_like_dictionary(header):
            return UnknownFile(
                "this looks like a dictionary of channels, which is no export",
                file=file,
                line=line,
                details=(_has(header),),
                hint="name it in opsctl.yaml: `channel_map: FILE`",
            )
        near = self._nearest(header, source)
        has = _has(header)
        if near is None:
            return UnknownFile(
                "no mapping and no table knows these columns",
                file=file,
                line=line,
                details=(has,),
                hint="opsctl init --from FILE drafts a mapping for it; or leave the file out",
            )
        alike = [f"'{masked(name)}' may be '{close}'" for name in header if (close := nearest(name, near.looked_for))]
        unknown = UnknownFile(
            f"nothing claims this file; the nearest is {near.name}, which lacks {', '.join(near.missing)}",
            file=file,
            line=line,
            details=(("looked for", ", ".join(near.looked_for)), has),
            hint=f"{alike[0] if alike else 'a column may have been renamed'}: {near.remedy}",
        )
        unknown.is_near = near.share >= _NEAR
        return unknown

    def _nearest(self, header: Sequence[str], source: Source | None) -> _Near | None:
        """The mapping or table of which the header has the largest part; None where it has nothing of any."""
        declared = source.mapping if source is not None else None
        wanted = source.table if source is not None else None
        mappings = self._declared(declared) if declared is not None else self.settings.mappings
        here = {fold(name) for name in header}
        near = [_near_mapping(one, one.matches(header, self.required)) for one in mappings]
        if declared is None:
            near += [_near_table(name, needed, here) for name, needed in self.required.items()]
        near = [one for one in near if one.missing and wanted in (None, one.table)]
        best = max(near, key=lambda one: one.share, default=None)
        return best if best is not None and (best.share >= _NEAR or declared is not None) else None


def _by_rows(claims: Sequence[Claim], header: Sequence[str], cells: pl.DataFrame) -> list[Claim]:
    """Of several claims those that what every row holds speaks for; else those that ask for nothing in the rows."""
    meant = [claim for claim in claims if _asked(claim) and _all_have(_asked(claim), header, cells)]
    if cells.is_empty():
        meant = meant[:1]  # which of them it would be is all the same where there are no rows
    return meant or [claim for claim in claims if not _asked(claim)]


def _asked(claim: Claim) -> Mapping[str, str]:
    """What every row of a file must hold, for a claim to be meant."""
    return claim.mapping.export.file.rows_have if claim.mapping else {}


def _all_have(wanted: Mapping[str, str], header: Sequence[str], cells: pl.DataFrame) -> bool:
    places = {name: header_of(header).find(name) for name in wanted}
    return all(
        at and cells[str(at[0])].cast(pl.String).str.strip_chars().eq(wanted[name]).all() for name, at in places.items()
    )


def _has(header: Sequence[str]) -> tuple[str, str]:
    """The columns of a file, for a message."""
    return "the file has", masked(", ".join(header[:_SHOWN]))


def _is_value(cell: str) -> bool:
    """Whether a cell can be no column's name. What it holds may be somebody's, so it is never shown."""
    return is_number(cell) or is_date(cell) or _VALUE.search(cell) is not None


@dataclass(frozen=True, slots=True)
class _Near:
    """Something that nearly claims a file."""

    name: str
    table: str
    share: float
    missing: tuple[str, ...]
    looked_for: tuple[str, ...]
    remedy: str


def _near_mapping(mapping: matching.Mapping, match: Match) -> _Near:
    lacking = {one.names: one.column or one.names[0] for one in match.missing}  # a column replaces its own name
    return _Near(
        f"the mapping {mapping.name}",
        mapping.table,
        match.score,
        tuple(dict.fromkeys(lacking.values())),
        tuple(dict.fromkeys(name for names in lacking for name in names)),
        f"add today's name of the column to it ({mapping.place})",
    )


def _near_table(name: str, needed: frozenset[str], here: set[str]) -> _Near:
    lacking = tuple(sorted(needed - here))
    share = 1 - len(lacking) / len(needed)
    return _Near(
        f"the canonical table {name}", name, share, lacking, lacking, "rename it in the file, or write a mapping"
    )


def _looked_for(export: Export) -> Iterator[str]:
    """Every name that an export may have in its header."""
    yield from export.file.header_has
    for column in export.columns.values():
        yield from (name for names in column.looked_for for name in names)
        yield from column.when.column if column.when else ()
    for names in export.attributes.values():
        yield from names
    for melted in export.melt.columns.values() if export.melt else ():
        yield from (name for names in melted.names.values() for name in names)


def _through(mapping: matching.Mapping, match: Match, header: Sequence[str]) -> Claim:
    positions = {**match.columns, **{f"attribute_{name}": (at,) for name, at in match.attributes.items()}}
    read = {at for found in positions.values() for at in found} | set(match.melted.values())
    unused = tuple(name for at, name in enumerate(header) if at not in read)
    return Claim(mapping.table, mapping, positions, unused, match)


def _known(claim: Claim, header: Sequence[str]) -> set[int]:
    """The file's columns that a mapping reads, or demands to know the file by."""
    demanded = claim.mapping.export.file.header_has if claim.mapping else ()
    found = header_of(header)
    return {at for read in claim.positions.values() for at in read} | {
        at for name in demanded for at in found.find(name)
    }


def canonical(header: Sequence[str]) -> list[Claim]:
    """The canonical tables whose required columns are all in a header; further columns become attributes."""
    at = {fold(name): position for position, name in reversed(list(enumerate(header)))}
    claims: list[Claim] = []
    for name, table in tables().items():
        if not required(table) <= at.keys():
            continue
        positions = {column: (at[column],) for column in columns(table) if column in at}
        others = {key: position for key, position in at.items() if key not in positions and key}
        if name == "acquisition":
            told = {key: position for key, position in others.items() if masked(header[position]) == header[position]}
            positions |= {_attribute(key): (position,) for key, position in told.items()}
            others = {key: position for key, position in others.items() if key not in told}
        claims.append(Claim(name, None, positions, tuple(header[position] for position in sorted(others.values()))))
    return claims


def _refuse_a_column_twice(claim: Claim, header: Sequence[str], file: str) -> None:
    """Of a canonical file; a mapping's search has its own word for it."""
    folded = [fold(name) for name in header]
    twice = sorted({name for name in claim.positions if folded.count(name.removeprefix("attribute_")) > 1})
    if claim.mapping is None and twice:
        raise AmbiguousColumns(
            f"the column {twice[0]} stands more than once", file=file, hint="leave one of them out, or rename it"
        )


def _attribute(key: str) -> str:
    return key if key.startswith("attribute_") else f"attribute_{key}"
