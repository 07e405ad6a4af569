"""One person has one id, however a telephone number or an e-mail address is written."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.ingest.people import canonical

WRITTEN = st.text(alphabet="+-013 89ab@.\u3000", max_size=16)
NUMBER = st.builds(
    "".join,
    st.tuples(st.sampled_from(["", "+86", "86", "0086", "+ 86-"]), st.from_regex(r"1[3-9]\d{9}", fullmatch=True)),
)


def in_words(written: str) -> str:
    """What is documented of an id: gaps do not count in a Chinese mobile number, nor does the country's code."""
    digits = re.sub(r"[\s\-]+", "", written)
    if found := re.fullmatch(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})", digits):
        return found[1]
    return written.lower() if re.fullmatch(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}", written) else written


@given(st.lists(st.one_of(WRITTEN, NUMBER, st.none()), max_size=8))
def test_ids_are_written_in_one_way(ids: list[str | None]) -> None:
    expected = [one if one is None else in_words(one) for one in ids]
    assert canonical(pl.Series(ids, dtype=pl.String)).to_list() == expected


@pytest.mark.parametrize(
    ("written", "one"),
    [
        ("+86 138-0013-8000", "13800138000"),
        ("+ 86 13800138000", "13800138000"),
        ("-13800138000", "13800138000"),
        ("Ann@Example.COM", "ann@example.com"),
        ("0f8a-13800138000", "0f8a-13800138000"),
        ("U-1", "U-1"),
    ],
)
def test_whoever_is_written_in_two_ways_is_one(written: str, one: str) -> None:
    assert canonical(pl.Series([written, "7"])).to_list() == [one, "7"]
