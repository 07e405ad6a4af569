"""One function reads the clock: what is not a record of the run itself must not depend on it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import opsctl
from opsctl.core import clock
from opsctl.core.errors import BadOption

PACKAGE = Path(opsctl.__file__).parent
THE_ONE = PACKAGE / "core" / "clock.py"
READS = re.compile(
    r"(?:^|\.)(?:(?:datetime|date)\.(?:now|today|utcnow)"
    r"|time\.(?:time|time_ns|localtime|gmtime|ctime|strftime|asctime))$"
)


def calls(source: str) -> Iterator[str]:
    """What a module calls, as it is written, and what it takes out of `time`, from where it would be called bare."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (f"time.{one.name}" for one in node.names)


def readers(source: str) -> list[str]:
    return [call for call in calls(source) if READS.search(call)]


def test_nothing_but_the_clock_reads_the_clock() -> None:
    found = {path: readers(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py") if path != THE_ONE}
    assert {path: calls for path, calls in found.items() if calls} == {}
    assert readers(THE_ONE.read_text(encoding="utf-8")) == ["datetime.now"]


@pytest.mark.parametrize(
    "source", ["datetime.datetime.now()", "date.today()", "import time\ntime.time()", "from time import localtime"]
)
def test_another_reader_would_be_found(source: str) -> None:
    assert readers(source)


def test_it_tells_the_time_in_utc_to_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    before = datetime.now(UTC).replace(microsecond=0)
    found = clock.now()
    assert before <= found <= datetime.now(UTC)
    assert (found.tzinfo, found.microsecond) == (UTC, 0)


def test_a_stated_time_is_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(365 * 86_400))
    assert clock.now() == datetime(1971, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("stated", ["yesterday", "1e9", "9" * 30])
def test_a_stated_time_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, stated: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", stated)
    with pytest.raises(BadOption, match="SOURCE_DATE_EPOCH"):
        clock.now()
