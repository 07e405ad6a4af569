"""The words opsctl prints, by language: configs/locales/LOCALE.yaml, one flat list of keys each."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from opsctl.config import yaml
from opsctl.core.paths import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping


class Words:
    """One language; a key that is missing is a KeyError, since every language must have it.

    Examples:
        >>> Words("en")["app"]
        'opsctl'
    """

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self._texts = _catalog(locale)

    def __getitem__(self, key: str) -> str:
        return self._texts[key]

    def get(self, key: str, otherwise: str) -> str:
        """The text of a key that a language need not have, such as a dimension that a project named."""
        return self._texts.get(key, otherwise)

    def say(self, key: str, **fields: object) -> str:
        """The text with its {named} fields filled in."""
        return self[key].format_map(fields)


@cache
def _catalog(locale: str) -> Mapping[str, str]:
    file = f"configs/locales/{locale}.yaml"
    value = yaml.read(shipped(file), file).value
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise TypeError(f"{file} must be one flat mapping of texts")
    return {key: str(text) for key, text in value.items()}
