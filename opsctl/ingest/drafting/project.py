"""The text of a drafted `opsctl.yaml`, or the lines that one which is there already lacks."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

from opsctl.config.settings import Settings
from opsctl.ingest.drafting.drafts import MAPPINGS, Drafts
from opsctl.ingest.drafting.sources import source_lines
from opsctl.ingest.drafting.words import Words
from opsctl.ingest.sources import Declared

_PATTERN = f"{MAPPINGS}/*.yaml"


def project_text(drafts: Drafts, folder: Path, settings: Settings, words: Words) -> str:
    """A whole `opsctl.yaml` for a folder: the mappings that were drafted, and a source for every file."""
    lines = [
        f"# {words('project')}",
        "version: 1",
        f"timezone: {settings.project.timezone}  # {words('timezone')}",
        f"currency: {settings.project.currency}  # {words('currency')}",
        f"#channels: {{}}  # {words('channels')}",
    ]
    lines += [f"mappings: [{_PATTERN}]"] if drafts.mappings else []
    sources = source_lines(drafts.sources, folder, words)
    return "\n".join([*lines, *(["sources:", *sources] if sources else [])]) + "\n"


def lines_to_add(drafts: Drafts, folder: Path, settings: Settings, words: Words) -> list[str]:
    """What an `opsctl.yaml` that is there lacks to read all files."""
    listed = settings.project.mappings
    patterns = [entry for entry in listed if isinstance(entry, str)] if isinstance(listed, tuple) else []
    unlisted = [one for one in drafts.mappings if not any(fnmatchcase(one.file, pattern) for pattern in patterns)]
    declared = Declared(settings)
    new = [file for file in drafts.sources if declared.of(file.path) is None]
    sources = source_lines(new, folder, words)
    return [*([f"mappings: [{_PATTERN}]"] if unlisted else []), *(["sources:", *sources] if sources else [])]
