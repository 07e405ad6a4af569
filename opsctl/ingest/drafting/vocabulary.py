"""What columns of files are called: by the mappings there are, and by a list of words for what no mapping has yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from typing import Any

from pydantic import Field, model_validator

from opsctl.config import matching, yaml
from opsctl.config.headers import spoken
from opsctl.config.kinds import Id, Names, Text
from opsctl.config.strict import Strict, validate
from opsctl.core.naming import fold
from opsctl.core.paths import shipped
from opsctl.schemas import tables
from opsctl.schemas.table import columns

FILE = "configs/vocabulary.yaml"
ANY = "any"
_SHORTEST, _SHORTEST_LATIN = 2, 3  # characters of a word that is looked for inside a name


class Sureness(IntEnum):
    """How well a name fits a canonical column; the smaller, the better."""

    SURE = 0  # it is one of its names
    MAYBE = 1  # it is a word that could also mean something else
    INSIDE = 2  # one of its names is a part of it
    KIND = 3  # only what the column holds fits


class Called(Strict):
    """The names of one canonical column."""

    sure: Names | tuple[()] = Field((), description="Names that leave little doubt, the preferred first.")
    maybe: Names | tuple[()] = Field((), description="Names that could mean something else too.")

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, value: Any) -> Any:
        return {"sure": value} if isinstance(value, str | list) else value


class WordList(Strict):
    """The shipped list of words."""

    columns: dict[str, dict[Text, Called]] = Field(description="By table, or `any`, and canonical column.")
    derived: Names = Field(description="Words of names that are no amounts: rates, averages, states.")
    channels: dict[Id, Names] = Field(description="By channel, what it is called.")


@cache
def word_list() -> WordList:
    """The list that ships; read once."""
    return validate(WordList, yaml.read(shipped(FILE), FILE))


@dataclass(frozen=True, slots=True, order=True)
class Fit:
    """How a name fits: first how sure, then its rank among the names of that sureness."""

    sureness: Sureness
    rank: int


class Vocabulary:
    """The names of every canonical column, those of the mappings before those of the word list."""

    def __init__(self, mappings: Iterable[matching.Mapping]) -> None:
        self._sure: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        self._maybe: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        words = word_list().columns
        for mapping in mappings:
            of_table = [words.get(under, {}) for under in (mapping.table, ANY)]
            for column, names in _one_column_each(mapping):
                elsewhere = {spoken(name) for name in _said_of_others(of_table, column)}
                self._add(self._sure, mapping.table, column, [one for one in names if spoken(one) not in elsewhere])
        for table, kind in tables().items():
            for column in columns(kind):
                for under in (table, ANY):
                    called = words.get(under, {}).get(column, Called())
                    self._add(self._sure, table, column, called.sure)
                    self._add(self._maybe, table, column, called.maybe)

    @staticmethod
    def _add(to: dict[tuple[str, str], dict[str, int]], table: str, column: str, names: Sequence[str]) -> None:
        known = to[table, column]
        for name in names:
            known.setdefault(spoken(name), len(known))

    def knows(self, name: str) -> bool:
        """Whether any canonical column goes by that name."""
        key = spoken(name)
        return any(key in names for names in (*self._sure.values(), *self._maybe.values()))

    def fit(self, table: str, column: str, name: str) -> Fit | None:
        """How a file's column fits a canonical one by its name; None where it does not."""
        key = spoken(name)
        sure, maybe = self._sure[table, column], self._maybe[table, column]
        if key in sure:
            return Fit(Sureness.SURE, sure[key])
        if key in maybe:
            return Fit(Sureness.MAYBE, maybe[key])
        if is_derived(name):
            return None
        inside = [len(word) for word in sure if contains(key, word)]
        return Fit(Sureness.INSIDE, -max(inside)) if inside else None


def _said_of_others(of_table: Sequence[Mapping[str, Called]], column: str) -> Iterable[str]:
    """Names that the word list has for other columns: one platform's special meaning is not the usual one."""
    own = {
        name for words in of_table for called in [words.get(column, Called())] for name in (*called.sure, *called.maybe)
    }
    for words in of_table:
        for other, called in words.items():
            if other != column:
                yield from (name for name in (*called.sure, *called.maybe) if name not in own)


def _one_column_each(mapping: matching.Mapping) -> Iterable[tuple[str, tuple[str, ...]]]:
    """The canonical columns of a mapping that are one column of the file, with its names."""
    for name, column in mapping.export.columns.items():
        if column.names is not None:
            yield name, column.names


def contains(key: str, word: str) -> bool:
    """Whether a spoken name has a word in it: whole words of letters, any part of Chinese.

    Examples:
        >>> contains("xyz campaign id", "campaign id"), contains("broadcast", "ad"), contains("今日消耗", "消耗")
        (True, False, True)
    """
    if word.isascii():
        return len(word) >= _SHORTEST_LATIN and f" {word} " in f" {key} "
    return len(word) >= _SHORTEST and word in key


@lru_cache(maxsize=10_000)
def is_derived(name: str) -> bool:
    """Whether a name is one of a rate, an average or a state rather than of an amount or a thing."""
    key = spoken(name)
    words = word_list().derived
    return "%" in fold(name) or any(f" {word} " in f" {key} " if word.isascii() else word in key for word in words)


@cache
def _channels() -> Mapping[str, str]:
    return {spoken(name): channel for channel, names in word_list().channels.items() for name in (channel, *names)}


def channel_named(name: str) -> str | None:
    """The channel that a text is a name of.

    Examples:
        >>> channel_named("抖音"), channel_named("日期") is None
        ('douyin', True)
    """
    return _channels().get(spoken(name))


def channel_in(text: str) -> str | None:
    """The one channel that a longer text, such as a file's name, has in it; None for none or several."""
    key = spoken(text)
    found = {channel for word, channel in _channels().items() if contains(key, word)}
    return next(iter(found)) if len(found) == 1 else None
