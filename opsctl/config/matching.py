"""Which mapping claims a file, by its header alone; and what differs where none does."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from opsctl.config.headers import Header, header_of
from opsctl.config.strict import fault_at, refusal
from opsctl.core.naming import did_you_mean

if TYPE_CHECKING:
    from opsctl.config.document import Document, Path
    from opsctl.config.mapping import Column, Export


class Tier(StrEnum):
    """Whose mapping it is; those of the project are asked first."""

    PROJECT = "project"
    SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class Absent:
    """What a mapping needs and a file lacks."""

    column: str  # canonical; empty for a name of header_has
    names: tuple[str, ...]  # looked for, today's first


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Two columns of a file that could both be the one a mapping looks for."""

    column: str
    name: str
    indexes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """How a file's header answers a mapping; indexes count the file's columns from 0.

    Args:
        columns: For each canonical column found in the file, where: one index, or one per part of sum and text.
            What a mapping states without the file's columns (const, file) is not here.
        attributes: For each attribute found, the file's column.
        melted: For each canonical column and key of a wide table found, the file's column.
        missing: What the mapping needs and the header lacks.
        ambiguous: What the header has more than once; the first is the one in `columns`.
        score: The share of all names stated that were found, to tell the nearest mapping.
    """

    columns: abc.Mapping[str, tuple[int, ...]]
    attributes: abc.Mapping[str, int]
    melted: abc.Mapping[tuple[str, str], int]
    missing: tuple[Absent, ...]
    ambiguous: tuple[Ambiguous, ...]
    score: float

    @property
    def claims(self) -> bool:
        """Whether nothing needed is missing."""
        return not self.missing


@dataclass(frozen=True, eq=False, slots=True)
class Mapping:
    """One export of one platform, and where it was written; two are the same only if they are one."""

    platform: str
    export: Export
    tier: Tier
    document: Document
    at: Path

    @property
    def name(self) -> str:
        """`platform/report`, or the platform alone where the export has no name."""
        return f"{self.platform}/{self.export.report}" if self.export.report else self.platform

    @property
    def table(self) -> str:
        """The canonical table that its rows become."""
        return self.export.table

    @property
    def file(self) -> str:
        """The file it was written in."""
        return self.document.file

    @property
    def place(self) -> str:
        """`file:line` of its entry."""
        return self.document.place(self.at)

    def matches(self, header: abc.Sequence[str], required: abc.Mapping[str, frozenset[str]]) -> Match:
        """How a file's header answers; `required` names, by table, the columns no canonical file lacks.

        A column that is optional in its table, or marked optional, may be missing, but not half of a sum.
        """
        return _Search(header_of(header), required.get(self.table, frozenset())).match(self.export)


def validate_columns(mapping: Mapping, allowed: abc.Mapping[str, frozenset[str]]) -> None:
    """Refuse columns that the canonical table does not have; `allowed` names its columns, by table.

    Raises:
        BadConfiguration: A name that is none; the nearest is offered.
    """
    known = allowed[mapping.table]
    melt = mapping.export.melt
    written: list[tuple[Path, str]] = [(("columns", name), name) for name in mapping.export.columns]
    if melt:
        written += [(("melt", "into"), melt.into)]
        written += [(("melt", "columns", name), name) for name in melt.columns]
    faults = [
        fault_at(
            mapping.document,
            (*mapping.at, *path),
            f"the table {mapping.table} has no column '{name}'",
            did_you_mean(name, known),
            of_key=path[-1] == name,
        )
        for path, name in written
        if name not in known
    ]
    if faults:
        raise refusal(mapping.document, sorted(faults))


class _Search:
    """Looks up, in one header, all that one export names, and keeps account."""

    def __init__(self, header: Header, required: frozenset[str]) -> None:
        self.header = header
        self.required = required
        self.missing: list[Absent] = []
        self.ambiguous: list[Ambiguous] = []
        self.stated = 0
        self.found = 0

    def match(self, export: Export) -> Match:
        for name in export.file.header_has:
            if not self.names("", (name,)):
                self.missing.append(Absent("", (name,)))
        for name in export.file.header_lacks:
            if self.header.find(name):
                self.missing.append(Absent("", (f"a header without {name}",)))
        columns = {name: found for name, column in export.columns.items() if (found := self.column(name, column))}
        attributes = {name: found[0] for name, names in export.attributes.items() if (found := self.names(name, names))}
        melted = self.melted(export)
        return Match(
            columns=columns,
            attributes=attributes,
            melted=melted,
            missing=tuple(self.missing),
            ambiguous=tuple(self.ambiguous),
            score=self.found / self.stated if self.stated else 0.0,
        )

    def column(self, name: str, column: Column) -> tuple[int, ...]:
        wanted = column.looked_for
        found = [self.names(name, names) for names in wanted]
        lacking = [names for names, indexes in zip(wanted, found, strict=True) if not indexes]
        needed = name in self.required and not column.optional
        if lacking and (needed or len(lacking) < len(wanted)):
            self.missing += [Absent(name, names) for names in lacking]
        if not lacking and column.when is not None and not self.names("", column.when.column):
            self.missing.append(Absent(name, column.when.column))
        return () if lacking else tuple(indexes[0] for indexes in found)

    def melted(self, export: Export) -> dict[tuple[str, str], int]:
        if export.melt is None:
            return {}
        found = {
            (name, key): indexes[0]
            for name, column in export.melt.columns.items()
            for key, names in column.names.items()
            if (indexes := self.names(name, names))
        }
        for name, column in export.melt.columns.items():
            if not any(stated == name for stated, _ in found):
                self.missing.append(Absent(name, tuple(names[0] for names in column.names.values())))
        return found

    def names(self, column: str, names: tuple[str, ...]) -> tuple[int, ...]:
        """The file's columns of the newest name that it has; more than one is an ambiguity."""
        self.stated += 1
        for name in names:
            if indexes := self.header.find(name):
                self.found += 1
                if len(indexes) > 1 and column:
                    self.ambiguous.append(Ambiguous(column, name, indexes))
                return indexes
        return ()
