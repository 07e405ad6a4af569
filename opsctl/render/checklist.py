"""What `opsctl doctor` found, for people or for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.cells import cell_len

from opsctl.config.words import Words
from opsctl.render import Page
from opsctl.render.json import SCHEMA_VERSION
from opsctl.render.wrap import GAP, wrapped
from opsctl.reports.checkup import Check, Level


def written(checks: Sequence[Check], page: Page) -> str:
    """A line per check, aligned, and below it what to do, which several of a kind in a row have in common."""
    words = page.words
    heads = [(words[f"doctor.level.{check.level}"], _name(check, words)) for check in checks]
    widths = [max(map(cell_len, column)) for column in zip(*heads, strict=True)]
    todos = [(check.name, _todo(check, words)) for check in checks]
    lines: list[str] = []
    for at, check in enumerate(checks):
        head = GAP.join(text + " " * (width - cell_len(text)) for text, width in zip(heads[at], widths, strict=True))
        room = None if page.width is None else max(page.width - cell_len(head + GAP), 1)
        said = wrapped(check.text(words), room)
        if todos[at][1] and todos[at] not in todos[at + 1 : at + 2]:
            said += wrapped(todos[at][1], room)
        blank = " " * cell_len(head)
        lines += [(head if not row else blank) + GAP + line for row, line in enumerate(said)]
    return "\n".join(lines) + "\n"


def _todo(check: Check, words: Words) -> str:
    """What to do; where nothing is wrong, what one could do."""
    todo = check.todo(words)
    return words.say("doctor.todo", what=todo) if todo and check.level is not Level.OK else todo


def _name(check: Check, words: Words) -> str:
    """What was looked at; the name of an extra is the same in every language."""
    return words.get(f"doctor.name.{check.name}", check.name)


def as_json(checks: Sequence[Check]) -> str:
    """The checks for programs; the texts are English whatever the language, and may change."""
    words = Words("en")
    rows = [
        {
            "check": one.name,
            "level": one.level.value,
            "text": one.text(words),
            "hint": one.todo(words) or None,
            "facts": {name: fact if isinstance(fact, int) else str(fact) for name, fact in one.fields.items()},
        }
        for one in checks
    ]
    return json.dumps({"schema_version": SCHEMA_VERSION, "checks": rows}, ensure_ascii=False, indent=2) + "\n"
