"""The loader keeps what was typed, and refuses what could be read as something else."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yaml import BaseLoader

from opsctl.config import yaml
from opsctl.config.document import Mark
from opsctl.core.errors import BadYaml, DuplicateKey, NoSuchPath, OpsctlError


def value(text: str) -> object:
    return yaml.parse(text.encode(), "opsctl.yaml").value


def refused(data: bytes | str) -> OpsctlError:
    with pytest.raises(OpsctlError) as caught:
        yaml.parse(data.encode() if isinstance(data, str) else data, "opsctl.yaml")
    return caught.value


@pytest.mark.parametrize(
    "typed", ["NO", "no", "on", "off", "yes", "true", "012", "0o14", "0x1F", "12:30", "12:30:45", "3.10", "1e3"]
)
def test_a_plain_value_stays_the_text_that_was_typed(typed: str) -> None:
    assert value(f"a: {typed}") == {"a": typed}


@pytest.mark.parametrize("typed", ["2025-01-06", "2025-01-06T10:00:00Z", ".inf", ".nan", "NULL", "Null", "-", "1_000"])
def test_nothing_is_turned_into_a_date_or_a_number(typed: str) -> None:
    assert value(f'a: "{typed}"') == {"a": typed}
    assert typed == "-" or value(f"a: {typed}") == {"a": typed}


@pytest.mark.parametrize("typed", ["", "~", "null"])
def test_only_nothing_tilde_and_null_are_no_value_and_only_unquoted(typed: str) -> None:
    assert value(f"a: {typed}") == {"a": None}
    assert value(f'a: "{typed}"') == {"a": typed}


def test_keys_are_texts_too() -> None:
    assert value("NO: 1\n618: 2\n2025-06-18: 3") == {"NO": "1", "618": "2", "2025-06-18": "3"}


def test_an_empty_file_and_one_of_comments_are_empty_mappings() -> None:
    assert value("") == {}
    assert value("# nothing yet\n") == {}


def test_a_byte_order_mark_is_not_part_of_the_first_key() -> None:
    assert yaml.parse("\ufeffa: 1".encode(), "x").value == {"a": "1"}


def test_every_entry_knows_its_place() -> None:
    document = yaml.parse("渠道: {抖音: 好}\nb:\n  - x\n  - y: z\n".encode(), "x")
    assert document.positions[("渠道", "抖音")] == (Mark(1, 6), Mark(1, 10))
    assert document.positions[("b", 1, "y")] == (Mark(4, 5), Mark(4, 8))
    assert document.place(("b", 1)) == "x:4"


def test_a_key_that_stands_twice_is_shown_with_both_lines() -> None:
    error = refused("a: 1\nb: 2\na: 3\n")
    assert isinstance(error, DuplicateKey)
    assert (error.line, error.column) == (3, 1)
    assert "line 1" in error.sentence
    assert " 1| a: 1" in error.excerpt
    assert " 3| a: 3" in error.excerpt


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: 1\nb: *a", 2, 4, "an alias"),
        ("a: 1\npath: *.csv", 2, 7, "'*' or '&' starts a value"),
        ("a: &x 1", 1, 4, "an anchor"),
        ("a: !!python/object/apply:os.system [ls]", 1, 4, "a tag"),
        ("a: !x y", 1, 4, "a tag"),
        ("<<: {a: 1}", 1, 1, "a merge key"),
        ("a: 1\n---\nb: 2", 2, 1, "a second document"),
        ("a:\n\tb: 1", 2, 1, "indented with a tab"),
        ("a: @x", 1, 4, "cannot start with '@'"),
        ("a: 'x", 1, 4, "a quote is opened and never closed"),
        ("a: [1,\n", 2, 1, "a bracket is opened and never closed"),
        ("a: b: c", 1, 5, "a second ':'"),
        ("a: 1\nb\nc: 2", 3, 1, "no ':' after its key"),
        ("? [a]\n: 1", 1, 3, "a key must be a text"),
        ("a: 1\nb: x\x07y", 2, 5, "U+0007"),
    ],
)
def test_what_is_not_plain_yaml_is_refused_at_its_place(text: str, line: int, column: int, words: str) -> None:
    error = refused(text)
    assert (error.code, error.line, error.column) == ("OPS301", line, column)
    assert words in error.sentence
    assert error.excerpt.startswith(f" {line}| ")


def test_a_file_saved_as_gbk_is_named_as_such() -> None:
    error = refused("a: 1\nb: x抖音\n".encode("gbk"))
    assert isinstance(error, BadYaml)
    assert (error.line, error.column) == (2, 5)
    assert "GBK" in error.sentence
    assert error.hint == "save it as UTF-8"


def test_a_file_saved_as_utf_16_is_named_as_such() -> None:
    assert "UTF-16" in refused("a: 抖音".encode("utf-16")).sentence


def test_depth_and_size_have_an_end() -> None:
    assert "levels deep" in refused("a: " + "[" * 5_000).sentence
    assert "1 MB" in refused("a: " + "x" * yaml.LARGEST).sentence


def test_a_caret_stands_under_its_character_whatever_the_width() -> None:
    line, caret = refused("抖音: @x").excerpt.splitlines()
    assert line == " 1| 抖音: @x"
    assert caret.index("^") == line.index("@") + 2  # two wide characters before it


@pytest.mark.parametrize("line", ["send: {webhook: https://a/?key=abc, to: @x}", "token: @abc", "a: [x://abc, @y]"])
def test_an_excerpt_never_shows_what_may_be_secret(line: str) -> None:
    assert "abc" not in "\n".join(refused(line).lines())


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchPath) as caught:
        yaml.read(tmp_path / "opsctl.yaml", "opsctl.yaml")
    assert caught.value.file == "opsctl.yaml"
    with pytest.raises(BadYaml):
        yaml.read(tmp_path, "folder")


def test_values_do_not_depend_on_which_parser_was_built_in(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: {NO: 012, b: [x, 'y', ~]}\nc: |\n  1,2\n  3,4\nd: >-\n  e\n  f\n"
    fast = yaml.parse(text.encode(), "x")
    monkeypatch.setattr(yaml, "_PARSER", BaseLoader)
    assert yaml.parse(text.encode(), "x") == fast
    assert "in quotes" in refused("path: *.csv").excerpt
    assert "tab" in refused("a:\n\tb: 1").sentence


def double_quoted(text: str) -> str:
    safe = (c if " " <= c <= "~" and c not in '"\\' else f"\\U{ord(c):08X}" for c in text)
    return '"' + "".join(safe) + '"'


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_in_double_quotes_survives(text: str) -> None:
    assert value(f"a: {double_quoted(text)}") == {"a": text}


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff")))
def test_any_line_in_single_quotes_survives(text: str) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    assert value(f"a: {quoted}") == {"a": text}


@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_a_refusal(data: bytes) -> None:
    with suppress(OpsctlError):
        yaml.parse(data, "x")
