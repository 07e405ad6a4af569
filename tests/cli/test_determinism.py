"""The same files give the same bytes: whatever the clock, the language, the threads, and the order of the files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import polars as pl
import pytest

from opsctl.core.paths import shipped
from tests.cli.inside import opsctl
from tests.command import opsctl as opsctl_in_a_shell

METRICS = (
    "spend,cpa,retention_d7,retention_d7_24h,cost_per_retained_d7,roas,net_paid,low_efficiency_share,ltv_revenue_30d"
)
QUERY = ["query", METRICS, "--by", "channel,week", "--json"]
REPORT = ["report", "--json"]
PLACES = [
    {"TZ": "UTC", "LC_ALL": "C", "POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "0"},
    {"TZ": "Asia/Shanghai", "LC_ALL": "zh_CN.UTF-8", "POLARS_MAX_THREADS": "2", "PYTHONHASHSEED": "1"},
    {"TZ": "America/New_York", "LANG": "en_US.UTF-8", "POLARS_MAX_THREADS": "2", "PYTHONHASHSEED": "0"},
    {"TZ": "Pacific/Kiritimati", "LANG": "C", "POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "1"},
]
FIRST = date(2025, 3, 3)
DAYS = 42
CHANNELS = ["抖音", "B", "c", "Ä", "z"]


HEADS = {
    "users": "user,acquired_at,channel",
    "events": "user,at,event",
    "orders": "order,paid_at,paid,user",
    "spend": "day,channel,spend",
}


def written() -> Iterator[tuple[str, date, str]]:
    """Six weeks: the table, the day and the line of every row; its figures follow from where it stands."""
    for number, channel in product(range(DAYS), CHANNELS):
        day, mixed = FIRST + timedelta(days=number), (number * 31 + ord(channel[0])) * 7919
        yield "spend", day, f"{day},{channel},{mixed % 999_983 / 100:.2f}"
        for at in range(mixed % 5):
            user = f"{channel}{number}-{at}"
            yield "users", day, f"{user},{day} {mixed % 24:02}:30:00,{channel}"
            for later in range(0, DAYS - number, mixed % 7 + at + 1):
                then = day + timedelta(days=later)
                yield "events", then, f"{user},{then} {(mixed + later) % 24:02}:45:00,open"
            if (mixed + at) % 3 == 0:
                yield "orders", day, f"o{user},{day} 23:50:00,{mixed % 9_973 / 100:.2f},{user}"


def write_exports(folder: Path, order: list[int]) -> None:
    """One file per week and table; the files are made in the given order of weeks."""
    for week in order:
        for table, head in HEADS.items():
            lines = [line for name, day, line in written() if name == table and (day - FIRST).days // 7 == week]
            (folder / f"{table}-{week}.csv").write_text("\n".join([head, *lines, ""]), encoding="utf-8")


def shuffled(lines: list[str], seed: int) -> list[str]:
    return pl.Series(lines).shuffle(seed).to_list()


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    write_exports(folder, [*range(6)])
    return folder


@pytest.mark.parametrize("arguments", [QUERY, REPORT], ids=["query", "report"])
def test_neither_clock_nor_language_nor_threads_nor_hashes_change_a_byte(exports: Path, arguments: list[str]) -> None:
    runs = [opsctl_in_a_shell(*arguments[:1], *_with(arguments, "."), cwd=exports, environ=place) for place in PLACES]
    assert {run.code for run in runs} == {0}
    assert len({run.out for run in runs}) == 1


def _with(arguments: list[str], *paths: str | Path) -> list[str | Path]:
    """The arguments behind the command's name, with paths where they belong."""
    metrics = arguments[1:2] if arguments[0] == "query" else []
    return [*metrics, *paths, *arguments[1 + len(metrics) :]]


def test_the_sample_is_answered_alike_by_one_thread_and_by_two() -> None:
    folder = shipped("sample_data")
    runs = [
        opsctl_in_a_shell("query", METRICS, ".", "--by", "channel,month", "--json", cwd=folder, environ=place)
        for place in PLACES[1:3]
    ]
    assert runs[0].out == runs[1].out
    assert runs[0].out


@pytest.mark.parametrize("arguments", [QUERY, REPORT], ids=["query", "report"])
def test_the_order_in_which_files_are_named_changes_nothing(exports: Path, arguments: list[str]) -> None:
    names = sorted(path.name for path in exports.iterdir())
    whole = opsctl(arguments[0], *_with(arguments, *names), cwd=exports)
    mixed = opsctl(arguments[0], *_with(arguments, *shuffled(names, 3)), cwd=exports)
    assert whole.out == mixed.out
    assert whole.err == mixed.err


def test_the_order_in_which_files_came_into_a_folder_changes_nothing(exports: Path, tmp_path: Path) -> None:
    write_exports(tmp_path, [5, 0, 3, 1, 4, 2])
    for arguments in (QUERY, REPORT):
        first, second = (opsctl(arguments[0], *_with(arguments, "."), cwd=folder) for folder in (exports, tmp_path))
        assert first.out == second.out


def test_how_rows_are_shared_by_files_changes_no_figure(exports: Path, tmp_path: Path) -> None:
    for name in ("users", "events", "orders", "spend"):
        parts = [(exports / f"{name}-{week}.csv").read_text(encoding="utf-8").splitlines() for week in range(6)]
        rows = shuffled([row for part in parts for row in part[1:]], 5)
        (tmp_path / f"{name}.csv").write_text("\n".join([parts[0][0], *rows, ""]), encoding="utf-8")
    split, whole = (opsctl(QUERY[0], *_with(QUERY, "."), cwd=folder) for folder in (exports, tmp_path))
    assert split.rows == whole.rows


def test_rows_come_in_the_order_of_their_dimensions(exports: Path) -> None:
    rows = opsctl(QUERY[0], *_with(QUERY, "."), cwd=exports).rows
    keys = [(row["channel"], row["week"]) for row in rows]
    assert keys == sorted(keys)
    assert len({channel for channel, _ in keys}) == len(CHANNELS)


def test_an_answer_names_no_place_of_this_machine(exports: Path) -> None:
    for arguments in (QUERY, REPORT):
        ran = opsctl(arguments[0], *_with(arguments, "."), cwd=exports)
        assert str(exports) not in ran.out + ran.err
