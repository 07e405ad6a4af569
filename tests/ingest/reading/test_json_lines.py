"""JSON lines: an object is a row, a line that is none is rejected by its number, an API's error is still refused."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.core.errors import NotATable
from opsctl.ingest.reading import Content, TextTable, read_text, unpack
from tests.ingest.exports import account, read, refusals, values

EVENT = '{"user":"u1","at":"2025-01-05T10:00:00Z","event":"open"}\n'
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
)


def table(text: str | bytes, *names: str) -> TextTable:
    data = text if isinstance(text, bytes) else text.encode()
    return read_text(Content("w.json", data, "text"), lambda header: set(names) <= set(header))


def test_keys_are_columns_and_what_is_below_one_is_named_by_both() -> None:
    found = table('{"event":"a","p":{"t":1.50,"x":{"y":true}}}\n{"p":{"t":null},"event":"b","more":[1,"z"]}\n', "event")
    assert found.header == ("event", "p.t", "p.x.y", "more")
    assert found.cells.rows() == [("a", "1.50", "true", ""), ("b", "", "", '["1", "z"]')]
    assert found.lines.to_list() == [1, 2]


def test_numbers_are_kept_digit_by_digit() -> None:
    found = table('{"id":12345678901234567890123,"money":0.10,"big":1e400}\n', "id")
    assert found.cells.rows() == [("12345678901234567890123", "0.10", "1e400")]


@pytest.mark.parametrize(
    "line",
    ['{"user":"u2"', "[1,2]", '"text"', '{"user":"a","user":"b"}', '{"user":NaN}', '{"user":"\\ud800"}',
     "user,at,event", '{"a.b":1,"a":{"b":2}}', '{"a":' * 9 + "1" + "}" * 9, "[" * 100_000, '{"user":"a"}{"user":"b"}'],
    ids=["cut off", "an array", "a text", "a name twice", "NaN", "half a character", "CSV", "one name in two ways",
         "too many levels", "a bomb of levels", "two objects"],
)  # fmt: skip
def test_a_line_that_is_no_object_is_rejected_by_its_number_and_the_others_are_kept(line: str) -> None:
    found = table(f'{{"user":"u1"}}\n{line}\n\n{{"user":"u3"}}', "user")
    assert found.cells["0"].to_list() == ["u1", "u3"]
    assert [(fault.line, fault.rule) for fault in found.rejected] == [(2, "OPS213")]
    assert [(drop.line, drop.reason) for drop in found.dropped] == [(3, "blank")]
    assert found.read == 4


def test_bytes_that_are_no_text_and_nul_reject_their_line() -> None:
    found = table(b'{"user":"u1"}\r\n{"user":"\xff"}\r\n{"user":"\\u0000"}\r\n', "user")
    assert found.cells["0"].to_list() == ["u1"]
    assert [(fault.line, fault.rule) for fault in found.rejected] == [(2, "OPS207"), (3, "OPS207")]


@pytest.mark.parametrize("text", ['{"code": 40001, "message": "no permission"}\n', '{"error":{"code":1}}\n{"a":1}\n'])
def test_the_answer_of_an_api_is_refused_as_json(tmp_path: Path, text: str) -> None:
    loaded = read(tmp_path, {"w.csv": text})
    assert refusals(loaded) == [("OPS101", "w.csv")]
    with pytest.raises(NotATable, match="JSON"):
        table(text, "day")


def test_objects_under_canonical_names_are_the_table(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.jsonl": EVENT + EVENT.replace("u1", "u2").replace("open", "pay")})
    assert values(loaded, "activity", "user", "event") == [("u1", "open"), ("u2", "pay")]


def test_an_archive_of_packed_hours_is_read_hour_by_hour(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for hour in (0, 1):
            archive.writestr(
                f"app/app_2025-01-05_{hour}#0.json.gz", gzip.compress(EVENT.replace("u1", f"u{hour}").encode())
            )
        archive.writestr("app/about.json", '{\n "made": "2025-01-06"\n}')
    loaded = read(tmp_path, {"export.zip": held.getvalue()})
    assert values(loaded, "activity", "user") == [("u0",), ("u1",)]
    assert account(loaded, "_1#0.json.gz").accepted == 1


def test_a_packed_member_that_swells_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "w.zip", "w") as archive:
        archive.writestr("w.json.gz", gzip.compress(b'{"a":1}\n' + b" " * 100_000_000))
    with pytest.raises(Exception, match="100 times"):
        unpack(tmp_path / "w.zip")


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES, min_size=1), min_size=1, max_size=5))
def test_every_object_is_a_row_as_it_was_written(objects: list[dict[str, object]]) -> None:
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)
    nul = [any("\x00" in str(value) for value in one.values()) for one in objects]
    found = table(text)
    kept = [one for one, bad in zip(objects, nul, strict=True) if not bad]
    assert len(found.rejected) == sum(nul)
    told = [{name: cell for name, cell in zip(found.header, row, strict=True) if cell} for row in found.cells.rows()]
    assert told == [{name: shown for name, value in one.items() if (shown := _shown(value))} for one in kept]


def _shown(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_a_key_that_comes_late_is_a_column_of_all_objects() -> None:
    many = 100_001
    found = table('{"a":1}\n' * many + '{"b":2}\n', "a")
    assert found.cells.height == many + 1
    assert found.cells.row(0) == ("1", "")
    assert found.cells.row(many) == ("", "2")
    assert found.lines[-1] == many + 1
