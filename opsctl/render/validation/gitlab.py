"""GitLab: a Code Quality report, which GitLab shows in a merge request; one entry per place that is shown."""

from __future__ import annotations

import hashlib
import json
import posixpath
from typing import Any

from opsctl.core.clean import clean
from opsctl.render import Page
from opsctl.reports.validation import Check, Place, Validation, check_of

# A file that is not there at all weighs more than rows of it.
_SEVERITY = {Check.READABLE: "critical", Check.RECOGNISED: "critical", Check.ROWS: "major", Check.TOTALS: "major"}


def render(validation: Validation, page: Page) -> str:  # noqa: ARG001 - every writer is called alike
    """A JSON array; empty when nothing is wrong."""
    entries = [_entry(place, validation.folder) for place in validation.places()]
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


def _entry(place: Place, folder: str) -> dict[str, Any]:
    path = posixpath.join(folder, place.file)
    return {
        "description": clean(place.told),
        "check_name": place.code,
        "fingerprint": _fingerprint(place, path),
        "severity": _SEVERITY[check_of(place.code)],
        "location": {"path": path, "lines": {"begin": place.line or 1}},
    }


def _fingerprint(place: Place, path: str) -> str:
    """The same for the same problem in the next run, however many others come or go."""
    said = "\0".join((place.code, path, str(place.line), place.column, place.message))
    return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()
