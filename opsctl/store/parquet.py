"""Parquet as the store writes it: without statistics, which would name people; a full disk is told as one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import polars as pl

_QUICK = 1  # zstd: a level more costs more time than it saves bytes
_SYSTEM = re.compile(r"os error (\d+)")


def write(rows: pl.DataFrame, path: Path, compression: Literal["zstd", "lz4"] = "zstd") -> None:
    """Write rows as a file.

    Raises:
        OSError: The disk is full, or the folder cannot be written to.
    """
    with _as_the_system_says():
        rows.write_parquet(path, compression=compression, statistics=False)


def sink(rows: pl.LazyFrame, path: Path) -> pl.LazyFrame:
    """Many rows on their way to a file; nothing is written before it is collected."""
    return rows.sink_parquet(path, compression="zstd", compression_level=_QUICK, statistics=False, lazy=True)


def pour(rows: pl.LazyFrame, path: Path) -> None:
    """Write many rows as a file, without ever holding all of them.

    Raises:
        OSError: The disk is full, or the folder cannot be written to.
    """
    with _as_the_system_says():
        sink(rows, path).collect(engine="streaming")


@contextmanager
def _as_the_system_says() -> Iterator[None]:
    """What the system said of a failure, which polars hides in its own words."""
    try:
        yield
    except pl.exceptions.ComputeError as error:
        said = _SYSTEM.search(str(error))
        if said is None:
            raise
        raise OSError(int(said[1]), os.strerror(int(said[1]))) from error
