"""Events that are taken in as a stream are the events that the file has, whoever they are of."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from opsctl.ingest import one_pass
from opsctl.ingest.in_place import InPlace
from opsctl.ingest.plain_events import PlainEvents
from opsctl.ingest.reading import container
from opsctl.store import large
from tests.cli.inside import opsctl
from tests.command import Ran

PROJECT = "version: 1\ntimezone: Asia/Shanghai\nactivity: {qualifying: [open]}\n"
FIRST = datetime(2025, 1, 20, 9)  # noqa: DTZ001 - local
ASKED = (
    "query",
    "acquisitions,retention_d1,retention_d7,retention_d7_within,retention_d1_24h",
    "--by",
    "channel",
    "--json",
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Two hundred users of three weeks, who come back over two months; some ids are written in other ways."""
    (tmp_path / "opsctl.yaml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "exports").mkdir()
    numbers = range(200)
    users = pl.DataFrame(
        {
            "user": [f"1380000{number:04d}" for number in numbers],
            "acquired_at": [FIRST + timedelta(days=number % 21) for number in numbers],
            "channel": ["douyin" if number % 3 else "tencent" for number in numbers],
        }
    )
    users.write_parquet(tmp_path / "exports" / "users.parquet")
    rows = [
        (written(number, after), FIRST + timedelta(days=number % 21 + after, hours=number % 5), "open")
        for number in range(220)  # twenty of them are nobody who was acquired
        for after in (0, 1, 7, 30)
        if (number + after) % 4
    ]
    events = pl.DataFrame(rows, schema={"user": pl.String, "at": pl.Datetime("us"), "event": pl.String}, orient="row")
    events.write_parquet(tmp_path / "exports" / "events.parquet")
    return tmp_path


def written(number: int, after: int) -> str:
    """An id as a file may have it: with a country code, with gaps, or plain."""
    plain = f"1380000{number:04d}"
    return {1: f"+86{plain}", 7: f"{plain[:3]} {plain[3:7]} {plain[7:]}"}.get(after if number % 10 == 1 else 0, plain)


def taken_in(shop: Path) -> Ran:
    ran = opsctl("ingest", "exports", "--json", cwd=shop, environ={"HOME": str(shop)})
    assert ran.code == 0, ran.err
    return ran


def answer(shop: Path, *paths: str) -> Ran:
    return opsctl(*ASKED, *paths, cwd=shop, environ={"HOME": str(shop), "OPSCTL_NO_CACHE": "1"})


@pytest.mark.parametrize("many", [10**9, 10], ids=["strangers one by one", "a crowd of strangers first"])
def test_events_in_a_stream_answer_as_the_file_does(shop: Path, many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "_MANY", many)
    taken_in(shop)
    assert answer(shop).json["rows"] == answer(shop, "exports").json["rows"]


def test_every_event_is_kept_once_in_its_month(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    streamed: list[large.Taken] = []
    write = large.write

    def heard(*given: Any) -> large.Taken:
        streamed.append(write(*given))
        return streamed[-1]

    monkeypatch.setattr(large, "write", heard)
    taken_in(shop)
    assert [one.erased for one in streamed] == [0]
    months = {path.parent.name for path in (shop / ".opsctl" / "data" / "activity").rglob("*.parquet")}
    kept = pl.concat(
        pl.read_parquet(path).select("user", "day", "line")
        for path in (shop / ".opsctl" / "data" / "activity").rglob("*.parquet")
    )
    events = pl.read_parquet(shop / "exports" / "events.parquet")
    assert months == {"2025-01", "2025-02", "2025-03"}
    assert sorted(kept["line"]) == list(range(1, events.height + 1))
    assert kept["user"].n_unique() == 220
    assert kept["user"].null_count() == 0


def test_no_id_is_in_any_byte_of_the_store(shop: Path) -> None:
    taken_in(shop)
    tables = [pl.read_parquet(path).write_csv().encode() for path in (shop / ".opsctl").rglob("*.parquet")]
    assert not any(
        b"1380000" in text for text in [*tables, *(p.read_bytes() for p in shop.rglob(".opsctl/**/*") if p.is_file())]
    )


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were read in one pass; every text counts as large, and has many stretches."""
    found: list[Path] = []

    in_one_pass = one_pass.in_one_pass

    def heard(events: PlainEvents, *, ids: bool) -> InPlace | None:
        found.append(events.text.path)
        return in_one_pass(events, ids=ids)

    monkeypatch.setattr(container, "LARGE", 1)
    monkeypatch.setattr("opsctl.ingest.staying.in_one_pass", heard)
    for name, size in {"_BIT": 20, "_BITS": 2, "ROWS": 40}.items():
        monkeypatch.setattr(one_pass, name, size)
    return found


def as_text(shop: Path, *, without: int = 0) -> None:
    """The events as a text in the order of time, without those of one month."""
    parquet = shop / "exports" / "events.parquet"
    events = pl.read_parquet(parquet).sort("at").filter(pl.col("at").dt.month() != without)
    events.write_csv(parquet.with_suffix(".csv"), datetime_format="%Y-%m-%d %H:%M:%S")
    parquet.unlink()


def test_events_of_a_text_that_is_read_in_one_pass_answer_alike(shop: Path, passes: list[Path]) -> None:
    expected = answer(shop, "exports").json["rows"]
    as_text(shop)
    assert answer(shop, "exports").json["rows"] == expected
    taken_in(shop)
    assert answer(shop).json["rows"] == expected
    assert len(passes) == 2


def test_a_text_brings_nobody_back_who_was_erased(shop: Path, passes: list[Path]) -> None:
    taken_in(shop)
    gone = written(2, 0)
    erased = opsctl("erase", "--user", gone, "-q", cwd=shop, environ={"HOME": str(shop)})
    assert erased.code == 1, erased.err  # the exports still name them
    events = pl.read_parquet(shop / "exports" / "events.parquet")
    lost = events.filter(pl.col("user") == gone).height
    as_text(shop)
    taken_in(shop)
    kept = [pl.read_parquet(path) for path in (shop / ".opsctl" / "data" / "activity").rglob("*.parquet")]
    of_the_text = events.height - lost
    assert lost > 0
    assert sum(frame.height for frame in kept) == 2 * of_the_text  # the Parquet file's and the text's
    assert len(passes) == 1


def test_a_month_without_events_between_others_is_no_file(shop: Path, passes: list[Path]) -> None:
    as_text(shop, without=2)
    expected = answer(shop, "exports").json["rows"]
    taken_in(shop)
    assert answer(shop).json["rows"] == expected
    kept = (shop / ".opsctl" / "data" / "activity").rglob("*.parquet")
    assert {path.parent.name for path in kept} == {"2025-01", "2025-03"}
    assert len(passes) == 2
