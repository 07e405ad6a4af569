"""A file is looked at: somebody claims it, or it is a sheet to draft a mapping for."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from opsctl.config.matching import Tier
from opsctl.config.project import Source
from opsctl.core.errors import AmbiguousFile, NoHeader, OpsctlError, UndecidedEncoding, UnknownFile
from opsctl.ingest.claim import Claim, Claims
from opsctl.ingest.drafting.offsets import offset_of
from opsctl.ingest.drafting.sheet import Sheet
from opsctl.ingest.drafting.vocabulary import Vocabulary
from opsctl.ingest.opened import of_parquet, of_text
from opsctl.ingest.reading import Content, TextTable, kinds
from opsctl.ingest.reading.encoding import LEGACY, decode
from opsctl.ingest.reading.survey import survey
from opsctl.ingest.values import native
from opsctl.ingest.written import Raw

_FEWEST_IN_A_ROW = 3
_SOMEBODYS = re.compile(r"@|[0-9]{9}")  # an address, a telephone's number, an id


@dataclass(frozen=True)
class Sighting:
    """One file, or an archive's member.

    Attributes:
        claim: Who claims it; None where nobody does.
        sheet: What it looks like, where nobody claims it, or where who does leaves columns of days since unread.
        encoding: Its encoding, where that cannot be told without knowing the header.
    """

    claim: Claim | None = None
    sheet: Sheet | None = None
    encoding: str | None = None


def sight(name: str, content: Content, claims: Claims, source: Source | None, vocabulary: Vocabulary) -> Sighting:
    """Look at a file as loading would; where nobody claims it, as it looks.

    Two shipped mappings that both claim it leave the choice to the project, and so to a draft.

    Raises:
        RefusedFile: It is no table, or its first row holds values and not names.
        AmbiguousFile: Two of the project's mappings claim it.
    """
    try:
        raw = (
            of_parquet(name, content).raw
            if content.kind == "parquet"
            else of_text(name, content, claims, source)[0].raw
        )
    except (UnknownFile, NoHeader, UndecidedEncoding):
        return _unknown(name, content, claims, source, vocabulary)
    try:
        claim = claims.of(raw.header, source, name, raw.cells)
    except UnknownFile:
        return _unknown(name, content, claims, source, vocabulary)
    except AmbiguousFile:
        if _is_claimed_by_the_project(raw.header, claims):
            raise
        return Sighting(sheet=_sheet(raw))
    return Sighting(claim, _sheet(raw) if _leaves_days_unread(claim) else None)


def _is_claimed_by_the_project(header: Sequence[str], claims: Claims) -> bool:
    own = (mapping for mapping in claims.settings.mappings if mapping.tier is Tier.PROJECT)
    return any(mapping.matches(header, claims.required).claims for mapping in own)


def _leaves_days_unread(claim: Claim) -> bool:
    """Whether a shipped mapping passes over 次日留存, 7日留存, …: what they mean is for the project to say."""
    shipped = claim.mapping is not None and claim.mapping.tier is Tier.SHIPPED
    offsets = (offset_of(name) for name in claim.unused)
    return shipped and claim.table == "cohort" and any(offset and offset.measure == "active" for offset in offsets)


def _sheet(raw: Raw) -> Sheet:
    """A file's cells as texts; what a Parquet file keeps in lists or bytes is nothing."""
    texts = {
        at: native.as_text(raw.cells[at]) if native.is_readable(raw.cells[at].dtype) else _nothing(raw.cells.height)
        for at in raw.cells.columns
    }
    return Sheet(raw.name, raw.header, pl.DataFrame(texts), raw.preamble)


def _nothing(height: int) -> pl.Series:
    return pl.repeat(None, height, dtype=pl.String, eager=True)


def _unknown(name: str, content: Content, claims: Claims, source: Source | None, vocabulary: Vocabulary) -> Sighting:
    encoding, line = None, None
    if content.kind == "parquet":
        sheet = _sheet(of_parquet(name, content).raw)
    else:
        table, encoding = _surveyed(content, vocabulary)
        remarks = [text.rstrip(f"{table.delimiter} \t") for _, text in table.preamble]
        sheet, line = Sheet(name, table.header, table.cells, remarks), table.header_line
    if not has_names(sheet):
        raise claims.refusal(["0", *sheet.header], source, name, line)
    return Sighting(sheet=sheet, encoding=encoding)


def _surveyed(content: Content, vocabulary: Vocabulary) -> tuple[TextTable, str | None]:
    """The table, and of an encoding that is not Unicode, the one under which most names are known."""
    try:
        return survey(content), None
    except UndecidedEncoding:
        tried = {encoding: _known(content, encoding, vocabulary) for encoding in LEGACY}
        best = max(tried.values())
        if not best or list(tried.values()).count(best) > 1:
            raise
        encoding = next(name for name, known in tried.items() if known == best)
        return survey(content, encoding=encoding), encoding


def _known(content: Content, encoding: str, vocabulary: Vocabulary) -> int:
    """How many names that are not ASCII a header has that are known under an encoding."""
    if not decode(content.data, encoding).sound:
        return 0
    with contextlib.suppress(OpsctlError):
        header = survey(content, encoding=encoding).header
        return sum(not name.isascii() and vocabulary.knows(name) for name in header)
    return 0


def has_names(sheet: Sheet) -> bool:
    """Whether a sheet's header holds names: words at least in part, and nothing that the rows below hold too.

    Numbers are names only in a row that climbs, as days or cohorts do.
    """
    if any(_SOMEBODYS.search(name) for name in sheet.header) or not any(map(kinds.is_name, sheet.header)):
        return False
    if any(kinds.is_date(look.name) and look.is_time for look in sheet.looks):
        return False
    numbers = [float(look.name) for look in sheet.looks if look.is_number and re.fullmatch(r"\s*[0-9]+\s*", look.name)]
    climbing = len(numbers) >= _FEWEST_IN_A_ROW and all(one < other for one, other in pairwise(numbers))
    measured = [look for look in sheet.looks if look.is_number and kinds.is_number(look.name)]
    return not measured or (climbing and len(measured) == len(numbers))
