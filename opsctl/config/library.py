"""All mappings that can claim a file: the project's own, and those that ship with opsctl."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from opsctl.config import yaml
from opsctl.config.mapping import Platform
from opsctl.config.matching import Mapping, Tier
from opsctl.config.project import Project
from opsctl.config.strict import fault_at, refusal, validate
from opsctl.core.errors import NoSuchPath
from opsctl.core.naming import did_you_mean
from opsctl.core.paths import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from opsctl.config.document import Document
    from opsctl.config.document import Path as Place

PLATFORMS = "configs/platforms"
CHANNELS = "configs/channels.yaml"
_WILD = set("*?[")


@cache
def usual_channels() -> Project:
    """What channels are usually called, by the ids that the shipped mappings use, as a project would say it."""
    return validate(Project, yaml.read(shipped(CHANNELS), CHANNELS))


@cache
def shipped_mappings() -> tuple[Mapping, ...]:
    """The mappings that ship, by file name; read once."""
    found: list[Mapping] = []
    for path in sorted(shipped(PLATFORMS).glob("*.yaml")):
        document = yaml.read(path, f"{PLATFORMS}/{path.name}")
        found += _exports(validate(Platform, document), document, (), Tier.SHIPPED)
    return _named_once(found)


def own_mappings(project: Project, document: Document, folder: Path | None) -> tuple[Mapping, ...]:
    """The project's mappings.

    Raises:
        NoSuchPath: A name under `mappings:` is no file.
        BadConfiguration: A mapping has a fault, two have one name, or a source asks for one that is none.
    """
    own = _named_once(list(_own(project, document, folder or Path())))
    _know_those_of_sources(project, document, own)
    return own


def shipped_beside(own: Sequence[Mapping]) -> tuple[Mapping, ...]:
    """The shipped mappings that no mapping of a project replaces by its name."""
    names = {mapping.name for mapping in own}
    return tuple(mapping for mapping in shipped_mappings() if mapping.name not in names)


def _own(project: Project, document: Document, folder: Path) -> Iterator[Mapping]:
    entries = project.mappings.items() if isinstance(project.mappings, dict) else enumerate(project.mappings)
    for key, entry in entries:
        here: Place = ("mappings", key)
        if isinstance(entry, Platform):
            yield from _exports(entry, document, here, Tier.PROJECT)
            continue
        for path in _files(entry, folder, document, here):
            other = yaml.read(path, path.relative_to(folder).as_posix())
            yield from _exports(validate(Platform, other), other, (), Tier.PROJECT)


def _files(pattern: str, folder: Path, document: Document, here: Place) -> list[Path]:
    try:
        found = sorted(path for path in folder.glob(pattern) if path.is_file())
    except (ValueError, NotImplementedError):
        words = f"'{pattern}' is no pattern below the project's folder"
        raise refusal(document, [fault_at(document, here, words, "such as mappings/*.yaml")]) from None
    if not found and not _WILD & set(pattern):  # a pattern may wait for its first file, a name may not
        mark = document.positions[here].value
        raise NoSuchPath(
            f"'{pattern}' names no file",
            file=document.file,
            line=mark.line,
            column=mark.column,
            hint="put a mapping there, or take the line out",
        )
    return found


def _exports(platform: Platform, document: Document, at: Place, tier: Tier) -> list[Mapping]:
    return [
        Mapping(platform.platform, export, tier, document, (*at, "exports", index))
        for index, export in enumerate(platform.exports)
    ]


def _named_once(mappings: list[Mapping]) -> tuple[Mapping, ...]:
    first: dict[str, Mapping] = {}
    for mapping in mappings:
        known = first.setdefault(mapping.name, mapping)
        if known is not mapping:
            words = f"a mapping '{mapping.name}' is already at {known.place}"
            fault = fault_at(mapping.document, mapping.at, words, "give each its own report:", of_key=True)
            raise refusal(mapping.document, [fault])
    return tuple(mappings)


def _know_those_of_sources(project: Project, document: Document, own: tuple[Mapping, ...]) -> None:
    known = {name for mapping in own for name in (mapping.name, mapping.platform)}
    if all(source.mapping in known for source in project.sources if source.mapping is not None):
        return  # and the shipped ones need not be read
    known |= {name for mapping in shipped_beside(own) for name in (mapping.name, mapping.platform)}
    faults = [
        fault_at(
            document,
            ("sources", index, "mapping"),
            f"no mapping is called '{source.mapping}'",
            did_you_mean(source.mapping, known),
        )
        for index, source in enumerate(project.sources)
        if source.mapping is not None and source.mapping not in known
    ]
    if faults:
        raise refusal(document, sorted(faults))
