"""Drafts for a set of files: one mapping per unknown format, tried on the very files before anybody sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from opsctl.config import matching, yaml
from opsctl.config.mapping import Platform
from opsctl.config.matching import Tier
from opsctl.config.project import Project, Source
from opsctl.config.settings import Settings
from opsctl.config.strict import validate
from opsctl.core.errors import OpsctlError, RefusedFile, UnknownFile
from opsctl.core.naming import fold
from opsctl.core.personal import masked
from opsctl.ingest.claim import Claims
from opsctl.ingest.drafting.choosing import choose
from opsctl.ingest.drafting.composing import MARK, compose
from opsctl.ingest.drafting.filling import stem
from opsctl.ingest.drafting.nature import SAMPLE
from opsctl.ingest.drafting.sheet import Sheet
from opsctl.ingest.drafting.sighting import Sighting, sight
from opsctl.ingest.drafting.sources import SourceFile
from opsctl.ingest.drafting.vocabulary import Vocabulary, channel_named
from opsctl.ingest.drafting.words import Words
from opsctl.ingest.opened import of_parquet, of_text, typed_rows
from opsctl.ingest.reading import Content, unpack
from opsctl.ingest.sheets import is_helper
from opsctl.ingest.sources import Files

MAPPINGS = "mappings"


@dataclass(frozen=True)
class Draft:
    """One drafted mapping.

    Attributes:
        name: The mapping's name, and that of its file.
        table: The canonical table.
        text: The file.
        loads: By file, how many rows it loads as it stands and how many it rejects, or the refusal.
    """

    name: str
    table: str
    text: str
    loads: Mapping[str, tuple[int, int] | OpsctlError]

    @property
    def file(self) -> str:
        """Where it goes, from the project's folder."""
        return f"{MAPPINGS}/{self.name}.yaml"

    @property
    def doubts(self) -> int:
        """How many lines a person should decide."""
        return sum(MARK in line for line in self.text.splitlines()[1:])


@dataclass
class Drafts:
    """What came of all files.

    Attributes:
        mappings: The drafts, in the order of their first files.
        claimed: By file, which mapping or table reads it already.
        refused: One error for each file that nothing could be made of.
        sources: Every file that will be read.
        left_out: Sheets that only stand beside those that will be read.
    """

    mappings: list[Draft] = field(default_factory=list)
    claimed: dict[str, str] = field(default_factory=dict)
    refused: list[OpsctlError] = field(default_factory=list)
    sources: list[SourceFile] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Seen:
    """A file, or an archive's member, under the name that the user knows."""

    name: str
    path: Path
    content: Content
    sighting: Sighting


def draft(files: Files, settings: Settings, words: Words, taken: frozenset[str]) -> Drafts:
    """Draft a mapping for every format among the files that nothing claims yet.

    Args:
        files: The files.
        settings: The project's, with the mappings there are.
        words: The language of comments.
        taken: Names that no draft may have: files that are there already.
    """
    return _Drafting(settings, words, taken).drafts(files)


class _Drafting:
    def __init__(self, settings: Settings, words: Words, taken: frozenset[str]) -> None:
        self.settings = settings
        self.words = words
        self.claims = Claims(settings)
        self.vocabulary = Vocabulary(settings.mappings)
        named = {name for one in settings.mappings for name in (one.name, one.platform)}
        self.taken = {name.casefold() for name in (*named, *taken)}
        self.found = Drafts()
        self.reads: dict[str, str | None] = {}  # by file, the mapping that reads it
        self.books: dict[str, str] = {}  # by sheet, its workbook

    def drafts(self, files: Files) -> Drafts:
        groups: dict[tuple[str, ...], list[_Seen]] = defaultdict(list)
        seen = list(self._seen(files))
        for one in seen:
            if one.sighting.sheet is not None:
                groups[tuple(map(fold, one.sighting.sheet.header))].append(one)
            else:
                self._claimed(one)
        for group in groups.values():
            self._draft(group)
        self._leave_out_helpers()
        self.found.sources += _sources([one for one in seen if one.name in self.reads], self.reads)
        return self.found

    def _seen(self, files: Files) -> Iterator[_Seen]:
        for file in files.found:
            try:
                contents = unpack(file.path)
            except RefusedFile as refusal:
                self._refuse(refusal, file.name)
                continue
            for content in contents:
                name = file.name + masked(content.name.removeprefix(str(file.path)))
                source = self.claims.sources.of(file.path)
                if content.sheet is not None:
                    self.books[name] = content.sheet.book
                try:
                    sighting = sight(name, content, self.claims, source, self.vocabulary)
                except RefusedFile as refusal:
                    self._refuse(refusal, name)
                    continue
                yield _Seen(name, file.path, content, sighting)

    def _leave_out_helpers(self) -> None:
        """Sheets of which nothing can be made, in workbooks of which another sheet is read."""
        read = {self.books[name] for name in self.reads if name in self.books}
        helpers = [one for one in self.found.refused if self.books.get(one.file or "") in read and is_helper(one)]
        self.found.refused = [one for one in self.found.refused if one not in helpers]
        self.found.left_out += [one.file or "" for one in helpers]

    def _refuse(self, refusal: OpsctlError, name: str) -> None:
        refusal.file = name
        self.found.refused.append(refusal)

    def _draft(self, group: Sequence[_Seen]) -> None:
        sheet = _joined(group)
        choice = choose(sheet, self.vocabulary, _channel_of(self.settings.project))
        claimed = [one for one in group if one.sighting.claim is not None]
        if claimed and (choice is None or choice.spread is None):
            for one in claimed:
                self._claimed(one)
            return
        if choice is None:
            for one in group:
                self._refuse(_nothing_in_it(sheet), one.name)
            return
        name = self._free(stem(sheet.file))
        text = compose(name, sheet, choice, self.words)
        own = _mapping(name, text)
        tried = replace(self.settings, own=(own, *self.settings.own))
        loads = {one.name: _loads(one, name, tried) for one in group}
        self.found.mappings.append(Draft(name, choice.table, text, loads))
        self.reads |= dict.fromkeys(loads, name)

    def _claimed(self, one: _Seen) -> None:
        claim = one.sighting.claim
        if claim is not None:
            self.found.claimed[one.name] = claim.label
            self.reads[one.name] = claim.name if claim.mapping else None

    def _free(self, wanted: str) -> str:
        """A name that nothing has yet."""
        numbered = (wanted if at == 1 else f"{wanted}-{at}" for at in range(1, len(self.taken) + 2))
        free = next(name for name in numbered if name.casefold() not in self.taken)
        self.taken.add(free.casefold())
        return free


def _joined(group: Sequence[_Seen]) -> Sheet:
    """Files of one header as one sheet, so that what one does not tell another may."""
    sheets = [one.sighting.sheet for one in group if one.sighting.sheet is not None]
    first = sheets[0]
    cells = pl.concat([sheet.cells.head(SAMPLE) for sheet in sheets]) if len(sheets) > 1 else first.cells
    return replace(first, cells=cells)


def _channel_of(project: Project) -> Callable[[str], str | None]:
    return lambda text: project.channel_of(text) if project.is_known(text) else channel_named(text)


def _nothing_in_it(sheet: Sheet) -> UnknownFile:
    return UnknownFile(
        "no mapping was drafted: nothing in it looks like a cost, an order, a user or a count of users by day",
        details=(("the file has", masked(", ".join(sheet.header[:40]))),),
        hint="leave it out, or write a mapping for it by hand",
    )


def _mapping(name: str, text: str) -> matching.Mapping:
    document = yaml.parse(text.encode(), f"{MAPPINGS}/{name}.yaml")
    platform = validate(Platform, document)
    return matching.Mapping(platform.platform, platform.exports[0], Tier.PROJECT, document, ())


def _loads(one: _Seen, name: str, settings: Settings) -> tuple[int, int] | OpsctlError:
    """How many rows a file gives through a mapping, and how many it rejects; or why it gives none at all."""
    source = Source.model_validate({"path": "*", "mapping": name, "encoding": one.sighting.encoding})
    claims = Claims(settings)
    try:
        if one.content.kind == "parquet":
            read = of_parquet(one.name, one.content)
        else:
            read = of_text(one.name, one.content, claims, source)[0]
        claim = claims.of(read.raw.header, source, one.name, read.raw.cells)
        converted = typed_rows(read, claim, source, settings)
    except RefusedFile as refusal:
        return refusal
    return converted.frame.height, len(read.rejected) + len(converted.rejected)


def _sources(seen: Sequence[_Seen], reads: Mapping[str, str | None]) -> list[SourceFile]:
    """One entry per path; an archive whose members are read in different ways names no mapping."""
    by_path: dict[Path, list[_Seen]] = defaultdict(list)
    for one in seen:
        by_path[one.path].append(one)
    found = []
    for path, members in by_path.items():
        mappings = {reads[one.name] for one in members}
        encodings = {one.sighting.encoding for one in members}
        found.append(
            SourceFile(
                path,
                next(iter(mappings)) if len(mappings) == 1 else None,
                next(iter(encodings)) if len(encodings) == 1 else None,
            )
        )
    return found
