"""GitHub Actions: workflow commands on stdout, which GitHub shows beside the files of a change."""

from __future__ import annotations

import posixpath

from opsctl.core.clean import clean
from opsctl.render import Page
from opsctl.reports.validation import Place, Validation

# What a command's text, and the value of one of its properties, cannot hold as it is; % must come first.
_IN_TEXT = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_IN_VALUE = (*_IN_TEXT, (":", "%3A"), (",", "%2C"))


def render(validation: Validation, page: Page) -> str:  # noqa: ARG001 - every writer is called alike
    """One `::error` per place that is shown and one `::notice` per note; nothing at all when there is neither."""
    errors = [_error(place, validation.folder) for place in validation.places()]
    notices = [_command("notice", {"title": note.code}, note.text) for note in validation.notes]
    return "".join(f"{line}\n" for line in (*errors, *notices))


def _error(place: Place, folder: str) -> str:
    """Without `col`: GitHub means a letter's position, and a row knows its column by name, which the text has."""
    at = {"file": posixpath.join(folder, place.file)}
    if place.line is not None:
        at["line"] = str(place.line)
    return _command("error", {**at, "title": place.code}, place.told)


def _command(name: str, properties: dict[str, str], text: str) -> str:
    told = ",".join(f"{key}={_escaped(value, _IN_VALUE)}" for key, value in properties.items())
    return f"::{name} {told}::{_escaped(text, _IN_TEXT)}"


def _escaped(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    for letter, escape in escapes:
        text = text.replace(letter, escape)
    return clean(text)
