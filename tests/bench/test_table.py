"""The tables show what was measured; those of the READMEs are written from what is kept."""

import re
from pathlib import Path

import pytest

from tests.bench import bars, machine, results, table
from tests.bench.results import Scale, Spread, summed_up
from tests.bench.timing import Usage

RUNS = {
    "duckdb_best": [Usage(2, 4, 100), Usage(4, 4, 120), Usage(3, 4, 110)],
    "duckdb_hash": [Usage(4, 8, 100), Usage(8, 8, 120), Usage(6, 8, 110)],
    "opsctl store": [Usage(1, 1, 90), Usage(1, 2, 300), Usage(1, 3, 80)],
}
VERSIONS = {"python": "3.11.7", "polars": "2.1.0", "duckdb": "2.0.0"}
RIVALS = dict.fromkeys(RUNS, ("duckdb_best", "duckdb_hash", "duckdb_absent"))


def scale(activity: int = 20_000_000) -> Scale:
    return Scale(
        {"activity": activity, "users": 9}, 3, "a machine", VERSIONS, 0.25, summed_up(RUNS, RIVALS), {"pandas": "none"}
    )


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    taken = scale().ways["opsctl store"]
    assert taken.ratio == Spread(1 / 3, 1 / 4, 1 / 2)
    assert taken.times["duckdb_hash"].middle == pytest.approx(1 / 6)
    assert (taken.wall.middle, taken.cpu.middle, taken.rss) == (1, 2, 300)


def test_what_is_kept_is_what_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "KEPT", tmp_path / "kept.json")
    assert results.kept() == {}
    results.keep({"L": scale(), "S": scale(1_000_000)})
    assert results.kept() == {"S": scale(1_000_000), "L": scale()}
    assert list(results.kept()) == ["S", "L"]


def test_a_bar_is_met_or_not_by_what_was_measured() -> None:
    ways = scale().ways
    told = [bars.Bar("L", "opsctl store", most, memory).told(ways) for most, memory in ((0.5, False), (250, True))]
    assert re.search(r"0\.33 x +met  \(0\.17 x duckdb_hash\)$", told[0])
    assert re.search(r"300 MB +not met$", told[1])
    assert "not available" in bars.Bar("L", "opsctl csv", 1).told(ways)


def test_an_unchanged_question_needs_nothing_that_computes() -> None:
    assert bars.imports("S", ["rich"]).endswith("imports rich  met")
    assert bars.imports("S", ["polars", "rich"]).endswith("not met")


def test_how_busy_the_machine_was_is_told() -> None:
    before, after = machine.Moment(100, 50, 10), machine.Moment(200, 120, 30)
    assert machine.others(before, after) == ((120 - 50) - (30 - 10)) / (200 - 100)
    assert machine.others(None, after) is None
    assert "others used 25% of the machine" in table.console("M", scale())[0]


def test_a_line_holds_all_that_a_way_took() -> None:
    (line,) = [line for line in table.console("M", scale()) if line.startswith("opsctl store")]
    assert line.split()[2:] == ["1.00", "[1.00..1.00]", "2.00", "300", "0.33", "[0.25..0.50]", "0.50"]


def test_growth_is_told_beside_that_of_the_rows() -> None:
    assert table.growth({"M": scale()}) == []
    lines = table.growth({"M": scale(), "L": scale(100_000_000)})
    assert lines[1].split() == ["(rows)", "5.0"]
    assert lines[-1].split() == ["opsctl", "store", "1.0"]


def test_only_what_stands_between_the_marks_is_written_anew() -> None:
    text = f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n"
    assert table.placed(text, ["new"]) == f"before\n{table.BEGIN}\nnew\n{table.END}\nafter\n"


def test_a_way_that_was_not_measured_has_a_dash() -> None:
    rows = [line for line in table.readme({"M": scale()}, "en") if "the store |" in line or "bare CSV" in line]
    assert rows == [
        "| `opsctl query`, bare CSV, every row checked | – |",
        "| `opsctl query` from the store | 1.00 s · 0.33× · 300 MB |",
    ]


def test_a_table_says_once_what_it_was_measured_on() -> None:
    lines = table.readme({"S": scale(), "M": scale()}, "en")
    assert lines[-4:] == [
        "",
        "a machine; 3 rounds, medians; Python 3.11.7, Polars 2.1.0, DuckDB 2.0.0.",
        "Others used 25% of the machine meanwhile (S).",
        "Others used 25% of the machine meanwhile (M).",
    ]


@pytest.mark.parametrize("locale", table.READMES)
def test_the_table_of_a_readme_is_what_was_measured(locale: str) -> None:
    text = table.READMES[locale].read_text(encoding="utf-8")
    assert table.placed(text, table.readme(results.kept(), locale)) == text
