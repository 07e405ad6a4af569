"""渠道字典: which channel, product and agency stand behind a channel code, and from when to when."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from fnmatch import translate
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from opsctl.config.headers import header_of
from opsctl.config.plans import Privacy
from opsctl.config.project import Project
from opsctl.core.errors import BadConfiguration, NoHeader, NoSuchPath, RefusedFile, UndecidedEncoding
from opsctl.core.naming import fold
from opsctl.core.personal import masked
from opsctl.ingest.remarks import Note
from opsctl.ingest.values import Style, Typed, type_column
from opsctl.schemas.kinds import Kind

if TYPE_CHECKING:
    from opsctl.ingest.reading import Content, TextTable

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": (
        "渠道号",
        "渠道编码",
        "渠道代码",
        "渠道ID",
        "渠道包",
        "子渠道",
        "code",
        "channel_code",
        "sub_channel",
        "pattern",
    ),
    "channel": ("渠道", "渠道名称", "所属渠道", "channel"),
    "product": ("产品", "产品名称", "product"),
    "account": ("账户", "账户ID", "account"),
    "agency": ("代理", "代理商", "agency"),
    "owner": ("负责人", "owner"),
    "from": ("生效日", "生效日期", "开始日期", "from", "valid_from"),
    "to": ("失效日", "失效日期", "结束日期", "to", "valid_to"),
}
NEEDED = ("code", "channel")
UNKNOWN_CODES = "OPS210"
FEW = 0.01  # of the users: more whose code nobody knows are a finding
_SHOWN = 5
_ATTRIBUTES = ("agency", "owner")
_WILD = re.compile(r"[*?\[]")
_DAYS = ("from", "to")
_STYLE = Style(nulls=frozenset({"-", "--"}), zone="UTC", dates="ymd")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the dictionary; an open end of its span has no bound."""

    code: str
    channel: str
    product: str | None
    account: str | None
    agency: str | None
    owner: str | None
    start: date | None
    end: date | None
    line: int

    def holds_on(self, day: date | None) -> bool:
        """Is it valid on a day?"""
        return day is None or ((self.start or day) <= day <= (self.end or day))

    @property
    def stands_for(self) -> tuple[str | None, ...]:
        """All that it says of a code."""
        return (self.channel, self.product, self.account, self.agency, self.owner)

    def meets(self, other: Entry) -> bool:
        """Is there a day on which both are valid?"""
        starts = [day for day in (self.start, other.start) if day]
        return not starts or (self.holds_on(max(starts)) and other.holds_on(max(starts)))


@dataclass
class Looked:
    """What looking codes up has come to, over all files.

    Attributes:
        users: How many rows carry a code.
        unknown: Codes that no valid line of the dictionary has, with their rows.
        changed: Rows whose own channel is known and is not the dictionary's.
    """

    users: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    changed: int = 0


class Dictionary:
    """The lines of a 渠道字典, to be looked up by code and day."""

    def __init__(self, entries: Sequence[Entry], file: str, privacy: Privacy) -> None:
        self.file = file
        self._privacy = privacy
        self._channels = {fold(entry.channel) for entry in entries}
        self._exact: dict[str, list[Entry]] = {}
        self._patterns: list[tuple[re.Pattern[str], Entry]] = []
        for entry in entries:
            if _WILD.search(entry.code):
                self._patterns.append((re.compile(translate(self._key(entry.code))), entry))
            else:
                self._exact.setdefault(self._key(entry.code), []).append(entry)
        for same in self._exact.values():
            self._refuse_two_at_once(same)

    def of(self, code: str, day: date | None) -> Entry | None:
        """The line for a code on a day: one that names it comes before a pattern, an earlier pattern before a later."""
        key = self._key(code)
        named = self._exact.get(key, []) + [entry for pattern, entry in self._patterns if pattern.match(key)]
        return next((entry for entry in named if entry.holds_on(day)), None)

    def _key(self, code: str) -> str:
        """A code as rows have it; some are somebody's telephone number."""
        return fold(self._privacy.as_kept("sub_channel", code))

    def apply(self, users: pl.DataFrame, project: Project, looked: Looked) -> pl.DataFrame:
        """Rows of users, or of cohorts, under the channel of their code on their day.

        The code is the `sub_channel`; of rows without one, the channel's own text, where that is no known channel.
        """
        counted = pl.len()
        if "users" in users.columns:  # of a cohort, which stands on as many rows as it has days
            counted = pl.when(pl.col("offset") == pl.col("offset").min()).then(pl.col("users").fill_null(0)).sum()
        own = [pl.col(name) for name in ("sub_channel", "channel") if name in users.columns]
        coded = users.with_columns(_code=pl.coalesce(own))
        pairs = coded.drop_nulls("_code").group_by("_code", "day", own="channel").agg(counted.cast(pl.Int64))
        found = [self._row(code, day, mine, rows, project, looked) for code, day, mine, rows in pairs.iter_rows()]
        table = pl.DataFrame([row for row in found if row is not None], schema=_LOOKED, orient="row")
        joined = coded.join(table, on=["_code", "day", "channel"], how="left", nulls_equal=True, maintain_order="left")
        filled = joined.with_columns(channel=pl.coalesce("_channel", "channel"))
        for name in ("product", "account", *(f"attribute_{name}" for name in _ATTRIBUTES)):
            if name in users.columns:
                filled = filled.with_columns(pl.coalesce(name, f"_{name.removeprefix('attribute_')}").alias(name))
            elif "user" in users.columns:
                filled = filled.with_columns(pl.col(f"_{name.removeprefix('attribute_')}").alias(name))
        return filled.drop("_code", *(name for name in _LOOKED if name.startswith("_") and name != "_code"))

    def _row(  # noqa: PLR0913, PLR0917 - one line of the lookup
        self, code: str, day: date | None, own: str | None, rows: int, project: Project, looked: Looked
    ) -> tuple[object, ...] | None:
        entry = self.of(code, day)
        known = own is not None and (project.is_known(own) or fold(own) in self._channels)
        if entry is None:
            if code != own or not known:
                looked.users += rows
                looked.unknown[code] += rows
            return None
        looked.users += rows
        if known and project.channel_of(own or "") != project.channel_of(entry.channel):
            looked.changed += rows
        return (code, day, own, entry.channel, entry.product, entry.account, entry.agency, entry.owner)

    def _refuse_two_at_once(self, entries: Sequence[Entry]) -> None:
        for first, other in combinations(entries, 2):
            if first.stands_for != other.stands_for and first.meets(other):
                raise BadConfiguration(
                    f"the code '{masked(first.code)}' stands for two things at once (also on line {first.line})",
                    file=self.file,
                    line=other.line,
                    hint="say from when to when each is valid",
                )


_LOOKED = {
    "_code": pl.String(),
    "day": pl.Date(),
    "channel": pl.String(),
    **{f"_{name}": pl.String() for name in ("channel", "product", "account", *_ATTRIBUTES)},
}


def notes(dictionary: Dictionary, looked: Looked) -> tuple[list[Note], Note | None]:
    """What should be said of the lookup, and what it left open where that is so much that it is a finding."""
    found: list[Note] = []
    if looked.changed:
        text = f"{looked.changed:,} users stood under another channel than its own; its own was taken"
        found.append(Note("channel_map_differs", f"{dictionary.file}: {text}"))
    unknown = looked.unknown.total()
    if not unknown:
        return found, None
    share = unknown / looked.users
    top = sorted(looked.unknown.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{code} ({rows:,})" for code, rows in top[:_SHOWN])
    more = f" and {len(top) - _SHOWN} more codes" if len(top) > _SHOWN else ""
    text = f"{unknown:,} of {looked.users:,} users ({share:.1%}) have a code that it does not hold: {named}{more}"
    if share > FEW:
        return found, Note(UNKNOWN_CODES, f"{dictionary.file}: {text}")
    return [*found, Note("channel_map_unknown", f"{dictionary.file}: {text}")], None


# --- reading it -----------------------------------------------------------------------------------------


def dictionary_of(project: Project, folder: Path | None) -> Dictionary | None:
    """The project's 渠道字典, or None where it has none.

    Raises:
        NoSuchPath: The file that `channel_map` names is not there.
        BadConfiguration: It lacks a column, a line lacks a value, or two lines contradict each other.
    """
    if project.channel_map is None:
        return None
    path = (folder or Path()) / project.channel_map
    if not path.is_file():
        raise NoSuchPath(f"channel_map: there is no file '{project.channel_map}'", hint="put it beside opsctl.yaml")
    header, cells, lines = _read(path)
    return Dictionary(list(_entries(project.channel_map, header, cells, lines)), project.channel_map, project.privacy)


def _read(path: Path) -> tuple[Sequence[str], pl.DataFrame, list[int]]:
    from opsctl.ingest.reading import read_text, unpack  # noqa: PLC0415 - few projects have a dictionary

    names = {fold(name) for stated in COLUMNS.values() for name in stated}
    try:
        table = _first_read(unpack(path), lambda content: read_text(content, _is_header, names=names))
    except (NoHeader, UndecidedEncoding):
        raise _no_header(path.name) from None
    except RefusedFile as refusal:
        raise BadConfiguration(f"channel_map: {refusal.sentence}", file=path.name, hint=refusal.hint) from None
    for fault in table.rejected:
        raise BadConfiguration(f"channel_map: {fault.reason}", file=path.name, line=fault.line)
    return table.header, table.cells, table.lines.to_list()


def _first_read(contents: Sequence[Content], read: Callable[[Content], TextTable]) -> TextTable:
    """What the file holds; of a workbook, the first sheet that is a dictionary."""
    for content in contents[:-1]:
        with suppress(NoHeader):
            return read(content)
    return read(contents[-1])


def looks_like_dictionary(cells: Sequence[str]) -> bool:
    """Does a header name codes, their channels, and something that only a dictionary says of them?"""
    header = header_of(tuple(cells))
    more = [name for name in ("agency", "owner", "from", "to") if any(header.find(one) for one in COLUMNS[name])]
    return _is_header(cells) and bool(more)


def _is_header(cells: Sequence[str]) -> bool:
    header = header_of(tuple(cells))
    return all(any(header.find(name) for name in COLUMNS[needed]) for needed in NEEDED)


def _no_header(file: str) -> BadConfiguration:
    return BadConfiguration(
        "channel_map: no line names both a code and a channel",
        file=file,
        hint="such as 渠道号,渠道,产品,代理,生效日,失效日 or code,channel,product,agency,from,to",
    )


def _entries(file: str, header: Sequence[str], cells: pl.DataFrame, lines: Sequence[int]) -> Iterator[Entry]:
    found = header_of(tuple(header))
    nothing = pl.repeat(None, cells.height, dtype=pl.String, eager=True)
    typed: dict[str, Typed] = {}
    for name, stated in COLUMNS.items():
        at = next((at[0] for one in stated if (at := found.find(one))), None)
        kind = Kind.DAY if name in _DAYS else Kind.TEXT
        typed[name] = type_column(nothing if at is None else cells[str(at)], kind, _STYLE, name=name)
    table = pl.DataFrame({"line": lines, **{name: one.values for name, one in typed.items()}})
    faults = pl.DataFrame([one.faults.alias(name) for name, one in typed.items()])
    wrong = faults.select(fault=pl.coalesce(pl.all()))["fault"]
    for row, fault in zip(table.iter_rows(named=True), wrong, strict=True):
        lacking = [name for name in NEEDED if not row[name]]
        if fault is None and len(lacking) == len(NEEDED):
            continue  # an empty line
        if fault or lacking:
            reason = fault.partition(" ")[2] if fault else f"{lacking[0]} is empty"
            raise BadConfiguration(f"channel_map: {reason}", file=file, line=row["line"])
        yield Entry(start=row.pop("from"), end=row.pop("to"), **row)
