"""What `opsctl doctor` finds of the machine: Python, opsctl, the packages it needs and those of its extras."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata

from opsctl import __version__
from opsctl.reports.checkup import Check, Level

DISTRIBUTION = "channel-opsctl"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"""extra\s*==\s*["']([^"']+)["']""")


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where the answers go: a terminal's encoding, or None for a pipe or file, and whether they are coloured."""

    encoding: str | None
    colour: bool


def installation(terminal: Terminal) -> list[Check]:
    """What is installed, and whether the terminal can show it."""
    return [
        Check("python", Level.OK, "python", {"version": platform.python_version()}),
        Check("opsctl", Level.OK, "opsctl", {"version": __version__}),
        *packages(_requirements(), _installed()),
        _shown(terminal),
    ]


def _requirements() -> Sequence[str] | None:
    """What the distribution says that it needs, extras included; None where opsctl runs without being installed."""
    try:
        return metadata.requires(DISTRIBUTION) or ()
    except metadata.PackageNotFoundError:
        return None


def _installed() -> Mapping[str, str]:
    """The versions of all distributions that can be imported, by their normalised names."""
    found: dict[str, str] = {}
    for one in metadata.distributions():
        found.setdefault(_normal(one.metadata["Name"] or ""), one.version)
    return found


def packages(requirements: Sequence[str] | None, installed: Mapping[str, str]) -> list[Check]:
    """The packages that opsctl always needs in one line, and a line per extra."""
    if requirements is None:
        return [Check("packages", Level.WARN, "packages.unknown", hint="packages.unknown.hint")]
    needed: dict[str | None, list[str]] = {}
    for requirement in requirements:
        name, _, marker = requirement.partition(";")
        extra = _EXTRA.search(marker)
        if extra or not marker or _named(name) in installed:  # other markers: a package of another system
            needed.setdefault(extra[1] if extra else None, []).append(name)
    core = [_core(needed.pop(None, []), installed)]
    return core + [_extra(str(name), needed, installed) for name in sorted(map(str, needed))]


def _core(needed: Sequence[str], installed: Mapping[str, str]) -> Check:
    names = sorted(map(_named, needed))
    missing = [name for name in names if name not in installed]
    if missing:
        return Check("packages", Level.FAIL, "packages.missing", {"names": ", ".join(missing)}, "packages.hint")
    versions = ", ".join(f"{name} {installed[name]}" for name in names)
    return Check("packages", Level.OK, "packages", {"versions": versions})


def _extra(name: str, needed: Mapping[str | None, Sequence[str]], installed: Mapping[str, str]) -> Check:
    """An extra is there when all its packages are; one that is not is no fault."""
    of = sorted(_of_extra(name, needed, set()))
    present = {one: installed[one] for one in of if one in installed}
    if len(present) < len(of):
        lacking = ", ".join(one for one in of if one not in present)
        return Check(f"extra {name}", Level.OK, "extra.missing", {"names": lacking, "extra": name}, "extra.hint")
    return Check(f"extra {name}", Level.OK, "extra", {"versions": ", ".join(map(" ".join, present.items()))})


def _of_extra(name: str, needed: Mapping[str | None, Sequence[str]], seen: set[str]) -> set[str]:
    """The packages of an extra; one that gathers others names the distribution itself, with theirs in brackets."""
    seen.add(name)
    found: set[str] = set()
    for requirement in needed.get(name, ()):
        package = _named(requirement)
        if package != DISTRIBUTION:
            found.add(package)
            continue
        inner = re.search(r"\[(.*)\]", requirement)
        for other in _NAME.findall(inner[1]) if inner else ():
            if other not in seen:
                found |= _of_extra(other, needed, seen)
    return found


def _named(requirement: str) -> str:
    """The package that a requirement such as `PyYAML>=6` is about."""
    found = _NAME.match(requirement.strip())
    return _normal(found[0]) if found else ""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _shown(terminal: Terminal) -> Check:
    colour = "colour" if terminal.colour else "plain"
    if terminal.encoding is None:
        return Check("terminal", Level.OK, f"terminal.pipe.{colour}")
    of = {"encoding": terminal.encoding}
    try:
        "渠道 ¥".encode(terminal.encoding)
    except (UnicodeError, LookupError):
        return Check("terminal", Level.WARN, "terminal.poor", of, "terminal.poor.hint")
    return Check("terminal", Level.OK, f"terminal.{colour}", of)
