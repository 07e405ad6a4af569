"""JSON: the contract with programs. Nothing in it depends on the language, the terminal or the machine."""

from __future__ import annotations

import json
import re
from typing import Any

from opsctl import __version__
from opsctl.render import Page
from opsctl.reports.report import Report

SCHEMA_VERSION = 1
_UNSEEN = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")  # what could steer a terminal


def render(report: Report, page: Page) -> str:  # noqa: ARG001 - every writer is called alike
    """The report as one JSON object, its keys in a fixed order."""
    text = _written(envelope(report), "\n") + "\n"
    if text.isascii() and "\x7f" not in text:
        return text
    return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


_on_one_line = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _written(value: Any, margin: str) -> str:
    """Spread over lines to be read, but each row of an answer on one: there may be thousands of figures."""
    inner = f"{margin}  "
    if isinstance(value, dict) and value:
        fields = [f"{_on_one_line(name)}: {_written(each, inner)}" for name, each in value.items()]
        return f"{{{inner}{f',{inner}'.join(fields)}{margin}}}"
    if isinstance(value, list) and value:
        rows = [_written(each, inner) if _has_rows(each) else _on_one_line(each) for each in value]
        return f"[{inner}{f',{inner}'.join(rows)}{margin}]"
    return _on_one_line(value)


def _has_rows(value: Any) -> bool:
    """Is it a row itself, or something with rows of its own, such as one split of several?"""
    return isinstance(value, dict) and "rows" in value


def envelope(report: Report) -> dict[str, Any]:
    """What every JSON answer has around its own fields."""
    return {
        "schema_version": SCHEMA_VERSION,
        "opsctl": __version__,
        **({"asked": report.asked} if report.asked else {}),
        "as_of": report.as_of and report.as_of.isoformat(),
        "period": {
            "from": report.period and report.period.start.isoformat(),
            "to": report.period and report.period.end.isoformat(),
        },
        **report.data,
        "inputs": [account.as_json() for account in report.inputs],
        "notes": [{"code": note.code, "text": note.text} for note in report.notes],
    }
