"""Parquet as the store writes it: without statistics, which would name people; a full disk is told as one."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

import polars as pl

_SYSTEM = re.compile(r"os error (\d+)")


def write(rows: pl.DataFrame, path: Path, compression: Literal["zstd", "lz4"] = "zstd") -> None:
    """Write rows as a file.

    Raises:
        OSError: The disk is full, or the folder cannot be written to.
    """
    try:
        rows.write_parquet(path, compression=compression, statistics=False)
    except pl.exceptions.ComputeError as error:  # polars hides what the system said in its own words
        said = _SYSTEM.search(str(error))
        if said is None:
            raise
        raise OSError(int(said[1]), os.strerror(int(said[1]))) from error
