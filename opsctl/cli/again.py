"""A delivered answer, asked again: the same command with the same options, as of the same day."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from opsctl.cli import prune, query, report, why, year_end
from opsctl.core.errors import NoSuchPath, NotAnAnswer


@dataclass(frozen=True, slots=True)
class _Command:
    """A command, and the options that decide what it answers.

    What a file says may choose among these and nothing else; `needs` are those that cannot be left out.
    """

    run: Callable[..., None]
    needs: frozenset[str]
    may: frozenset[str]

    @property
    def takes(self) -> frozenset[str]:
        """All of them."""
        return self.needs | self.may


_NONE: frozenset[str] = frozenset()
_OPTIONS = {
    "query": _Command(query.query, frozenset({"metrics"}), frozenset({"by", "where", "period"})),
    "report": _Command(report.report, _NONE, frozenset({"period"})),
    "prune": _Command(prune.prune, _NONE, frozenset({"what_if", "budget", "channel", "period"})),
    "why": _Command(why.why, frozenset({"metric"}), frozenset({"channel", "period"})),
    "year-end": _Command(year_end.year_end, frozenset({"year"}), _NONE),
}
_LISTS = frozenset({"by", "where", "what_if"})
LARGEST = 64 * 1024**2  # bytes
_HASHED = ("file", "sha256")
_HINT = "only JSON says how it was asked: opsctl report -o report.html -o report.json writes both"


def delivered(file: Path) -> dict[str, Any]:
    """A JSON answer of opsctl.

    Raises:
        NoSuchPath: The file is not there.
        NotAnAnswer: It is something else, or does not say how it was asked.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise NoSuchPath(f"'{file}' cannot be read: {error.strerror}") from error
    if len(content) > LARGEST:
        raise NotAnAnswer(f"no answer is larger than {LARGEST // 1024**2} MB", file=str(file), hint=_HINT)
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise NotAnAnswer("the file is no JSON", file=str(file), hint=_HINT) from None
    if not isinstance(found, dict) or not _is_known(found):
        raise NotAnAnswer("the file does not say how it was asked", file=str(file), hint=_HINT)
    return found


def _is_known(answer: dict[str, Any]) -> bool:
    asked, inputs, as_of = answer.get("asked"), answer.get("inputs"), answer.get("as_of")
    if not isinstance(asked, dict) or not isinstance(inputs, list) or not isinstance(as_of, str | None):
        return False
    names = asked.keys() - {"command"}
    of = _OPTIONS.get(str(asked.get("command")))
    hashed = all(isinstance(one, dict) and all(isinstance(one.get(key), str) for key in _HASHED) for one in inputs)
    return (
        hashed and of is not None and of.needs <= names <= of.takes and all(_fits(name, asked[name]) for name in names)
    )


def _fits(name: str, value: object) -> bool:
    """Is it what the command line would have handed over?"""
    if name == "budget":
        return isinstance(value, int | float)
    if name in _LISTS:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, str)


def asked_again(
    was: dict[str, Any], paths: Sequence[Path] | None, project: Path | None, locale: str | None
) -> dict[str, Any]:
    """The same question, put to the store or to files, as of the day of the answer.

    Raises:
        OpsctlError: What the command itself refuses.
    """
    command = _OPTIONS[was["asked"]["command"]].run
    options = {name: value for name, value in was["asked"].items() if name != "command"}
    with tempfile.TemporaryDirectory(prefix="opsctl-") as folder:
        answer = Path(folder) / "again.json"
        with suppress(typer.Exit):  # its code tells of findings in the data, which do not matter here
            command(
                **options,
                paths=list(paths) if paths else None,
                as_of=was.get("as_of"),
                project=project,
                output=[answer],
                locale=locale,
                quiet=True,
            )
        found: dict[str, Any] = json.loads(answer.read_bytes())
    return found
