"""Every format writes every report: all of it, the same bytes each time, and nothing that a name could smuggle in."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from opsctl.core.errors import UnknownName
from opsctl.render import format_of, formats, known_format
from tests.cli.inside import opsctl

every_format = pytest.mark.parametrize("name", formats())
COMMANDS = (
    "query spend,cpa . --by channel",
    "query spend . --by channel --where channel=B",
    "report .",
    "explain cpa .",
)
every_command = pytest.mark.parametrize("command", COMMANDS)
HOSTILE = ["\x1b[31mred", "a\u202eb", "line\nbreak", "tab\there", "[bold]x[/bold]", "{{7*7}}", "<b>x</b>", "=1+1"]
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven days; B spends and wins nobody, so that something is unknown."""
    folder = tmp_path_factory.mktemp("exports")
    days = [f"2025-03-{day:02}" for day in range(3, 10)]
    channels = ["B", *HOSTILE]
    spend = [(day, channel, "1234.56") for day in days for channel in channels]
    users = [(f"u{at}", f"{days[at % 7]} 10:00", HOSTILE[at % len(HOSTILE)]) for at in range(50)]
    pl.DataFrame(spend, schema=["day", "channel", "spend"], orient="row").write_parquet(folder / "spend.parquet")
    frame = pl.DataFrame(users, schema=["user", "acquired_at", "channel"], orient="row")
    frame.write_parquet(folder / "users.parquet")
    return folder


@every_format
@every_command
def test_it_writes_every_report_the_same_each_time_and_ends_the_last_line(
    exports: Path, name: str, command: str
) -> None:
    ran = opsctl(*command.split(), "--format", name, cwd=exports)
    assert ran.code == 0
    assert ran.out.endswith("\n")
    assert not ran.out.endswith("\n\n")
    assert opsctl(*command.split(), "--format", name, cwd=exports).out == ran.out


@every_format
@every_command
def test_no_name_brings_control_characters_into_it(exports: Path, name: str, command: str) -> None:
    assert not CONTROL.search(opsctl(*command.split(), "--format", name, cwd=exports).out)


@every_format
def test_what_is_unknown_is_not_written_as_zero(exports: Path, name: str) -> None:
    out = opsctl("query", "cpa", exports, "--where", "channel=B", "--format", name).out
    assert not re.search(r"(?<![\d.])0\.0", out)


@every_format
def test_a_file_gets_what_a_pipe_gets(exports: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"answer.{name}"
    ran = opsctl("query", "spend", exports, "-f", name, "-o", path)
    assert (ran.code, ran.out) == (0, "")
    assert path.read_text(encoding="utf-8") == opsctl("query", "spend", exports, "-f", name).out


@every_format
def test_a_report_of_nothing_is_still_a_report(exports: Path, name: str) -> None:
    quiet = ("--as-of", "2030-12-31", "--period", "2030")
    out = opsctl("query", "spend", exports, "--by", "channel", *quiet, "-f", name)
    assert (out.code, out.out.endswith("\n")) == (3, True)


@every_format
def test_its_name_is_known(name: str) -> None:
    assert known_format(name) == name


def test_the_extension_of_a_file_names_its_format() -> None:
    assert [format_of(Path(name)) for name in ("w21.json", "W21.JSON", "w21.txt")] == ["json", "json", "table"]


@pytest.mark.parametrize(
    ("name", "says"), [("w21.jsn", "json"), ("w21", "--format"), ("w21.exe", "known: json, table")]
)
def test_another_extension_is_refused_with_the_nearest(name: str, says: str) -> None:
    with pytest.raises(UnknownName) as refused:
        format_of(Path(name))
    assert says in refused.value.hint


def test_formats_are_found_by_the_name_of_their_writer() -> None:
    assert {"json", "table"} <= set(formats())
    assert "cells" not in formats()
