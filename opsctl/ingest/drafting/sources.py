"""The lines of `opsctl.yaml` for files: where they lie, seen from the project, and which mapping reads them."""

from __future__ import annotations

import glob
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from opsctl.core.personal import masked
from opsctl.ingest.drafting.quoting import scalar
from opsctl.ingest.drafting.words import Words

_MASKED = re.compile(r"\*+|…")


class SourceFile(NamedTuple):
    """One file, and what is to be said of it; no mapping where its header says enough."""

    path: Path
    mapping: str | None
    encoding: str | None = None


def source_lines(files: Iterable[SourceFile], folder: Path, words: Words) -> list[str]:
    """The entries under `sources:`; files of one kind that fill a folder stand as one pattern."""
    groups: dict[tuple[Path, str, str | None, str | None], list[Path]] = defaultdict(list)
    for file in files:
        groups[file.path.parent, file.path.suffix, file.mapping, file.encoding].append(file.path)
    entries = [
        (pattern, mapping, encoding, path)
        for (parent, suffix, mapping, encoding), paths in groups.items()
        for pattern, path in _patterns(parent, suffix, sorted(set(paths)), folder)
    ]
    lines: list[str] = []
    for pattern, mapping, encoding, path in sorted(entries, key=lambda entry: (entry[0] or "", str(entry[3]))):
        lines += (
            _entry(pattern, mapping, encoding) if pattern else [f"  # {words('outside', file=masked(path.as_posix()))}"]
        )
    return lines


def _entry(pattern: str, mapping: str | None, encoding: str | None) -> list[str]:
    lines = [f"  - path: {scalar(pattern)}"]
    lines += [f"    mapping: {scalar(mapping)}"] if mapping else []
    return lines + ([f"    encoding: {encoding}"] if encoding else [])


def _patterns(parent: Path, suffix: str, paths: Sequence[Path], folder: Path) -> list[tuple[str | None, Path]]:
    """Each file by its own pattern, or all by one where the folder has no others of that ending."""
    here = _from(folder, parent)
    if here is None:
        return [(None, path) for path in paths]
    start = f"{_literal(here)}/" if here != "." else ""
    if len(paths) > 1 and suffix and set(parent.glob(f"*{suffix}")) == set(paths):
        return [(f"{start}*{suffix}", paths[0])]
    return [(f"{start}{_literal(path.name)}", path) for path in paths]


def _literal(text: str) -> str:
    """A path in which nothing is a pattern or a variable, but for what is personal in it: any text stands for that."""
    parts = [text] if masked(text) == text else _MASKED.split(masked(text))
    return "*".join(map(glob.escape, parts)).replace("${", "$${")


def _from(folder: Path, path: Path) -> str | None:
    """A path as seen from a folder; None where no way leads there, as between two drives."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return None
