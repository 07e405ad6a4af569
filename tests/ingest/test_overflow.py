"""Sums that 64 bits cannot keep are refused: wrapped around, they would look like any other figure."""

from pathlib import Path

from tests.cli.inside import opsctl

LARGEST = "99999999999999"


def rows(count: int, channel: str) -> str:
    return "day,channel,spend\n" + f"2025-01-01,{channel},{LARGEST}\n" * count


def test_a_file_whose_amounts_cannot_be_added_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(rows(10, "A"))
    ran = opsctl("query", "spend", tmp_path, "--json")
    assert (ran.code, ran.out) == (3, "")
    assert "error[OPS115]" in ran.err


def test_files_that_can_only_be_added_one_by_one_give_no_wrapped_sum(tmp_path: Path) -> None:
    for channel in "ABCDE":
        (tmp_path / f"{channel}.csv").write_text(rows(1, channel))
    assert opsctl("query", "spend", tmp_path / "A.csv", "--json").figure("spend")["value"] == f"{LARGEST}.0000"
    ran = opsctl("query", "spend", tmp_path, "--json")
    assert (ran.code, ran.out) == (3, "")
    assert "error[OPS115]" in ran.err
