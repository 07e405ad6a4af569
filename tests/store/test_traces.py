"""An id is found wherever it stands alone, in whatever encoding and pieces, and nowhere else."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.store import derived, traces
from opsctl.store.contents import Closed, holds
from opsctl.store.shelf import Shelf
from opsctl.store.traces import Traces
from tests.store import project

PHONE, EMAIL, USER = "13912345678", "li.na@example.com", "user-0042"
ENCODINGS = ("utf-8", "gb18030", "utf-16", "utf-16-be")
EVERYBODY = Traces([PHONE, EMAIL, USER])


def holds_text(text: str, encoding: str = "utf-8") -> bool:
    return EVERYBODY.in_stream(io.BytesIO(text.encode(encoding)).read)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "text",
    [
        PHONE,
        f"+86{PHONE}",
        "0086 139-1234-5678",
        "手机139 1234 5678号",
        EMAIL,
        "Li.Na@EXAMPLE.com,",
        f"用户{USER}的",
        f"a,{USER}_x",
    ],
)
def test_it_is_found_in_every_encoding_beside_chinese_and_with_gaps(text: str, encoding: str) -> None:
    assert holds_text(f"甲,乙\n1,{text}\n2,丙\n", encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "text", [f"{PHONE}9", f"1{PHONE}", f"x{EMAIL}", f"{EMAIL}-b", f"{USER}7", f"X{USER}", "user-004"]
)
def test_a_part_of_something_longer_is_somebody_else(text: str, encoding: str) -> None:
    assert not holds_text(f"甲,乙\n1,{text}\n2,丙\n", encoding)


def test_web_pages_json_and_addresses_write_it_in_their_own_way() -> None:
    named = Traces(["欧阳&晓岚-7"])
    for text in ("欧阳&amp;晓岚-7", '"\\u6b27\\u9633&\\u6653\\u5c9a-7"', "u=%E6%AC%A7%E9%98%B3%26%E6%99%93%E5%B2%9A-7"):
        assert named.in_text(text)


@given(st.integers(0, 60), st.integers(0, 30), st.sampled_from(ENCODINGS), st.sampled_from(",9"))
def test_it_is_found_across_any_pieces(before: int, after: int, encoding: str, beside: str) -> None:
    text = "甲" * before + beside + PHONE + "," * after
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(traces, "CHUNK", 16)
        assert holds_text(text, encoding) is (beside == ",")


def test_archives_documents_and_figures_are_looked_into(tmp_path: Path) -> None:
    csv = f"user\n{USER}\n".encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<t>{PHONE}</t>")
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("inner.zip", packed.getvalue())
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(csv))
    (tmp_path / "b.xlsx").write_bytes(packed.getvalue())
    (tmp_path / "c.zip").write_bytes(outer.getvalue())
    for name, values in {"d": [int(PHONE)], "e": [float(PHONE)], "f": [EMAIL.upper()], "g": [USER.encode()]}.items():
        pl.DataFrame({"x": values}).write_parquet(tmp_path / f"{name}.parquet", compression="zstd")
    found = {path.name: holds(path, EVERYBODY, ours=False) for path in tmp_path.iterdir()}
    assert found == dict.fromkeys(found, True)


def test_what_cannot_be_looked_into_is_said(tmp_path: Path) -> None:
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"x" * 99)[:-9])
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "w.pdf").write_bytes(b"%PDF-1.7")
    pl.DataFrame({"x": [[USER]]}).write_parquet(tmp_path / "lists.parquet")
    for path in tmp_path.iterdir():
        with pytest.raises(Closed):
            holds(path, EVERYBODY, ours=False)


def test_what_was_made_while_the_store_changed_is_not_kept(tmp_path: Path) -> None:
    """Somebody may have been erased meanwhile, whom it still holds."""
    kept = project.made(tmp_path, days=2)
    assert kept.ingest(1).code == 0
    shelf = Shelf(kept.store)
    assert kept.ingest(2).code == 0
    shelf.keep("days", "state", pl.DataFrame({"user": [1]}))
    assert shelf.find("days", "state") is None
    assert Shelf(kept.store).keep("days", "state", pl.DataFrame({"user": [1]})).collect().height == 1
    assert Shelf(kept.store).find("days", "state") is not None
    assert derived.damaged(kept.store) == []
