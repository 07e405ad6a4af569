"""Which columns hold what belongs to single people: told by their name, or by the cells in them."""

from __future__ import annotations

import re
from functools import cache

import polars as pl
from pydantic import Field

from opsctl.config import yaml
from opsctl.config.headers import spoken
from opsctl.config.kinds import Names, Text
from opsctl.config.strict import Strict, validate
from opsctl.core.paths import shipped
from opsctl.core.personal import is_id_card, masked

FILE = "configs/personal.yaml"
SAMPLE = 50_000  # cells, evenly spread, by which a column's content is judged

# From what part of the filled cells on a column is personal. Real columns of numbers, addresses and names are full of
# them, a column of remarks is not; single cells that look so are masked all the same (see privacy.py).
PHONES = ID_CARDS = EMAILS = 0.1
TOKENS = NAMES = 0.5
_EACH_ITS_OWN = 0.5  # distinct among filled cells: a token or a name that repeats is the name of some thing
_FEWEST_NAMES = 20  # distinct; few words of two characters are cities or levels

_PHONE = r"^(?:\+?86|0086)?[\s\-]*1[3-9][0-9][\s\-]?[0-9]{4}[\s\-]?[0-9]{4}$"
_CARD = r"^[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx]$"
_EMAIL = r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$"
_TOKEN = r"^[A-Za-z0-9_\-+/=.]{24,}$"  # noqa: S105 - the shape of tokens, none itself
_LATIN = re.compile(r"[a-z]")


class PersonalWords(Strict):
    """The shipped list of words; see configs/personal.yaml."""

    words: Names = Field(description="Words of names of columns that are personal.")
    alone: Names = Field(description="Those of them that are so only where they are the whole name.")
    unless: Names = Field(description="Words that make a name one of something else.")
    surnames: Text = Field(description="Common Chinese surnames.")


@cache
def _words() -> PersonalWords:
    return validate(PersonalWords, yaml.read(shipped(FILE), FILE))


def by_name(name: str) -> bool:
    """Whether a column of this name holds what belongs to single people.

    Examples:
        >>> by_name("收货人手机号"), by_name("Customer Email"), by_name("deviceId"), by_name("name")
        (True, True, True, True)
        >>> by_name("渠道名称"), by_name("campaign_name"), by_name("手机品牌"), by_name("落地页地址")
        (False, False, False, False)
    """
    if masked(name) != name:
        return True
    words, said = _words(), spoken(name)
    if any(_is_in(word, said) for word in words.unless):
        return False
    return any(said == word if word in words.alone else _is_in(word, said) for word in words.words)


def _is_in(word: str, said: str) -> bool:
    """A Latin word stands between blanks or Chinese characters; a Chinese one anywhere."""
    if not _LATIN.search(word):
        return word in said.replace(" ", "")
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z])", said) is not None


def by_content(cells: pl.Series) -> str | None:
    """What the cells of a column of texts look like, where that belongs to single people; None where they do not.

    Returns:
        "telephone numbers", "id cards", "e-mail addresses", "tokens" or "names".
    """
    filled = cells.drop_nulls()
    counts = filled.gather_every(len(filled) // SAMPLE + 1).value_counts(name="cells")
    texts, total = counts[filled.name].str.strip_chars(), int(counts["cells"].sum())
    if not total:
        return None

    def share(found: pl.Series) -> float:
        return int(counts["cells"].filter(found).sum()) / total

    if share(texts.str.contains(_PHONE)) >= PHONES:
        return "telephone numbers"
    if share(_cards(texts)) >= ID_CARDS:
        return "id cards"
    if share(texts.str.contains(_EMAIL)) >= EMAILS:
        return "e-mail addresses"
    if len(texts) < _EACH_ITS_OWN * total:
        return None
    if share(_tokens(texts)) >= TOKENS:
        return "tokens"
    named = rf"^[{_words().surnames.replace(' ', '')}]\p{{Han}}{{1,3}}$"
    return "names" if len(texts) >= _FEWEST_NAMES and share(texts.str.contains(named)) >= NAMES else None


def _cards(texts: pl.Series) -> pl.Series:
    like = texts.filter(texts.str.contains(_CARD))
    return texts.is_in([text for text in like if is_id_card(text)])


def _tokens(texts: pl.Series) -> pl.Series:
    return texts.str.contains(_TOKEN) & texts.str.contains("[0-9]") & texts.str.contains("[A-Za-z]")
