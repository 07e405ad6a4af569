"""Whatever a name holds, a draft spells it so that the configuration reads it back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.config import yaml
from opsctl.ingest.drafting.quoting import remark, scalar, sequence

ODD = [
    *("", " ", "a: b", "a #b", "#a", "- a", "?", "null", "NULL", "~", "[a]", "{a}", "a, b", "*a", "&a", "!a", "|", ">"),
    *(
        'say "so"',
        "it's",
        "back\\slash",
        'both "\\',
        "tab\tin",
        "two\nlines",
        " leading",
        "trailing ",
        "a  b",
        "---",
        "...",
    ),
    *(
        "%a",
        "@a",
        "`a",
        "=a",
        "消耗（元）",
        "订单付款时间 ",
        "3001",
        "2017-01-01",
        "1:30",
        "<<",
        "\u2028",
        "\x85",
        "\ufeffa",
        "\x00",
    ),
]


def read_back(text: str) -> object:
    return yaml.parse(f"block: {scalar(text)}\nlist: [a, {scalar(text)}]\n{scalar(text)}: key\n".encode(), "x").value


@pytest.mark.parametrize("text", ODD)
def test_an_odd_text_is_read_back_in_a_block_in_brackets_and_as_a_key(text: str) -> None:
    assert read_back(text) == {"block": text, "list": ["a", text], text: "key"}


@given(st.text(max_size=40).filter(lambda text: text not in ("block", "list")))
def test_any_text_is_read_back(text: str) -> None:
    assert read_back(text) == {"block": text, "list": ["a", text], text: "key"}


@pytest.mark.parametrize("text", ["日期", "Amount spent (IDR)", "3001", "2017-01-01", "in/*.csv", "usr_id"])
def test_a_plain_name_stays_plain(text: str) -> None:
    assert scalar(text) == text


def test_a_list_of_names_stands_on_one_line() -> None:
    assert sequence(["日期", "a, b", "two\nlines"]) == r'[日期, "a, b", "two\nlines"]'


@given(st.text(max_size=40))
def test_a_remark_never_leaves_its_line(text: str) -> None:
    assert yaml.parse(f"a: b  # {remark(text)}\n".encode(), "x").value == {"a": "b"}
