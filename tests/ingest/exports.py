"""A folder of small exports, written down in a test and read as the command reads it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from opsctl.config import settings
from opsctl.config.settings import Settings
from opsctl.ingest.account import Input
from opsctl.ingest.load import load
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.sources import files

Content = str | bytes | pl.DataFrame


def project(folder: Path, text: str = "") -> Settings:
    """The settings of a folder, with the lines of its `opsctl.yaml`, if it has any."""
    if not text:
        return settings.load(None, {}, {}, None)
    (folder / "opsctl.yaml").write_text(f"version: 1\n{text}", encoding="utf-8")
    return settings.load(folder, {}, {}, None)


def write(folder: Path, contents: Mapping[str, Content]) -> None:
    """Files by their names; a frame is written as Parquet."""
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, pl.DataFrame):
            content.write_parquet(path)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)


def read(folder: Path, contents: Mapping[str, Content], opsctl_yaml: str = "") -> Loaded:
    """All files of a folder, as far as they are tables; the accounts name them from this folder on."""
    write(folder, contents)
    chosen = project(folder, opsctl_yaml)
    return load(files([folder], chosen), chosen)


def account(loaded: Loaded, ends: str = "") -> Input:
    """The account of the one file whose name ends so."""
    (found,) = (one for one in loaded.inputs if one.file.endswith(ends))
    return found


def values(loaded: Loaded, table: str, *names: str) -> list[tuple[Any, ...]]:
    """The columns of a table, in the order of file and line."""
    frame = loaded.tables[table].sort("source_file", "source_line").collect()
    return frame.select(names).rows()


def refusals(loaded: Loaded) -> list[tuple[str, str]]:
    """The code and the file's name of every refusal."""
    return [(error.code, Path(error.file or "").name) for error in loaded.refused]
