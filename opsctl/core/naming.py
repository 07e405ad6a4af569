"""When are two names the same, and which known name did somebody mean."""

from __future__ import annotations

import difflib
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def fold(name: str) -> str:
    r"""A name without what people do not see: width, case, and blanks at the ends or doubled inside.

    Examples:
        >>> fold(" 花费（元）\\n")
        '花费(元)'
        >>> fold("Ad  Group") == fold("ad group")
        True
    """
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` most likely stands for, or None when none is close.

    Examples:
        >>> nearest("retntion_d7", ["cpa", "retention_d7"])
        'retention_d7'
    """
    by_fold = {fold(candidate): candidate for candidate in known}
    found = difflib.get_close_matches(fold(name), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known name, or lists all of a few, or is empty."""
    names = sorted(known)
    close = nearest(name, names)
    if close:
        return f"did you mean '{close}'?"
    few = 12
    return f"known: {', '.join(names)}" if 0 < len(names) <= few else ""
