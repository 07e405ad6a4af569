"""Files of events whose rows stay where they are: how to find out whether all of them are good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from opsctl.config.project import Source
from opsctl.core.errors import RefusedFile
from opsctl.ingest.claim import Claim, Claims
from opsctl.ingest.in_place import InPlace, in_place
from opsctl.ingest.one_pass import in_one_pass
from opsctl.ingest.opened import Read, columns_of_parquet, columns_of_text, plain_text_of, way
from opsctl.ingest.plain_events import plain_events
from opsctl.ingest.reading import Content


@dataclass(frozen=True)
class Attempt:
    """Something that may be found out of a file.

    Args:
        read: Its columns.
        claim: Who claims it.
        prove: Tells how its rows lie there; None where it is not certain that all of them are good.
        is_long: Whether that takes as long as reading them.
    """

    read: Read
    claim: Claim
    prove: Callable[[], InPlace | None]
    is_long: bool


def attempt(name: str, content: Content, claims: Claims, source: Source | None, *, ids: bool = False) -> Attempt | None:
    """What to try with a file before its rows are read one by one; None where there is nothing to be tried.

    With `ids` a text's users are told by their ids, see `in_one_pass`.

    Raises:
        DamagedFile: A Parquet file whose footer cannot be read.
    """
    treated = any(map(claims.settings.project.privacy.treatment, ("event", "user")))
    if treated or content.path is None:
        return None
    if content.kind == "parquet":
        return _of_parquet(name, content, content.path, claims, source)
    return _of_text(name, content, claims, source, ids=ids)


def _of_parquet(name: str, content: Content, path: Path, claims: Claims, source: Source | None) -> Attempt | None:
    read = columns_of_parquet(name, content)
    claim = _claim(read, claims, source)
    if claim is None:
        return None
    written = way(read.raw, claim, source, claims.settings)
    return Attempt(read, claim, partial(in_place, path, written, claims.settings.project.timezone), is_long=False)


def _of_text(name: str, content: Content, claims: Claims, source: Source | None, *, ids: bool) -> Attempt | None:
    text = plain_text_of(content, claims, source)
    if text is None:
        return None
    read = columns_of_text(name, content, text)
    claim = _claim(read, claims, source)
    if claim is None:
        return None
    written = way(read.raw, claim, source, claims.settings)
    words = claims.total_words(text.header, source)
    events = plain_events(text, written, words, claims.settings.project.timezone)
    return None if events is None else Attempt(read, claim, partial(in_one_pass, events, ids=ids), is_long=True)


def _claim(read: Read, claims: Claims, source: Source | None) -> Claim | None:
    try:
        return claims.of(read.raw.header, source, read.raw.name)
    except RefusedFile:
        return None  # the rows may speak for one of several claims
