"""Reading files anew that their mapping, or what the project says of them, would read otherwise today.

A file read anew is as new as it was when it first came: it takes the place of its older reading and of nothing else.
What was known before stays known as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from opsctl.config.settings import Settings
from opsctl.ingest.account import Part
from opsctl.ingest.load import Knows
from opsctl.ingest.loaded import Gathered
from opsctl.ingest.remarks import Note
from opsctl.ingest.sources import Files
from opsctl.store import intake, recall
from opsctl.store.catalog import Catalog
from opsctl.store.intake import Intake, Order
from opsctl.store.people import People
from opsctl.store.standing import Outdated, outdated

_ORIGINAL_GONE = "original_gone"
_Reading = tuple[str, str]  # a file's name and hash
Gather = Callable[[Files, Knows], Gathered]


def read_anew(catalog: Catalog, people: People, gather: Gather, settings: Settings, order: Order) -> Intake:
    """Read what `gather` finds of the files that would be read otherwise today; see `intake.take_in`.

    What is refused now stays as it was read before, and so does what is no longer where it was.

    Raises:
        CannotStore: The disk is full.
        DamagedStore: A file of the store cannot be read.
    """
    behind = outdated(catalog, settings)
    there = {_reading_of(one) for one in behind if one.found is not None}
    originals = {one.found for one in behind if one.found is not None}
    read = gather(Files(tuple(sorted(originals))), lambda name, sha256: (name, sha256()) not in there)
    old = recall.gathered(catalog, recall.seen(catalog, None))
    done = Intake(refused=list(read.refused), notes=[*read.notes, *_gone(behind)], paths=read.paths)
    done.before = intake.known_before(catalog, done, settings)
    ages = {_key(part): part.load for part in old.parts}
    privacy = settings.project.privacy
    wanted = [replace(intake.without_names(part, people, privacy), load=ages[_key(part)]) for part in read.parts]
    _settle(done, old, wanted, settings)
    if order.only_try:
        catalog.give_up()
    elif done.new:
        intake.record(catalog, people, done, settings, order)
        again = {_key(part) for part in done.new}
        for one in behind:
            if _reading_of(one) in again:
                catalog.change("UPDATE file SET gone = ? WHERE id = ?", done.load, one.stored.id)
    return done


def _settle(done: Intake, old: Gathered, wanted: list[Part], settings: Settings) -> None:
    """Hold the new readings against the rest; the file of one that contradicts keeps its old reading."""
    while True:
        again = {_key(part) for part in wanted}
        kept = [part for part in old.parts if _key(part) not in again]
        intake.settle(done, replace(old, parts=kept), wanted, settings)
        if len(done.new) == len(wanted):
            return
        wanted = done.new


def _gone(behind: Iterable[Outdated]) -> list[Note]:
    """The files that keep their old reading, since nobody has them any more."""
    return [
        Note(_ORIGINAL_GONE, f"{one.stored.name} is no longer where it was, and stays as its old mapping read it")
        for one in behind
        if one.found is None
    ]


def _reading_of(one: Outdated) -> _Reading:
    return one.stored.name, one.stored.sha256


def _key(part: Part) -> _Reading:
    return part.account.file, part.account.sha256
