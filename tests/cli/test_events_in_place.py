"""Events that stay in their Parquet files: whatever their ids and their order are like, the answer is that of CSV."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.cli.inside import opsctl

ACQUIRED = datetime(2025, 3, 1, 9)  # noqa: DTZ001 - local
PHONE = "13800138000"
USERS = [f"u{number:04}" for number in range(400)] + [PHONE]


def exports(folder: Path, suffix: str, spelled: str, *, in_order: bool) -> Path:
    """Users of 40 days, every second of them back on day 7, and the owner of a telephone number too."""
    folder.mkdir()
    days = [ACQUIRED + timedelta(days=number // 10) for number in range(len(USERS))]
    users = pl.DataFrame({"user": USERS, "acquired_at": days, "channel": ["A", "B"] * 200 + ["A"]})
    back = pl.DataFrame({"user": USERS, "at": [day + timedelta(days=7) for day in days]})[::2]
    events = back.with_columns(pl.col("user").replace({PHONE: spelled}), event=pl.lit("open"))
    for name, rows in (("users", users if in_order else users.reverse()), ("events", events)):
        if suffix == "parquet":
            rows.write_parquet(folder / f"{name}.parquet")
        else:
            rows.write_csv(folder / f"{name}.csv", datetime_format="%Y-%m-%d %H:%M:%S")
    return folder


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize("spelled", [PHONE, "+86 138-0013-8000", f" {PHONE} "])
def test_nobody_is_lost_whose_id_is_spelled_otherwise(tmp_path: Path, spelled: str, *, in_order: bool) -> None:
    ask = ("query", "retention_d7", "--by", "channel,day", "--as-of", "2025-04-17", "--json", "-q")
    text, typed = (
        opsctl(*ask, exports(tmp_path / suffix, suffix, spelled, in_order=in_order)) for suffix in ("csv", "parquet")
    )
    assert (typed.code, typed.rows) == (0, text.rows)
    assert sum(row["retention_d7"]["numerator"] for row in typed.rows if row["channel"] == "A") == len(USERS[::2])
