"""What the catalog keeps of a file, as text; and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from opsctl.core.errors import OpsctlError, every_error
from opsctl.ingest.account import Control, Input, Rejected
from opsctl.ingest.remarks import Note


def account_text(account: Input) -> str:
    """An account with the place and rule of every rejected row."""
    told = account.as_json()
    told["rejected"] = [[row.line, row.column, row.code, row.reason] for row in account.rejected]
    return json.dumps(told, ensure_ascii=False)


def account_of(text: str) -> Input:
    """The account that a text tells."""
    told = json.loads(text)
    file, days = told["file"], told["days"]
    return Input(
        file=file,
        sha256=told["sha256"],
        mapping=told["mapping"],
        table=told["table"],
        days=None if days is None else (date.fromisoformat(days["from"]), date.fromisoformat(days["to"])),
        accepted=told["accepted"],
        rejected=tuple(Rejected(file, *row) for row in told["rejected"]),
        dropped=told["dropped"],
        sums=told["sums"],
        control=tuple(map(_control, told["control"])),
        unread=told.get("unread_columns", 0),
        cap=told.get("cap"),
        incomplete=told.get("incomplete", False),
        may_reject=told.get("may_reject"),
    )


def _control(told: Mapping[str, Any]) -> Control:
    return Control(**{name: told[name] for name in ("column", "stated", "computed", "ok", "tolerance") if name in told})


def notes_text(notes: tuple[Note, ...]) -> str:
    """Notes as pairs of code and text."""
    return json.dumps([[note.code, note.text] for note in notes], ensure_ascii=False)


def notes_of(text: str) -> tuple[Note, ...]:
    """The notes that a text tells."""
    return tuple(Note(code, said) for code, said in json.loads(text))


def refusal_json(error: OpsctlError) -> dict[str, Any]:
    """A refusal with all of its parts."""
    return {
        "code": error.code,
        "sentence": error.sentence,
        "file": error.file,
        "line": error.line,
        "column": error.column,
        "details": error.details,
        "hint": error.hint,
    }


def refusal_of(told: Mapping[str, Any]) -> OpsctlError:
    """The refusal that was kept."""
    rest = {name: told[name] for name in ("file", "line", "column", "hint")}
    details = tuple((label, text) for label, text in told["details"])
    return every_error()[told["code"]](told["sentence"], details=details, **rest)
