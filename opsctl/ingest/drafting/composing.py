"""The text of a drafted mapping: short lines, a mark on every one that a person should decide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from opsctl.config.patterns import extract
from opsctl.core.errors import AmbiguousValues
from opsctl.core.personal import masked
from opsctl.ingest.drafting.choosing import Choice
from opsctl.ingest.drafting.filling import Filling, Line
from opsctl.ingest.drafting.nature import Look, Nature
from opsctl.ingest.drafting.offsets import offset_of
from opsctl.ingest.drafting.quoting import remark, scalar, sequence
from opsctl.ingest.drafting.sheet import Sheet
from opsctl.ingest.drafting.words import Words
from opsctl.ingest.spans import days_in

MARK = "# ?"
_MOST_UNUSED = 60
_MOST_NAMES = 12  # that a header must have; they are enough to know a file by
_YEAR_IN_A_LINE = "^(.*(?:19|20)[0-9]{2}.*)$"
_DAY_IN_A_NAME = "((?:19|20)[0-9]{2}[-_.]?[0-9]{2}[-_.]?[0-9]{2})[^/]*$"
_OTHER_MEASURES = ("active", "orders", "net_paid")


@dataclass
class _Page:
    """Lines as they are written."""

    lines: list[str] = field(default_factory=list)

    def put(self, depth: int, line: Line) -> None:
        text = f"{'  ' * depth}{'#' if line.is_comment else ''}{line.key}: {line.value}".rstrip()
        self.lines.append(f"{text}  {MARK} {line.doubt}" if line.doubt else text)

    def say(self, text: str, depth: int = 0) -> None:
        self.lines.append(f"{'  ' * depth}# {text}")


def compose(platform: str, sheet: Sheet, choice: Choice, words: Words) -> str:
    """A whole mapping file for files like this sheet, with comments."""
    page, filling = _Page(), Filling(sheet, choice, words)
    file = PurePosixPath(sheet.file).name
    page.say(words("drafted", file=file))
    page.say(words("look", file=file))
    page.put(0, Line("platform", scalar(platform)))
    page.put(0, Line("table", choice.table))
    _put_file(page, sheet, choice, words)
    columns = [*filling.columns()]
    page.put(0, Line("columns", "{}" if all(line.is_comment for line in columns) else ""))
    for line in columns:
        page.put(1, line)
    attributes = filling.attributes()
    if attributes:
        page.put(0, Line("attributes", ""))
    for name, look in attributes.items():
        page.put(1, Line(scalar(name), sequence([look.name])))
    _put_melt(page, choice, words)
    for line in (*_summary(choice, words), *_style(sheet, choice, words)):
        page.put(0, line)
    read = choice.used | {look.at for look in attributes.values()}
    _put_unused(page, [look for look in sheet.looks if look.at not in read], sheet, words)
    return "\n".join(page.lines) + "\n"


# --- how to know the file -------------------------------------------------------------------------------


def _put_file(page: _Page, sheet: Sheet, choice: Choice, words: Words) -> None:
    page.put(0, Line("file", ""))
    page.put(1, Line("header_has", sequence(_known_by(choice))))
    if "day" not in choice.matches and choice.table in ("spend", "cohort") and not _melts_days(choice):
        page.put(1, _period(sheet, words))


def _melts_days(choice: Choice) -> bool:
    return choice.spread is not None and choice.spread.into == "day"


def _known_by(choice: Choice) -> list[str]:
    looks = {match.look.at: match.look for match in choice.matches.values()}
    if choice.spread and choice.spread.days_to:
        looks[choice.spread.days_to.at] = choice.spread.days_to
    for keys in choice.spread.columns.values() if choice.spread else ():
        first = next(iter(keys.values()))
        looks[first.at] = first
    return [looks[at].name for at in sorted(looks)][:_MOST_NAMES]


def _period(sheet: Sheet, words: Words) -> Line:
    """Where the days of the whole file are said: above its header, in its name, or nowhere."""
    told = next((line for line in sheet.preamble if extract(_YEAR_IN_A_LINE, line) is not None), None)
    if told is not None and _has_days(told):
        return Line("preamble", f"{{period: {scalar(_YEAR_IN_A_LINE)}}}")
    if extract(_DAY_IN_A_NAME, sheet.file) is not None and _has_days(PurePosixPath(sheet.file).name):
        return Line("name", f"{{period: {scalar(_DAY_IN_A_NAME)}}}", words("name_day"))
    return Line("name", "{period: …}", words("no_day"), is_comment=True)


def _has_days(text: str) -> bool:
    try:
        return days_in(text) is not None
    except AmbiguousValues:
        return True


# --- wide tables and cohorts ----------------------------------------------------------------------------


def _put_melt(page: _Page, choice: Choice, words: Words) -> None:
    spread = choice.spread
    if spread is None:
        return
    page.put(0, Line("melt", ""))
    page.put(1, Line("into", spread.into))
    page.put(1, Line("columns", ""))
    for column, keys in spread.columns.items():
        others = [name for name in _OTHER_MEASURES if name != column] if choice.table == "cohort" else ["users"]
        doubt = words("measure", column=column, names=words.listed(others)) if spread.unsure else ""
        page.put(2, Line(column, "", doubt))
        if column in spread.units:
            page.put(3, Line("unit", spread.units[column]))
        page.put(3, Line("from", ""))
        for key, look in keys.items():
            page.put(4, Line(scalar(key), sequence([look.name])))


def _summary(choice: Choice, words: Words) -> Iterator[Line]:
    if choice.table != "cohort":
        return
    spread = choice.spread
    counted = "offset" in choice.matches or (spread is not None and spread.into == "offset")
    columns = {*choice.matches, *(spread.columns if spread else ())}
    is_sum = spread.is_sum if spread else None
    added = bool(columns & {"net_paid", "orders"})
    yield Line("summary", "")
    yield Line("  day_base", "0", words("day_base") if counted else "")
    yield Line("  day_unit", "calendar")
    yield Line("  amounts", "cumulative" if is_sum else "daily", words("amounts") if added and counted else "")


# --- how values are written -----------------------------------------------------------------------------


def _style(sheet: Sheet, choice: Choice, words: Words) -> Iterator[Line]:
    read = [look for look in sheet.looks if look.at in choice.used]
    orders = [look.orders for look in read if look.orders]
    if orders:
        common = [order for order in orders[0] if all(order in others for others in orders)] or list(orders[0])
        doubt = words("dates", names=words.listed(common[1:])) if len(common) > 1 else ""
        yield Line("dates", common[0], doubt)
    if any(look.either_decimal for look in read):
        yield Line("decimal", '"."', words("decimal"))
    nulls = sorted({token for look in read for token in look.nulls})
    if nulls:
        yield Line("nulls", sequence(nulls))


def _put_unused(page: _Page, looks: list[Look], sheet: Sheet, words: Words) -> None:
    if not looks:
        return
    page.say(words("unused"))
    usable = {look.at for look in sheet.usable}
    for look in looks[:_MOST_UNUSED]:
        page.say(f"  {_named(look, words)}: {_told(look, look.at in usable, words)}")
    if len(looks) > _MOST_UNUSED:
        page.say(f"  {words('more', count=len(looks) - _MOST_UNUSED)}")


def _named(look: Look, words: Words) -> str:
    name = remark(masked(look.name))
    return re.sub(r"^$", words("nameless", at=look.at + 1), name)


def _told(look: Look, is_usable: bool, words: Words) -> str:  # noqa: FBT001 - one of two facts about a column
    offset = offset_of(look.name)
    per_user = offset is not None and offset.measure in ("per_user", "ratio") and look.nature is not Nature.EMPTY
    twice = not is_usable and bool(remark(look.name))
    more = words("per_user") if per_user else words("twice") if twice else ""
    return words.joined([words.nature(look.nature), more])
