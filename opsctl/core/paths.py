"""Where things are: what ships with opsctl, and the project that a command belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

PROJECT_FILE = "opsctl.yaml"
STORE_FOLDER = ".opsctl"  # beside the project's file
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


def home(environ: Mapping[str, str]) -> Path | None:
    """The user's home folder, as the environment has it; None where it has none."""
    named = environ.get("HOME") or environ.get("USERPROFILE")
    return Path(named) if named else None


def user_folder(environ: Mapping[str, str]) -> Path | None:
    """The user's own folder of opsctl, for configuration and the key; None where the environment names no home."""
    above = environ.get("XDG_CONFIG_HOME")
    at_home = home(environ)
    if above:
        return Path(above) / "opsctl"
    return at_home / ".config" / "opsctl" if at_home else None


def expanded(name: str, environ: Mapping[str, str]) -> Path | None:
    """A path as people write it, with `~` for the home folder; None where that is asked for and there is none."""
    if name != "~" and not name.startswith(("~/", "~\\")):
        return Path(name)
    at_home = home(environ)
    return at_home / name[2:] if at_home else None
