"""Texts as long as a file can hold are masked at once: patterns that look again and again would take minutes."""

from __future__ import annotations

import pytest

from opsctl.core.personal import masked

LONG = 300_000


@pytest.mark.parametrize("piece", ["A", "_", "token", "-eyJa", "bearer ", "a@", "a@b.", "1", "86 138", "x_", "sk-"])
def test_a_long_text_of_one_piece_is_masked(piece: str) -> None:
    text = piece * (LONG // len(piece))
    assert "13800138000" not in masked(f"{text} 13800138000")


def test_words_before_and_behind_the_name_of_a_secret_do_not_hide_it() -> None:
    assert masked("my_access_token_prod=abcdefgh") == "my_access_token_prod=***"
    assert masked("API_KEY: abcdefgh") == "API_KEY: ***"
    assert masked("Bearer abcdefgh") == "Bearer ***"
