"""Where things are: what ships with opsctl, and the project that a command belongs to."""

from __future__ import annotations

from pathlib import Path

PROJECT_FILE = "opsctl.yaml"
_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(name: str) -> Path:
    """A file or folder that travels with opsctl: inside the package in a wheel, beside it in a checkout."""
    inside = _PACKAGE / "shipped" / name
    return inside if inside.exists() else _PACKAGE.parent / name


def project_above(start: Path) -> Path | None:
    """The nearest folder at or above `start` that holds an `opsctl.yaml`, or None."""
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    return None
