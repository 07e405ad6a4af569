"""JSON: the contract with programs. Nothing in it depends on the language, the terminal or the machine."""

from __future__ import annotations

import json

from opsctl.render import Page
from opsctl.render.json import SCHEMA_VERSION
from opsctl.reports.validation import Validation


def render(validation: Validation, page: Page) -> str:  # noqa: ARG001 - every writer is called alike
    """The account of every file that was loaded, and every problem once with the rows that it concerns."""
    whole = {
        "schema_version": SCHEMA_VERSION,
        "inputs": [account.as_json() for account in validation.inputs],
        "problems": [problem.as_json() for problem in validation.problems],
        "notes": [{"code": note.code, "text": note.text} for note in validation.notes],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
