"""Who decides on language, time zone and currency: flag > OPSCTL_* > project > user > the machine > default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, TypeAlias

from pydantic import Field, ValidationError

from opsctl.config.document import Document
from opsctl.config.kinds import Currency, Zone
from opsctl.config.project import Locale, Project
from opsctl.config.strict import Strict, complaint
from opsctl.core.errors import BadOption

Colour: TypeAlias = Literal["auto", "always", "never"]


class UserFile(Strict):
    """What a person sets for all projects."""

    locale: Locale | None = Field(None, description="The language of reports.")
    colour: Colour = Field("auto", description="Whether output is coloured: auto means on a terminal.")


class Choice(Strict):
    """What a flag or an environment variable may set."""

    locale: Locale = "en"
    timezone: Zone = "Asia/Shanghai"
    currency: Currency = "CNY"


class Origin(NamedTuple):
    """One configured value, and where it was said."""

    key: str
    value: str
    source: str


class Written(NamedTuple):
    """A typed file and the document it was typed from."""

    values: Project | UserFile
    document: Document


def choose(files: tuple[Written, ...], flags: Mapping[str, str], environ: Mapping[str, str]) -> list[Origin]:
    """The effective locale, time zone and currency, each with who chose it.

    Raises:
        BadOption: A flag or an OPSCTL_* variable has a value that cannot be used.
    """
    return [next(_voices(key, files, flags, environ)) for key in Choice.model_fields]


def _voices(
    key: str, files: tuple[Written, ...], flags: Mapping[str, str], environ: Mapping[str, str]
) -> Iterator[Origin]:
    """Whoever has a say about a key, the strongest first; the last is the default."""
    variable = f"OPSCTL_{key.upper()}"
    for source, text in ((f"--{key}", flags.get(key)), (variable, environ.get(variable))):
        if text:
            yield Origin(key, _checked(key, text, source), source)
    for values, document in files:
        if key in values.model_fields_set:
            yield Origin(key, str(getattr(values, key)), document.place((key,)))
    if key == "locale":
        for name in ("LC_ALL", "LANG"):
            if language := environ.get(name):
                yield Origin(key, "zh-CN" if language.casefold().startswith("zh") else "en", name)
    yield Origin(key, str(Choice.model_fields[key].default), "default")


def _checked(key: str, text: str, source: str) -> str:
    try:
        return str(getattr(Choice.model_validate({key: text}), key))
    except ValidationError as error:
        words, note = complaint(error)
    raise BadOption(f"{source}: {words}", hint=note)
