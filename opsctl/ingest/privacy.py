"""What of a file's rows may be kept: who somebody is goes, what a group is stays.

Ids of people and orders (`PERSONAL_IDS`) are left to the store, which keeps their HMACs only; an order's number is one
of them, since shops put a part of the buyer's number into it. Attributes that are personal by name or content are left
out unless the project says otherwise. Of an address (`landing`, or any cell with ://) host, path and utm_* stay. A
mobile number, id card, e-mail address or token inside another text, such as a campaign's name, is masked, the same
way everywhere, so that what was equal stays equal.

What is not found out: the name of a person as the name of a campaign, channel or file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import polars as pl

from opsctl.config.settings import Settings
from opsctl.core.personal import SUSPECT, masked
from opsctl.ingest.account import Part, filled
from opsctl.ingest.people import PERSONAL_IDS, canonical
from opsctl.ingest.personal import by_content, by_name
from opsctl.ingest.remarks import Note
from opsctl.schemas import tables
from opsctl.schemas.kinds import Kind
from opsctl.schemas.table import columns

Hashing: TypeAlias = Callable[[pl.Series], pl.Series]

ATTRIBUTE = "attribute_"
_ADDRESSES = ("landing", "entry_path")  # with or without a scheme
_CODES = frozenset({"currency", "conversion_basis", "day_unit"})  # one of few words each
_MORE_THAN_A_PAGE = "[?#@]"
_WORTH_A_LOOK = rf"{SUSPECT}|://|{_MORE_THAN_A_PAGE}"
_USERINFO = r"^([A-Za-z][A-Za-z0-9+.\-]*://|//)[^/?#@]*@"
_UTM = r"[?&#](utm_[A-Za-z_]+=[^&#]*)"
_ROUTE = r"^[^?#]*(?:\?[^#]*)?(#!?/[^?#]*)"


@dataclass
class _Kept:
    """The frame as far as it is protected, and what was done to it."""

    frame: pl.DataFrame
    left_out: dict[str, str] = field(default_factory=dict)  # by column, why
    masked: list[str] = field(default_factory=list)


def protected(part: Part, settings: Settings, hashed: Hashing | None = None) -> Part:
    """A file's rows with nothing in them by which a person is known, but for the ids of `PERSONAL_IDS`.

    Args:
        part: The rows as the file has them.
        settings: `privacy.columns` says by column what is kept, hashed or dropped.
        hashed: How ids are hashed, see `store.key.hashed`; without it, columns that the project wants hashed are
            left out.

    Returns:
        The same rows. Attributes that were left out are neither in `frame` nor in `supplied`; canonical columns that
        were are null. The notes name the columns and none of the values.
    """
    if part.scan is not None:
        return part  # what stays in its file is protected when it is read
    told = filled(part.frame)
    kept = _Kept(_canonical_ids(part, told))
    texts = [name for name in _texts(part) if name in told or name.startswith(ATTRIBUTE)]
    suspects = _suspects(part.frame, texts)
    for name in texts:
        treatment = settings.project.privacy.treatment(name.removeprefix(ATTRIBUTE))
        if treatment == "hash":
            _hash(kept, name, hashed)
        elif treatment == "drop":
            _leave_out(kept, name, "as the project says")
        elif treatment is None and (why := _why_personal(kept.frame[name])):
            _leave_out(kept, name, why)
        elif treatment is None and name in suspects:
            _mask(kept, name)
    supplied = part.supplied - kept.left_out.keys()
    return replace(part, frame=kept.frame, supplied=supplied, notes=(*part.notes, *_notes(part, kept)))


def _canonical_ids(part: Part, told: frozenset[str]) -> pl.DataFrame:
    """The rows with every person under one id, however files write it."""
    ids = PERSONAL_IDS.get(part.account.table, ())
    return part.frame.with_columns(canonical(part.frame[name]) for name in ids if name in told)


def _suspects(frame: pl.DataFrame, texts: list[str]) -> frozenset[str]:
    """The columns with a text that may be an address, or hold something personal: one look at all of them."""
    if not texts:
        return frozenset()
    found = frame.select(pl.col(texts).unique().str.contains(_WORTH_A_LOOK).any()).row(0, named=True)
    return frozenset(name for name, suspect in found.items() if suspect)


def _texts(part: Part) -> list[str]:
    """The columns of texts that may hold something personal beside ids."""
    ids = PERSONAL_IDS.get(part.account.table, ())
    canonical = [
        name
        for name, column in columns(tables()[part.account.table]).items()
        if column.kind is Kind.TEXT and name not in ids and name not in _CODES
    ]
    return [*canonical, *(name for name in part.frame.columns if name.startswith(ATTRIBUTE))]


def _why_personal(cells: pl.Series) -> str:
    """Of an attribute, why it is taken to be personal; empty where it is not."""
    if not cells.name.startswith(ATTRIBUTE):
        return ""
    if by_name(cells.name.removeprefix(ATTRIBUTE)):
        return "by its name"
    found = by_content(cells)
    return f"holds {found}" if found else ""


# --- treatments -----------------------------------------------------------------------------------------


def _leave_out(kept: _Kept, name: str, why: str) -> None:
    kept.left_out[name] = why
    if name.startswith(ATTRIBUTE):
        kept.frame = kept.frame.drop(name)
    else:
        kept.frame = kept.frame.with_columns(pl.lit(None, dtype=pl.String).alias(name))


def _hash(kept: _Kept, name: str, hashed: Hashing | None) -> None:
    if hashed is None:
        _leave_out(kept, name, "hashed in the store only")
    else:
        kept.frame = kept.frame.with_columns(hashed(kept.frame[name]).bin.encode("hex").alias(name))


def _mask(kept: _Kept, name: str) -> None:
    """Addresses without their queries, and every other text without what belongs to one person."""
    shown, hides = _without_personal(kept.frame[name])
    kept.masked += [name] if hides else []
    kept.frame = kept.frame.with_columns(shown)


def plain(cells: pl.Series) -> pl.Series:
    """The texts of a column of which the project says nothing, without what belongs to one person."""
    return _without_personal(cells)[0]


def _without_personal(cells: pl.Series) -> tuple[pl.Series, bool]:
    """The texts as they may be kept, and whether anything in them was masked."""
    texts = cells.drop_nulls().unique()
    if _with_bare_addresses(texts).equals(texts):
        shown, found = cells, _masks(texts)
    else:
        shown = _with_bare_addresses(cells)
        found = _masks(shown)
    return (shown.replace(found) if found else shown), bool(found)


def _masks(cells: pl.Series) -> dict[str, str]:
    """The texts that hold what belongs to one person, and what stands in their place."""
    texts = cells.drop_nulls().unique()
    suspect = texts.filter(texts.str.contains(SUSPECT))
    return {text: hidden for text in suspect if (hidden := masked(text)) != text}


def _with_bare_addresses(cells: pl.Series) -> pl.Series:
    if cells.name in _ADDRESSES:
        return bare(cells) if cells.str.contains(_MORE_THAN_A_PAGE).any() else cells
    addresses = cells.str.contains("://", literal=True).fill_null(value=False)
    return bare(cells).zip_with(addresses, cells) if addresses.any() else cells


def bare(addresses: pl.Series) -> pl.Series:
    """Addresses of pages with host, path, route (#/…) and utm_* only.

    Examples:
        >>> bare(pl.Series(["https://li:pw@a.com/p?uid=7&utm_source=dy#top", "a.com/p#/join?u=1"])).to_list()
        ['https://a.com/p?utm_source=dy', 'a.com/p#/join']
    """
    page = addresses.str.replace(_USERINFO, "$1").str.extract(r"^([^?#]*)")
    route = addresses.str.extract(_ROUTE).fill_null("")
    tags = addresses.str.extract_all(_UTM).list.eval(pl.element().str.slice(1)).list.join("&")
    asked = pl.select(pl.when(tags != "").then("?" + tags).otherwise(pl.lit(""))).to_series()
    return (page + asked + route).alias(addresses.name)


# --- what is said of it ---------------------------------------------------------------------------------


def _notes(part: Part, kept: _Kept) -> list[Note]:
    file = part.account.file
    found: list[Note] = []
    if kept.left_out:
        told = ", ".join(f"{masked(name.removeprefix(ATTRIBUTE))} ({why})" for name, why in kept.left_out.items())
        found.append(Note("personal_columns", f"{file}: left out as personal data: {told}; see privacy.columns"))
    if kept.masked:
        told = ", ".join(masked(name.removeprefix(ATTRIBUTE)) for name in kept.masked)
        found.append(Note("personal_cells", f"{file}: personal data inside other texts was masked in {told}"))
    return found
