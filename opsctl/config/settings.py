"""Everything configured, from wherever it comes, as one value; and where each part of it was said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from opsctl.config import yaml
from opsctl.config.choice import Choice, Colour, Origin, UserFile, Written, choose
from opsctl.config.document import Document
from opsctl.config.document import Path as Place
from opsctl.config.interpolate import interpolated
from opsctl.config.library import own_mappings, shipped_beside
from opsctl.config.matching import Mapping as PlatformMapping
from opsctl.config.policy import Policy, shipped_policy_document
from opsctl.config.project import Project
from opsctl.config.secrecy import MASK, looks_secret
from opsctl.config.strict import validate
from opsctl.core.paths import PROJECT_FILE

# Filled in when something is sent, so that a report does not need the robots' addresses.
_LATER = frozenset({"send"})
_NOTHING = Document("default", {}, {}, ())


@dataclass(frozen=True)
class Settings:
    """All that a command needs to know; `project` has the effective time zone and currency.

    Args:
        folder: The project's folder, None without a project.
        project: The project; without one, its defaults.
        locale: The language of reports.
        colour: Whether output is coloured; auto means on a terminal.
        own: The project's mappings.
        chosen: Locale, time zone and currency, and who chose them.
        documents: The files they come from, each with the key that its values are under.
    """

    folder: Path | None
    project: Project
    locale: str
    colour: Colour
    own: tuple[PlatformMapping, ...]
    chosen: tuple[Origin, ...]
    documents: tuple[tuple[Place, Document], ...]

    @property
    def policy(self) -> Policy:
        """The thresholds: the project's where it sets one, else the shipped."""
        return self.project.policy

    @cached_property
    def shipped(self) -> tuple[PlatformMapping, ...]:
        """The mappings that ship, but for those that one of the project replaces by its name; read when asked for."""
        return shipped_beside(self.own)

    @property
    def mappings(self) -> tuple[PlatformMapping, ...]:
        """The project's mappings, then the shipped ones."""
        return (*self.own, *self.shipped)

    def mappings_named(self, name: str) -> tuple[PlatformMapping, ...]:
        """The mappings that `mapping: NAME` of a source means: one, or all exports of a platform."""
        own = tuple(mapping for mapping in self.own if mapping.name == name)
        if own:  # in the place of a shipped one of this name: these need not be read
            return own
        exact = tuple(mapping for mapping in self.shipped if mapping.name == name)
        return exact or tuple(mapping for mapping in self.mappings if mapping.platform == name)

    def origins(self) -> tuple[Origin, ...]:
        """Every value and where it was said: what was chosen, then file by file and line by line."""
        found = {origin.key: origin for origin in self.chosen}
        for under, document in self.documents:
            for origin in _leaves(document, under):
                found.setdefault(origin.key, origin)
        found.setdefault("colour", Origin("colour", self.colour, "default"))
        mappings = (Origin(f"mapping {one.name}", one.table, one.place) for one in self.mappings)
        return (*found.values(), *mappings)


def load(
    project_dir: Path | None, flags: Mapping[str, str], environ: Mapping[str, str], user_file: Path | None
) -> Settings:
    """Read and join all configuration.

    Args:
        project_dir: The folder of the `opsctl.yaml`, None without a project.
        flags: `locale`, `timezone`, `currency`, as far as given on the command line.
        environ: The environment, for OPSCTL_*, LC_ALL, LANG and the project's ${VAR}.
        user_file: The user's own file; it need not exist.

    Raises:
        BadYaml: A file cannot be read as YAML.
        DuplicateKey: A key stands twice.
        BadConfiguration: A key or value has no meaning, or two mappings have one name.
        MissingVariable: The project asks for a variable that is not set.
        NoSuchPath: The project's file, or a file of mappings that it names, is not there.
        BadOption: A flag or an OPSCTL_* variable has a value that cannot be used.
    """
    document = user_document = _NOTHING
    if user_file is not None and user_file.is_file():
        user_document = yaml.read(user_file, str(user_file))
    if project_dir is not None:
        document = interpolated(yaml.read(project_dir / PROJECT_FILE, PROJECT_FILE), environ, _LATER)
    user, project = validate(UserFile, user_document), validate(Project, document)
    chosen = choose((Written(project, document), Written(user, user_document)), flags, environ)
    effective = Choice.model_validate({origin.key: origin.value for origin in chosen})
    return Settings(
        folder=project_dir,
        project=project.model_copy(update=dict(effective)),
        locale=effective.locale,
        colour=user.colour,
        own=own_mappings(project, document, project_dir),
        chosen=tuple(chosen),
        documents=(((), document), ((), user_document), (("policy",), shipped_policy_document())),
    )


def _leaves(document: Document, under: Place) -> Iterator[Origin]:
    """Every single value of a document but its mappings, which are listed by name."""
    for path in document.positions:
        value = document.find(path)
        if path[:1] == ("mappings",) or not isinstance(value, str):
            continue
        secret = any(looks_secret(part, value) for part in path)
        key = ".".join(str(part) for part in (*under, *path))
        yield Origin(key, MASK if secret else value, document.place(path))
