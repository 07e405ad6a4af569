"""Whatever bytes a file has, it is read or refused: nothing else comes out of loading, and the account adds up."""

from __future__ import annotations

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import settings as with_settings
from hypothesis import strategies as st

from opsctl.core.errors import RefusedFile
from tests.cli.inside import opsctl
from tests.ingest.exports import read

PIECES = (
    *("day,channel,spend\n", "user,acquired_at,channel\n", "时间-天,单元名称,消耗,展示数\n", "order;paid_at;paid\r\n"),
    *(
        "2025-01-06",
        "2025-01-06 10:00:00+08:00",
        "01/02/2025",
        "45658",
        "抖音",
        "合计",
        "-",
        "u1",
        "1,360.50",
        "￥1.5万",
    ),
    *("1e400", "-0.00", "NaN", "<5", '"', '""', "'", ",", ";", "\t", "|", "\n", "\r\n", "\r", "\0", "\ufeff", "=1+1"),
    *("\x1a", "\u202e", "锟斤拷", "\ud7ff", "sep=;\n", "# remark\n", "<html>", "{"),
)
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
encodings = st.sampled_from(["utf-8", "gb18030", "utf-16", "cp932"])
contents = st.one_of(
    st.binary(max_size=200),
    st.builds(lambda text, encoding: text.encode(encoding, "replace"), texts, encodings),
    texts.map(lambda text: f"day,channel,spend\n2025-01-06,A,1\n{text}".encode()),
)


@with_settings(deadline=None, max_examples=60)
@given(first=contents, second=contents)
def test_a_file_is_read_or_refused_and_every_row_is_accounted_for(first: bytes, second: bytes) -> None:
    with TemporaryDirectory() as folder:
        loaded = read(Path(folder), {"a.csv": first, "b.csv.gz": gzip.compress(second, mtime=0)})
    assert all(isinstance(error, RefusedFile) for error in loaded.refused)
    rows = {name: table.collect().height for name, table in loaded.tables.items()}
    for name, height in rows.items():
        assert sum(one.accepted for one in loaded.inputs if one.table == name) == height
    for one in loaded.inputs:
        assert one.read == one.accepted + len(one.rejected) + sum(one.dropped.values())
        assert one.accepted >= 0


@pytest.mark.parametrize("folder", ["polluted/cn", "polluted/csv-spectrum"])
def test_files_from_the_wild_are_answered_or_refused_one_by_one(shared: Path, folder: str) -> None:
    ran = opsctl("query", "spend", shared / folder, "--json")
    assert ran.code in (1, 3)
    assert "OPS501" not in ran.err
    assert "Traceback" not in ran.err
