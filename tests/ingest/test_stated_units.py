"""What a file says of its amounts counts: money in ten thousands is never read as money."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsctl.ingest.load import load
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.sources import files
from tests.ingest.exports import project

HEAD = "day,channel,spend,clicks\n"
ROWS = "2025-01-06,A,1.5,1\n2025-01-07,A,2,1\n"


def loaded(folder: Path, export: str) -> Loaded:
    (folder / "w.csv").write_text(export, "utf-8")
    chosen = project(folder)
    return load(files([folder], chosen), chosen)


@pytest.mark.parametrize(
    "export", [f"单位：万元\n{HEAD}{ROWS}", f"金额单位:分\n{HEAD}{ROWS}", f"{HEAD},,(万元),(次)\n{ROWS}"]
)
def test_amounts_that_are_said_to_be_scaled_are_refused(tmp_path: Path, export: str) -> None:
    [refusal] = loaded(tmp_path, export).refused
    assert (refusal.code, refusal.column) == ("OPS108", "spend")
    assert "unit:" in refusal.hint


@pytest.mark.parametrize(
    ("export", "currency"),
    [
        (f"单位：元\n{HEAD}{ROWS}", "CNY"),
        (f"Currency: USD\n{HEAD}{ROWS}", "USD"),
        (f"币种：美元\n{HEAD}{ROWS}", "USD"),
        (f"{HEAD},,(USD),\n{ROWS}", "USD"),
        ("时间-天,单元名称,消耗(USD),展示数,点击数,转化数\n2025-01-06,x,1.5,10,1,1\n", "USD"),
        ("时间-天,单元名称,消耗(元),展示数,点击数,转化数\n2025-01-06,x,1.5,10,1,1\n", "CNY"),
    ],
)
def test_the_currency_that_a_file_states_is_that_of_its_amounts(tmp_path: Path, export: str, currency: str) -> None:
    spend = loaded(tmp_path, export).tables["spend"].collect()
    assert set(spend["currency"]) == {currency}
