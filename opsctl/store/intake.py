"""Taking files in: each exactly once, a newer export in the place of the older, all of a run or nothing of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from opsctl import __version__
from opsctl.config.plans import Privacy
from opsctl.config.project import Source
from opsctl.config.settings import Settings
from opsctl.core import clock
from opsctl.core.errors import OpsctlError, Shrunk
from opsctl.core.personal import masked
from opsctl.ingest import breakdowns, newer
from opsctl.ingest.account import Input, Part
from opsctl.ingest.load import Knows, joined
from opsctl.ingest.loaded import Gathered, Loaded
from opsctl.ingest.people import PERSONAL_IDS
from opsctl.ingest.privacy import ATTRIBUTE
from opsctl.ingest.remarks import Note
from opsctl.ingest.slices import platform_of
from opsctl.ingest.sources import Declared, Files
from opsctl.ingest.stock import Stock, stock_of, tells_anew
from opsctl.schemas import tables
from opsctl.schemas.table import Merge
from opsctl.store import derived, large, recall, records, segments
from opsctl.store.catalog import Catalog
from opsctl.store.people import UID, People
from opsctl.store.segments import PEOPLE

ERASED = "of an erased person"  # a reason for dropping rows
_SAME_BYTES = "same_bytes"


@dataclass
class Intake:
    """What a run did.

    Attributes:
        new: The files taken in, as they are kept.
        known: The names of those that were there already.
        refused: One error per file that was not taken in.
        loaded: What is known now.
        before: What was known before.
        notes: What should be said.
        paths: Where each file was read, by its name.
        load: Its number; None where nothing was taken in.
        state: Under which name what was known before is kept; None where it was not.
    """

    new: list[Part] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    refused: list[OpsctlError] = field(default_factory=list)
    loaded: Loaded = field(default_factory=Loaded)
    before: Loaded = field(default_factory=Loaded)
    notes: list[Note] = field(default_factory=list)
    paths: dict[str, Path] = field(default_factory=dict)
    load: int | None = None
    state: str | None = None


Gather = Callable[[Knows], Gathered]


@dataclass(frozen=True)
class Order:
    """How to take files in.

    Args:
        latest_day: Says up to which day tables show everything.
        shrunk: Take exports that have less than half of what they replace.
        as_of: The last day that was known when these files were made; unset: as the data say.
        only_try: Say what would be done, and do nothing.
    """

    latest_day: Callable[[Loaded], date | None]
    shrunk: bool = False
    as_of: date | None = None
    only_try: bool = False


def take_in(catalog: Catalog, people: People, gather: Gather, settings: Settings, order: Order) -> Intake:
    """Take in what `gather` reads and the store does not know yet. The caller's transaction makes it visible.

    Raises:
        CannotStore: The disk is full.
        DamagedStore: A file of the store cannot be read.
    """
    load = next_load(catalog)
    read = gather(_knows(catalog))
    done = Intake(known=list(read.passed), refused=list(read.refused), notes=list(read.notes), paths=read.paths)
    done.before = done.loaded = known_before(catalog, done, settings)
    if not read.parts:
        return done
    stock = stock_of(done.before, settings) if done.state else {}
    seen = recall.seen(catalog, None)
    old = recall.gathered(catalog, seen, stock)
    people.meet(ids for part in read.parts for ids in _ids_of(part))
    seen_whole = [(part.account.file, part.account.sha256) for part in read.parts]
    wanted = list(_nameless_parts(read, people, settings.project.privacy, load))
    wanted = _not_yet_there(catalog, wanted, settings, done)
    if not order.shrunk:
        wanted = _not_shrunk(wanted, old.parts, done)
    if tells_anew(stock, wanted):
        stock, old = {}, recall.gathered(catalog, seen)
    settle(done, old, wanted, settings, stock)
    if order.only_try:
        catalog.give_up()
        return done
    refused = {error.file for error in done.refused}
    for name, sha256 in seen_whole:  # those taken in and copies of them, none that was refused
        if name not in refused:
            catalog.insert("sighting", name=name, sha256=sha256, load=load)
    if not done.new:
        return done
    record(catalog, people, done, settings, order)
    return done


def known_before(catalog: Catalog, done: Intake, settings: Settings) -> Loaded:
    """What the files of the store come to, from where it is kept or else made of them."""
    seen = recall.seen(catalog, None)
    key = derived.key_of(catalog, seen, settings)
    found = derived.loaded(catalog, seen, key)
    if found is None:
        return joined(recall.gathered(catalog, seen), settings)
    done.state = key
    recall.count_days(catalog, seen, found)
    return found


def record(catalog: Catalog, people: People, done: Intake, settings: Settings, order: Order) -> None:
    """Write down the files of a run, the people who are new in them, and the run itself.

    Raises:
        CannotStore: The disk is full.
    """
    load = done.load = next_load(catalog)
    declared = Declared(settings)
    for part in done.new:
        path = done.paths[part.account.file]
        reading = reading_of(settings, declared, part.account.mapping, path)
        left = _filled(catalog, people, part, _enter(catalog, part, path, load, reading), load)
        done.loaded.inputs = [left if one is part.account else one for one in done.loaded.inputs]
    people.keep(load)
    recall.count_days(catalog, recall.Seen(load), done.loaded)
    as_of = order.as_of or order.latest_day(done.loaded)
    known_at = clock.now().isoformat()
    catalog.insert("load", id=load, known_at=known_at, as_of=_no_earlier(catalog, as_of), opsctl=__version__)


def next_load(catalog: Catalog) -> int:
    """The number of the run that writes next."""
    return int(catalog.rows("SELECT coalesce(max(id), 0) + 1 AS next FROM load")[0]["next"])


def named(files: Files, project: Path) -> Files:
    """Files under names that do not depend on where the command was typed: below the project, else by their folder."""
    return replace(files, found=tuple(replace(one, name=name_of(one.path, project)) for one in files.found))


def name_of(path: Path, project: Path) -> str:
    """What the store calls a file."""
    whole = path.resolve()
    inside = whole.is_relative_to(project.resolve())
    return masked(whole.relative_to(project.resolve()).as_posix() if inside else "/".join(whole.parts[-2:]))


def reading_of(settings: Settings, declared: Declared, mapping: str, path: Path) -> str:
    """A hash of all that decides how a file is read: its mapping, and what the project says of it."""
    source: Source | None = declared.of_gone(path)
    told = [one.export.model_dump_json(exclude_defaults=True) for one in settings.mappings_named(mapping)]
    told += [
        source.model_dump_json(exclude_defaults=True) if source else "",
        settings.project.timezone,
        settings.project.currency,
    ]
    told.append(settings.project.contract_of(source).model_dump_json())
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


# --- what is taken in -----------------------------------------------------------------------------------


def _knows(catalog: Catalog) -> Knows:
    """Was a file of this name, when it was last seen, the same?"""
    seen = {row["name"]: row["sha256"] for row in catalog.rows("SELECT name, sha256 FROM sighting")}
    return lambda name, sha256: name in seen and seen[name] == sha256()


def _nameless_parts(read: Gathered, people: People, privacy: Privacy, load: int) -> Iterator[Part]:
    """What was read, without names; the rows with names are let go one by one."""
    while read.parts:
        yield replace(without_names(read.parts.pop(0), people, privacy), load=load)


def _ids_of(part: Part) -> list[pl.Series]:
    """The people whom a file tells of."""
    if part.scan is not None:
        return [large.ids_of(part)]
    return [part.frame[name] for name in PERSONAL_IDS.get(part.account.table, ()) if name in PEOPLE]


def without_names(part: Part, people: People, privacy: Privacy) -> Part:
    """A file's rows with people as numbers and orders as hashes, and nothing of those who were erased."""
    if part.scan is not None:  # people are numbered on the way to the disk
        return part
    frame = part.frame
    gone = pl.repeat(value=False, n=frame.height, eager=True)
    for name in PERSONAL_IDS.get(part.account.table, ()):
        if name not in PEOPLE:
            frame = frame.with_columns(people.hashed(frame[name]))
            continue
        numbers, erased = people.numbers(frame[name])
        frame = frame.with_columns(numbers)
        gone = gone | erased if name == "user" else gone
    if people.knows_erased:
        frame = _without_erased(frame, people, privacy)
    if not gone.any():  # to filter would write out what is told once for all rows
        return replace(part, frame=frame)
    return replace(part, frame=frame.filter(~gone), account=part.account.with_dropped(ERASED, int(gone.sum())))


def _without_erased(frame: pl.DataFrame, people: People, privacy: Privacy) -> pl.DataFrame:
    """Rows in which no attribute that may hold an id, since the project keeps it, is that of somebody erased."""
    kept = {
        name: privacy.treatment(name.removeprefix(ATTRIBUTE)) for name in frame.columns if name.startswith(ATTRIBUTE)
    }
    for name, treatment in kept.items():
        if treatment in ("keep", "hash"):
            gone = people.erased_in(frame[name], as_hashes=treatment == "hash")
            frame = frame.with_columns(pl.when(~gone).then(pl.col(name)).alias(name))
    return frame


def _not_yet_there(catalog: Catalog, wanted: Sequence[Part], settings: Settings, done: Intake) -> list[Part]:
    """The files but for copies, under another name, of what the store has. A name that was seen says something new."""
    seen = {row["name"] for row in catalog.rows("SELECT name FROM sighting")}
    there = {one.sha256: one for one in recall.files(catalog, recall.seen(catalog, None).last)}
    kept = []
    for part in wanted:
        twin = there.get(part.account.sha256)
        if twin and part.account.file not in seen and _same_rows(catalog, part, twin, settings, done):
            done.known.append(part.account.file)
            text = f"{part.account.file} holds the same bytes as {twin.name} and was taken in once"
            done.notes.append(Note(_SAME_BYTES, text))
        else:
            kept.append(part)
    return kept


def _same_rows(catalog: Catalog, part: Part, twin: recall.Stored, settings: Settings, done: Intake) -> bool:
    """Does a file of the same bytes say the same? Events do where they are read the same; nobody looks at them here."""
    if tables()[part.account.table].MERGE is Merge.APPEND:
        reading = reading_of(settings, Declared(settings), part.account.mapping, done.paths[part.account.file])
        return reading == twin.mapping_sha256
    (other,) = recall.parts(catalog, [twin])
    names = sorted(set(part.frame.columns) & set(other.frame.columns))
    return part.frame.select(names).equals(other.frame.select(names))


def _not_shrunk(wanted: Sequence[Part], old: Sequence[Part], done: Intake) -> list[Part]:
    """The files but for exports of money that lost more than half of a day: most likely they were cut off."""
    kept = []
    for part in wanted:
        day = _shrunk_day(part, old) if tables()[part.account.table].MERGE is Merge.REPLACE else None
        if day is None:
            kept.append(part)
            continue
        done.refused.append(
            Shrunk(
                f"of {day} it has less than half of the rows or the money that are known",
                file=part.account.file,
                hint="is the export complete? --replace takes it as it is",
            )
        )
    return kept


def _shrunk_day(part: Part, old: Sequence[Part]) -> date | None:
    if part.account.table != "spend":
        return None
    alike = [
        one
        for one in old
        if (one.account.table, platform_of(one)) == ("spend", platform_of(part))
        and breakdowns.cut_of(one) == breakdowns.cut_of(part)
    ]
    if not alike:
        return None
    effective = pl.concat([one.frame for one in newer.newest_slices(alike, whole=True)], how="diagonal")
    slices = part.frame.select(breakdowns.SLICE).unique()
    key = ["account", "day"]
    amounts = {"rows": pl.len(), "spend": pl.col("spend").sum()}
    before = effective.join(slices, on=breakdowns.SLICE, how="semi", nulls_equal=True).group_by(key).agg(**amounts)
    both = part.frame.group_by(key).agg(**amounts).join(before, on=key, nulls_equal=True, suffix="_before")
    less = [pl.col(name) * 2 < pl.col(f"{name}_before") for name in amounts]
    found: date | None = both.filter(pl.any_horizontal(less))["day"].min()  # type: ignore[assignment]  # a date or null
    return found


def settle(
    done: Intake, old: Gathered, wanted: list[Part], settings: Settings, stock: Mapping[str, Stock] | None = None
) -> None:
    """Hold the files against each other and what is known; one that contradicts is left out, the others stay."""
    before = {error.file for error in done.before.refused}
    while True:
        found = joined(Gathered([*old.parts, *map(_nameless, wanted)], notes=list(old.notes)), settings, stock)
        wrong = [error for error in found.refused if error.file not in before]
        if not wrong:
            break
        done.refused += wrong
        names = {error.file for error in wrong}
        left = [part for part in wanted if part.account.file not in names]
        wanted = left if len(left) < len(wanted) else []
    done.new, done.loaded = wanted, found


def _nameless(part: Part) -> Part:
    """Events beside those of the store: of whom they are is not looked at before they are written."""
    if part.scan is None:
        return part
    return replace(part, scan=part.scan.with_columns(user=pl.lit(None, UID)), stretches=())


def _enter(catalog: Catalog, part: Part, path: Path, load: int, reading: str) -> int:
    """Enter a file in the catalog; its number there."""
    account = part.account
    days = part.account.days
    return catalog.insert(
        "file",
        load=load,
        name=account.file,
        path=masked(str(path.resolve())),  # of a file that is named after a person: then it is not found again
        sha256=account.sha256,
        kind=account.table,
        mapping=account.mapping,
        mapping_sha256=reading,
        breakdown=part.breakdown,
        supplied=json.dumps(sorted(part.supplied)),
        foreign_days=part.foreign_days,
        first_day=str(days[0]) if days else None,
        last_day=str(days[1]) if days else None,
        notes=records.notes_text(part.notes),
        account=records.account_text(account),
    )


def _filled(catalog: Catalog, people: People, part: Part, file: int, load: int) -> Input:
    """Write down a file's rows; its account, which of events tells only now who of them was erased."""
    account = part.account
    if part.scan is None:
        segments.write(catalog, account.table, file, segments.stem(load, file), part.frame)
        return account
    taken = large.write(catalog, people, part, file, load)
    if taken.erased:
        account = account.with_dropped(ERASED, taken.erased)
        catalog.change("UPDATE file SET account = ? WHERE id = ?", records.account_text(account), file)
    return account


def _no_earlier(catalog: Catalog, as_of: date | None) -> str | None:
    """What is known never becomes less: the day, or that of the load before where it is later."""
    last = catalog.rows("SELECT max(as_of) AS day FROM load")[0]["day"]
    days = [day for day in (last, str(as_of) if as_of else None) if day]
    return max(days, default=None)
