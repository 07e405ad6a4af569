"""Every command says first how it is used, and every example it prints is one that it understands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from opsctl import __version__
from opsctl.cli import app, asking
from opsctl.core.errors import UnknownName
from opsctl.reports import glossary
from tests.cli.inside import opsctl
from tests.command import opsctl as opsctl_in_a_shell

ROOT = get_command(app)
Path = tuple[str, ...]


def paths(of: Any = ROOT, path: Path = ()) -> Iterator[Path]:
    """The words that name each command, the program alone first."""
    yield path
    if isinstance(of, TyperGroup):
        for name, inner in of.commands.items():
            yield from paths(inner, (*path, name))


def command(path: Path) -> Any:
    """The command of that name, as typer keeps it."""
    found: Any = ROOT
    for name in path:
        found = found.resolve_command(None, [name])[1]
    return found


def options(path: Path) -> dict[Path, Any]:
    """A command's options by how they are written."""
    return {tuple(one.opts): one for one in command(path).params if one.param_type_name == "option"}


every_command = pytest.mark.parametrize("path", [*paths()], ids=lambda path: " ".join(("opsctl", *path)))


def examples(path: Path) -> list[list[str]]:
    """The words of each example that the help of a command leads with."""
    head = " ".join(("opsctl", *path))
    above_options = re.split(r"^(?:Arguments|Options):", opsctl(*path, "--help").out, flags=re.MULTILINE)[0]
    lines = [line.strip() for line in above_options.splitlines()]
    shown = [re.split(r"\s{2,}", line)[0] for line in lines if line.startswith(head)]
    return [shlex.split(line)[1:] for line in shown]


@every_command
def test_its_help_leads_with_examples_and_is_an_answer(path: Path) -> None:
    ran = opsctl(*path, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert opsctl(*path, "-h").out == ran.out
    assert examples(path)


@every_command
def test_its_help_fits_a_terminal_of_eighty_columns(path: Path) -> None:
    assert max(map(len, opsctl(*path, "--help").out.splitlines())) <= 80


@every_command
def test_every_example_in_its_help_parses(path: Path) -> None:
    for words in examples(path):
        understood(words)


def understood(words: list[str]) -> dict[str, Any]:
    """What a command line says; a mistyped option, command, metric, period or name does not get here."""
    named = next(path for path in reversed([*paths()]) if words[: len(path)] == [*path])
    parsed: dict[str, Any] = command(named).make_context(words[0], words[len(named) :]).params
    if parsed.get("metrics"):
        assert asking.metrics(str(parsed["metrics"]))
    if parsed.get("name"):
        assert glossary.entry(str(parsed["name"]), json=False)
    asking.named_period(parsed.get("period"))
    asking.conditions(parsed.get("where"))
    return parsed


def test_an_example_that_names_no_option_would_be_found() -> None:
    with pytest.raises(Exception, match="No such option"):
        understood(["query", "cpa", "exports/", "--bye", "channel"])
    with pytest.raises(UnknownName):
        understood(["query", "cps", "exports/"])


@every_command
def test_every_option_says_what_it_is_for(path: Path) -> None:
    assert [written for written, option in options(path).items() if not option.help] == []


@every_command
def test_an_option_that_query_has_too_is_the_same_there(path: Path) -> None:
    """`-o` in one command must not be something else in the next."""
    known = options(("query",))
    for written in options(path).keys() & known.keys():
        here, there = options(path)[written], known[written]
        assert (here.help, here.metavar, here.default) == (there.help, there.metavar, there.default)


def test_alone_it_prints_its_help() -> None:
    ran = opsctl_in_a_shell()
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == opsctl_in_a_shell("--help").out


def test_a_group_alone_prints_its_help() -> None:
    ran = opsctl("config")
    assert (ran.code, ran.out) == (0, opsctl("config", "--help").out)


@pytest.mark.parametrize("how", ["--version", "-V"])
def test_it_tells_its_version(how: str) -> None:
    assert opsctl(how).out == opsctl_in_a_shell(how).out == f"opsctl {__version__}\n"


def test_a_mistyped_command_is_told_the_nearest() -> None:
    ran = opsctl("qery", "cpa")
    assert (ran.code, ran.out) == (2, "")
    assert "query" in ran.err


@every_command
def test_it_can_be_quiet_and_keep_a_log(path: Path) -> None:
    if not isinstance(command(path), TyperGroup):
        assert {("--quiet", "-q"), ("--log-file",)} <= options(path).keys()
