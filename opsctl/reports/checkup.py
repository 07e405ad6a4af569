"""What `opsctl doctor` finds of a project: its configuration, files and how fresh the data are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from opsctl.config.matching import validate_columns
from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.errors import NoSource, OpsctlError
from opsctl.core.paths import PROJECT_FILE
from opsctl.ingest.claim import allowed_columns
from opsctl.ingest.load import load
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.sources import Declared, Files, files

STALE_DAYS = 7  # a source whose last day lies further back than a week misses at least one weekly delivery


class Level(StrEnum):
    """How a check ended; only `fail` makes the command end with a finding."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist.

    Args:
        name: What was looked at; stable.
        level: How it ended.
        key: The words for what was found, below `doctor.`.
        fields: What fills them in.
        hint: The words for what to do, below `doctor.`; empty where there is nothing to do.
    """

    name: str
    level: Level
    key: str
    fields: Mapping[str, object] = field(default_factory=dict)
    hint: str = ""

    def text(self, words: Words) -> str:
        """What was found."""
        return words.say(f"doctor.{self.key}", **self.fields)

    def todo(self, words: Words) -> str:
        """What to do; empty where there is nothing to do."""
        return words.say(f"doctor.{self.hint}", **self.fields) if self.hint else ""


def broken(name: str, error: OpsctlError) -> Check:
    """A configuration that cannot be used: the code and place of the first error in it."""
    found = {"code": error.code, "place": error.place, "sentence": error.sentence, "hint": error.hint}
    hint = "text" if error.hint else "broken.hint"
    return Check(name, Level.FAIL, "broken" if error.file else "broken.nowhere", found, hint)


def no_project() -> Check:
    """Without a project opsctl works by the headers of files alone."""
    return Check("config", Level.WARN, "config.none", hint="config.none.hint")


def project(settings: Settings, folder: str, as_of: date | None) -> list[Check]:
    """The project's own checks, in the order in which one would repair them.

    `folder` is what to call the project's folder; `as_of` is the day from which freshness counts, None for the
    newest day of all sources.
    """
    file = PROJECT_FILE if folder == "." else f"{folder}/{PROJECT_FILE}"
    found = [Check("config", Level.OK, "config", {"file": file}), *_mappings(settings)]
    usable = all(check.level is not Level.FAIL for check in found)
    found += _data(settings, as_of) if usable else []
    return [*found, _accounts(settings)]


def _mappings(settings: Settings) -> list[Check]:
    """Every mapping held to the columns of its table; one line where all hold."""
    allowed = allowed_columns()
    faults: list[Check] = []
    for mapping in settings.mappings:
        try:
            validate_columns(mapping, allowed)
        except OpsctlError as error:
            faults.append(broken("mappings", error))
    return faults or [Check("mappings", Level.OK, "mappings", {"count": len(settings.mappings)})]


# --- files ----------------------------------------------------------------------------------------------


def _data(settings: Settings, as_of: date | None) -> Iterator[Check]:
    """The files behind the project's sources: that there are any, that they load, and up to which day."""
    try:
        listed = files((), settings)
    except NoSource:
        yield Check("sources", Level.WARN, "sources.none", hint="sources.none.hint")
        return
    except OpsctlError as error:
        yield broken("sources", error)
        return
    count = len(settings.project.sources)
    yield Check("sources", Level.OK, "sources", {"count": count, "files": len(listed.found)})
    for pattern in listed.unmatched:
        yield Check("sources", Level.WARN, "sources.empty", {"source": pattern}, "sources.empty.hint")
    if listed.found:
        loaded = load(listed, settings)
        yield _loaded(loaded)
        yield from freshness(last_days(loaded, listed, settings), as_of)


def _loaded(loaded: Loaded) -> Check:
    numbers = {"loaded": len(loaded.inputs), "refused": len({one.file for one in loaded.refused})}
    if loaded.refused:
        return Check("files", Level.FAIL, "files.refused", numbers, "files.refused.hint")
    if loaded.has_findings:
        return Check("files", Level.WARN, "files.findings", numbers, "files.refused.hint")
    return Check("files", Level.OK, "files", numbers)


def last_days(loaded: Loaded, listed: Files, settings: Settings) -> dict[str, date | None]:
    """By the pattern of each source that has files, the last day that they hold; None where they hold no day."""
    declared = Declared(settings)
    last: dict[str, date | None] = {}
    for found in listed.found:
        source = declared.of(found.path)
        if source is None:
            continue
        days = [
            account.days[1]
            for account in loaded.inputs
            if account.days and (account.file == found.name or account.file.startswith(f"{found.name}/"))
        ]
        known = last.get(source.path)
        last[source.path] = max([*days, *([known] if known else [])], default=None)
    in_order = dict.fromkeys(source.path for source in settings.project.sources)
    return {pattern: last[pattern] for pattern in in_order if pattern in last}


def freshness(last: Mapping[str, date | None], as_of: date | None) -> list[Check]:
    """How far each source lies behind a day; without one, behind the newest day of all, never behind the clock."""
    known = [day for day in last.values() if day is not None]
    until = as_of or max(known, default=None)
    return [_fresh(source, day, until) for source, day in last.items()]


def _fresh(source: str, day: date | None, until: date | None) -> Check:
    if day is None or until is None:
        return Check("freshness", Level.WARN, "fresh.unknown", {"source": source}, "files.refused.hint")
    behind = (until - day).days
    found = {"source": source, "day": day, "days": behind, "until": until}
    if behind <= 0:
        return Check("freshness", Level.OK, "fresh", found)
    if behind <= STALE_DAYS:
        return Check("freshness", Level.OK, "fresh.day_before" if behind == 1 else "fresh.behind", found)
    return Check("freshness", Level.WARN, "fresh.behind", found, "fresh.stale.hint")


# --- accounts -------------------------------------------------------------------------------------------


def _accounts(settings: Settings) -> Check:
    count = len(settings.project.accounts)
    if not count:
        return Check("accounts", Level.OK, "accounts.none", hint="accounts.none.hint")
    return Check("accounts", Level.OK, "accounts", {"count": count})
