"""What a command imports: help and version come at once, and an answer needs no library of numerics."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import opsctl

SLOW = {"polars", "pydantic", "narwhals", "rich", "yaml", "numpy", "scipy"}
NEVER = {"numpy", "scipy", "pandas", "pyarrow"}


def imported(*arguments: str | Path) -> set[str]:
    """The packages that a run of the command imports, as the interpreter itself reports them."""
    ran = opsctl(*arguments, environ={"PYTHONPROFILEIMPORTTIME": "1"})
    assert ran.code == 0
    modules = [line.rpartition("|")[2].strip() for line in ran.err.splitlines() if line.startswith("import time:")]
    return {module.partition(".")[0] for module in modules}


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["query", "--help"], ["config", "--help"]])
def test_help_and_version_wait_for_nothing_slow(arguments: list[str]) -> None:
    found = imported(*arguments)
    assert "opsctl" in found
    assert not found & SLOW


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    (folder / "spend.csv").write_text("day,channel,spend\n2025-03-01,A,100\n2025-03-02,B,90\n")
    (folder / "users.csv").write_text("user,acquired_at,channel\nu1,2025-03-01,A\nu2,2025-03-02,B\n")
    (folder / "events.csv").write_text("user,at,event\nu1,2025-03-02 09:00,open\n")
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ["query", "cpa,retention_d1,low_efficiency_share", "exports/"],
        ["query", "cpa,retention_d1", "exports/", "--json"],
        ["report", "exports/"],
        ["explain", "retention_d1", "exports/"],
    ],
)
def test_an_answer_needs_no_library_of_numerics(exports: Path, arguments: list[str]) -> None:
    found = imported(*(exports if word == "exports/" else word for word in arguments))
    assert "polars" in found
    assert not found & NEVER


def test_json_is_written_without_what_draws_tables(exports: Path) -> None:
    assert "rich" not in imported("query", "spend", exports, "--json")
