"""The terminal: a line per file, what is wrong with which lines of it, and the sums last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.cells import cell_len

from opsctl.config.words import Words
from opsctl.core.clean import clean
from opsctl.core.errors import every_error
from opsctl.ingest.account import Control, Input
from opsctl.render import Page
from opsctl.render.wrap import GAP, wrapped
from opsctl.reports.validation import Place, Problem, Validation

NONE = "-"
_NUMBERS = ("read", "accepted", "rejected", "dropped")
_COLUMNS = ("file", "mapping", "table", "days", *_NUMBERS, "totals")


def render(validation: Validation, page: Page) -> str:
    """Files, problems, notes and sums, in the page's language; no value of a row."""
    words = page.words
    parts = [_files(validation, page), _problems(validation, page), _near_totals(validation, page)]
    parts.append(
        [line for note in validation.notes for line in wrapped(words.say("validate.note", text=note.text), page.width)]
    )
    parts.append(wrapped(_sums(validation, words), page.width))
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


# --- files ----------------------------------------------------------------------------------------------


def _files(validation: Validation, page: Page) -> list[str]:
    """A table where the page is wide enough for all of it, else a block per file."""
    words = page.words
    rows = [_row(account, words) for account in validation.inputs]
    rows += [{"file": clean(name), "mapping": words["validate.refused"]} for name in validation.refused]
    rows += [{"file": clean(name), "mapping": words["validate.uncounted"]} for name in validation.uncounted]
    rows.sort(key=lambda row: row["file"])
    titles = {column: words[f"validate.{column}"] for column in _COLUMNS}
    lines = _table(titles, rows)
    if page.width is None or max(map(cell_len, lines)) <= page.width:
        return lines
    return [line for row in rows for line in _block(titles, row, page)]


def _row(account: Input, words: Words) -> dict[str, str]:
    return {
        "file": clean(account.file),
        "mapping": clean(account.mapping),
        "table": account.table,
        "days": f"{account.days[0]}..{account.days[1]}" if account.days else NONE,
        "read": f"{account.read:,}",
        "accepted": f"{account.accepted:,}",
        "rejected": f"{len(account.rejected):,}",
        "dropped": f"{sum(account.dropped.values()):,}",
        "totals": _totals(account, words),
    }


def _totals(account: Input, words: Words) -> str:
    if not account.control:
        return NONE
    return words["validate.agree" if all(one.ok for one in account.control) else "validate.differ"]


def _table(titles: dict[str, str], rows: Sequence[dict[str, str]]) -> list[str]:
    every = [titles, *rows]
    widths = {column: max(cell_len(row.get(column, NONE)) for row in every) for column in _COLUMNS}
    return [GAP.join(_padded(row, column, widths[column]) for column in _COLUMNS).rstrip() for row in every]


def _padded(row: dict[str, str], column: str, width: int) -> str:
    text = row.get(column, NONE)
    blanks = " " * (width - cell_len(text))
    return blanks + text if column in _NUMBERS else text + blanks


def _block(titles: dict[str, str], row: dict[str, str], page: Page) -> list[str]:
    """The file's name, and below it what a table would have beside it; a line breaks between facts only."""
    if "table" not in row:
        return [row["file"], GAP + row["mapping"]]
    lines = [""]
    for column in _COLUMNS[1:]:
        fact = f"{GAP}{titles[column]} {row[column]}"
        if lines[-1] and cell_len(lines[-1] + fact) > (page.width or 0):
            lines.append("")
        lines[-1] += fact
    return [row["file"], *lines]


# --- problems -------------------------------------------------------------------------------------------


def _problems(validation: Validation, page: Page) -> list[str]:
    by_place = {key: list(group) for key, group in groupby(validation.places(), key=lambda one: (one.file, one.code))}
    lines: list[str] = []
    for key, group in groupby(validation.problems, key=lambda one: (one.file, one.code)):
        problems = list(group)
        if problems[0].refusal is not None:
            lines += _refused(problems, by_place[key], page)
        else:
            lines += _broken(problems, by_place[key], page)
    return lines


def _refused(problems: Sequence[Problem], places: Sequence[Place], page: Page) -> Iterator[str]:
    """The refusals of a file by one code: what was found, beside what, and what to do."""
    refusals = [problem.refusal for problem in problems if problem.refusal]
    yield from _head(problems[0].code, refusals[0].place, _title(problems[0].code, page), page)
    for refusal in refusals[: len(places)]:
        yield from wrapped(refusal.sentence, page.width, GAP)
        for label, text in refusal.details:
            yield from wrapped(f"{label}: {text}", page.width, GAP)
    if more := places[-1].more:
        yield from wrapped(page.words.say("validate.more_refusals", count=f"{more:,}"), page.width, GAP)
    if hint := refusals[0].hint:
        yield from wrapped(f"hint: {hint}", page.width, GAP)


def _broken(problems: Sequence[Problem], places: Sequence[Place], page: Page) -> Iterator[str]:
    """A rule that rows or totals of a file break: the first of them by line."""
    words, first = page.words, problems[0]
    what = words.say("validate.of", what=_title(first.code, page), count=f"{sum(one.count for one in problems):,}")
    yield from _head(first.code, first.file, what, page)
    for place in places:
        at = [words.say("validate.line", line=place.line)] if place.line is not None else []
        yield from wrapped(GAP.join([*at, *([place.column] if place.column else []), place.message]), page.width, GAP)
    if more := places[-1].more:
        yield from wrapped(words.say("validate.more", count=f"{more:,}"), page.width, GAP)


def _head(code: str, where: str, what: str, page: Page) -> list[str]:
    return wrapped(GAP.join(part for part in (code, where, what) if part), page.width)


def _title(code: str, page: Page) -> str:
    """What a code means, in a few words; in English the sentence of a refusal says it already."""
    known = page.words.get(f"problem.{code}", "")
    return known or (every_error()[code].zh if page.words.locale == "zh-CN" else "")


def _near_totals(validation: Validation, page: Page) -> list[str]:
    """Totals from which the rows differ by no more than they may: agreed, and how nearly."""
    return [
        line
        for account in validation.inputs
        for control in account.control
        if control.ok and control.computed != control.stated
        for line in wrapped(_near(account.file, control, page.words), page.width)
    ]


def _near(file: str, control: Control, words: Words) -> str:
    told = {name: getattr(control, name) for name in ("column", "computed", "stated", "difference", "tolerance")}
    return words.say("validate.near", file=clean(file), **told)


# --- notes and sums -------------------------------------------------------------------------------------


def _sums(validation: Validation, words: Words) -> str:
    inputs = validation.inputs
    numbers = {
        "files": len(inputs),
        "refused": len(validation.refused) + len(validation.uncounted),
        "read": sum(account.read for account in inputs),
        "accepted": sum(account.accepted for account in inputs),
        "rejected": sum(len(account.rejected) for account in inputs),
        "dropped": sum(sum(account.dropped.values()) for account in inputs),
        "problems": len(validation.problems),
    }
    key = "validate.sums" if validation.problems else "validate.clean"
    return words.say(key, **{name: f"{number:,}" for name, number in numbers.items()})
