"""What is kept for later answers stays as long as it is used, and is never more than what was written."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from opsctl.store import shelf
from opsctl.store.shelf import Shelf

TABLE = pl.DataFrame({"user": [1, 2], "word": [3, 4]})


def names(store: Path) -> set[str]:
    return {path.stem for path in (store / "kept" / "days").glob("*.parquet")}


def test_what_nobody_used_for_longest_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "_KEPT", 2)
    mine = Shelf(tmp_path)
    for at, state in enumerate(("old", "older")):
        mine.keep("days", state, TABLE)
        os.utime(tmp_path / "kept" / "days" / f"{state}.parquet", (at, at))
    assert mine.find("days", "old") is not None
    mine.keep("days", "new", TABLE)
    assert names(tmp_path) == {"old", "new"}


def test_a_table_that_was_cut_is_not_found(tmp_path: Path) -> None:
    mine = Shelf(tmp_path)
    mine.keep("days", "one", TABLE)
    found = mine.find("days", "one")
    assert found is not None
    assert found.collect().equals(TABLE)
    path = tmp_path / "kept" / "days" / "one.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    assert mine.find("days", "one") is None
    assert shelf.damaged(tmp_path) == ["kept/days/one.parquet"]


def test_a_store_that_cannot_be_written_to_answers_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("in the way")
    assert Shelf(tmp_path).keep("days", "one", TABLE).collect().equals(TABLE)
