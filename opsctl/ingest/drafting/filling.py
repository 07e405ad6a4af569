"""How each column of the chosen table is filled: a line of the mapping, and what is doubtful about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from opsctl.core.naming import fold
from opsctl.ingest.drafting.choosing import Choice
from opsctl.ingest.drafting.fitting import COMBINED, Match
from opsctl.ingest.drafting.nature import Look, Nature
from opsctl.ingest.drafting.quoting import scalar, sequence
from opsctl.ingest.drafting.sheet import Sheet
from opsctl.ingest.drafting.vocabulary import Sureness, channel_in
from opsctl.ingest.drafting.words import Words
from opsctl.ingest.personal import by_name
from opsctl.schemas import tables
from opsctl.schemas.kinds import Kind
from opsctl.schemas.table import columns, required

NO_CHANNEL = "CHANNEL"
_UNITS = (("万", "wan"), ("(分)", "fen"), ("micros", "micros"))
_SURENESS = {Sureness.MAYBE: "maybe", Sureness.INSIDE: "inside", Sureness.KIND: "kind"}
_DATES = re.compile(
    r"[-_. ]*(?:19|20)?[0-9]{2}(?:[-_.年]?[0-9]{1,2}){0,2}[月日]?(?:[-_~至到. ]+[0-9][0-9-_.年月日]*)?$"
)


class Line(NamedTuple):
    """One key of a mapping with its value; `doubt` is what a person should decide. A commented line has no effect."""

    key: str
    value: str
    doubt: str = ""
    is_comment: bool = False


@dataclass(frozen=True)
class Filling:
    """Writes the lines of one sheet's columns."""

    sheet: Sheet
    choice: Choice
    words: Words

    def columns(self) -> list[Line]:
        """The lines under `columns:`, in the order of the table."""
        return list(self._columns())

    def _columns(self) -> Iterator[Line]:
        spread = self.choice.spread
        melted = {spread.into, *spread.columns} if spread else set()
        for name in columns(tables()[self.choice.table]):
            match = self.choice.matches.get(name)
            if name in melted:
                continue
            if name == "offset" and spread and spread.days_to:
                yield Line(name, f"{{days_to: {sequence([spread.days_to.name])}}}")
            elif match is not None and not (name == "sub_channel" and "channel" not in self.choice.matches):
                yield self._matched(name, match)
            elif self._is_needed(name) or name == "channel":
                yield from self._lacking(name)

    def _is_needed(self, name: str) -> bool:
        """Whether no row can do without it."""
        table = tables()[self.choice.table]
        return name in required(table) and not columns(table)[name].nullable

    def _matched(self, name: str, match: Match) -> Line:
        look, others = match.look, list(match.others)
        doubts = [self.words(_SURENESS[match.sureness])] if match.sureness in _SURENESS else []
        if others:
            doubts.append(self.words("or", names=self._names(others)))
        if name in COMBINED and others and not any(re.search(r"[{}]", one.name) for one in match.parts):
            template = " ".join(f"{{{one.name}}}" for one in match.parts)
            return Line(name, f"{{text: {scalar(template)}}}", self.words("or", names=self._names(match.parts)))
        unit = self._unit(name, look)
        value = f"{{from: {sequence([look.name])}, unit: {unit}}}" if unit else sequence([look.name])
        return Line(name, value, self.words.joined(doubts))

    def _unit(self, name: str, look: Look) -> str | None:
        """The unit of a column's cells, where its name or its values say so."""
        if name == "active" and (look.nature is Nature.PERCENT or look.nature is Nature.DECIMAL):
            return "ratio" if look.nature is Nature.DECIMAL and look.largest <= 1 else "percent"
        if columns(tables()[self.choice.table])[name].kind is not Kind.MONEY:
            return None
        folded = fold(look.name)
        return next((unit for mark, unit in _UNITS if mark in folded), None)

    def _names(self, looks: Sequence[Look]) -> str:
        return self.words.listed([look.name for look in looks])

    # --- what no column tells ---------------------------------------------------------------------------

    def _lacking(self, name: str) -> Iterator[Line]:
        """A column that the table needs and the file does not have."""
        words = self.words
        match name:
            case "channel":
                yield self._channel()
            case "event":
                yield Line(name, f"{{const: {scalar(stem(self.sheet.file))}}}", self._with_candidates(words("event")))
            case "users" if not self._is_needed(name):
                yield Line(name, "[…]", words("no_users"), is_comment=True)
            case "users" | "spend":
                yield Line(name, '{const: "0"}', words(name))
            case "paid_at":
                yield Line(name, "[…]", words("paid_at"), is_comment=True)
            case _:  # a day that the file as a whole is of, and an offset that is 0, need no column
                return

    def _channel(self) -> Line:
        words, found = self.words, channel_in(self.sheet.name)
        code = self.choice.matches.get("sub_channel")
        if code is not None:  # what brought the user stands there as a code: a dictionary gives it its name
            return Line("channel", sequence([code.look.name]), words("channel_code"))
        if found:
            return Line("channel", f"{{const: {scalar(found)}}}", words("channel_file"))
        optional = self.choice.table == "order"
        doubt = self._with_candidates(words("channel"))
        return Line("channel", f"{{const: {NO_CHANNEL}}}", doubt, is_comment=optional)

    def _with_candidates(self, text: str) -> str:
        free = [look for look in self.sheet.usable if look.nature is Nature.FEW and look.at not in self.choice.used]
        told = self.words("candidates", names=self._names(free)) if free else ""
        return self.words.joined([text, told])

    # --- attributes -------------------------------------------------------------------------------------

    def attributes(self) -> Mapping[str, Look]:
        """Of new users, the further columns that tell kinds of users apart."""
        if self.choice.table != "acquisition":
            return {}
        taken = set(columns(tables()["acquisition"]))
        free = [
            look
            for look in self.sheet.usable
            if look.nature is Nature.FEW and look.at not in self.choice.used and not by_name(look.name)
        ]
        named = {re.sub(r"\W+", "_", fold(look.name)).strip("_")[:40]: look for look in reversed(free)}
        return {name: named[name] for name in reversed(named) if name and name not in taken}


def stem(name: str) -> str:
    """What a file is called but for its folder, its endings and its dates.

    Examples:
        >>> stem("exports/game_installs_2024.csv"), stem("消耗_20250101-20250131.csv"), stem("2025-01.csv.gz")
        ('game_installs', '消耗', 'export')
    """
    base = PurePosixPath(name).name
    while (
        shorter := re.sub(r"\.(?:csv|tsv|txt|parquet|xlsx|xlsm|xls|gz|zip)$", "", base, flags=re.IGNORECASE)
    ) != base:
        base = shorter
    tidy = re.sub(r"[^\w-]+", "_", base).strip("_-")
    undated = _DATES.sub("", tidy).strip("_-")
    return undated if re.search(r"[^\W\d_]", undated) else "export"
