"""Exports whose days need the period of their file: stacked tables, days that are counted, days without a year."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from opsctl.config.mapping import Column
from opsctl.core.errors import AmbiguousValues
from opsctl.core.period import named
from opsctl.ingest.load import load
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.sources import files
from opsctl.ingest.spans import day_after_start, day_within, days_in
from tests.cli.inside import opsctl
from tests.ingest.exports import account, project, read, refusals, values

SNAPSHOT = """# Report CSV Export
# Start date: 20250106
# End date: 20250108
Nth day,Users
0000,9
0002,9

# Start date: {start}
# End date: {end}
Nth day,New users
0000,5
0002,7
"""


def snapshot(folder: Path, start: str = "20250106", end: str = "20250108") -> Loaded:
    return read(folder, {"data-export.csv": SNAPSHOT.format(start=start, end=end)})


# --- GA4 ------------------------------------------------------------------------------------------------


def test_days_are_counted_from_the_start_of_the_table_not_of_the_file(tmp_path: Path) -> None:
    loaded = snapshot(tmp_path, "20250201", "20250203")
    assert values(loaded, "cohort", "day", "channel", "offset", "users") == [
        (date(2025, 2, 1), "ga4", 0, 5),
        (date(2025, 2, 3), "ga4", 0, 7),
    ]
    assert account(loaded).dropped == {"another table": 3}
    assert (loaded.rejected, loaded.refused) == ([], [])


def test_a_day_beyond_the_period_is_rejected(tmp_path: Path) -> None:
    loaded = snapshot(tmp_path, "20250201", "20250202")
    assert values(loaded, "cohort", "day", "users") == [(date(2025, 2, 1), 5)]
    assert [(row.line, row.code) for row in loaded.rejected] == [(12, "OPS203")]


def test_counted_days_of_no_known_period_are_refused(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"2025-01/export.csv": "Nth day,New users\n0000,5\n"})
    assert [error.code for error in loaded.refused] == ["OPS108"]


RETENTION = """# Start date: {start}
# End date: {end}
Date,Week 0,Week 1,Week 2
{first},10,4,-1
{second},12,-1,-1
"""


def test_weeks_of_a_cohort_that_have_not_come_are_unknown_and_not_zero(tmp_path: Path) -> None:
    export = RETENTION.format(start="20241222", end="20250104", first="Dec 22 - Dec 28", second="Dec 29 - Jan 4")
    loaded = read(tmp_path, {"w.csv": export})
    first, second = date(2024, 12, 22), date(2024, 12, 29)
    assert sorted(values(loaded, "cohort", "day", "offset", "users", "active"), key=lambda row: row[:2]) == [
        (first, 0, 10, 10),
        (first, 7, 10, 4),
        (first, 14, 10, None),
        (second, 0, 12, 12),
        (second, 7, 12, None),
        (second, 14, 12, None),
    ]


def test_each_table_of_a_snapshot_can_be_looked_at(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(SNAPSHOT.format(start="20250106", end="20250108"), encoding="utf-8")
    seen = [
        opsctl("inspect", "w.csv", "--expect", expected, "--json", cwd=tmp_path) for expected in ("Users", "New users")
    ]
    assert [(one.code, one.json["rows"]) for one in seen] == [
        (0, [["0000", "9"], ["0002", "9"]]),
        (0, [["0000", "5"], ["0002", "7"]]),
    ]


@pytest.mark.shared
def test_of_a_real_snapshot_the_first_table_that_is_known_is_taken(shared: Path) -> None:
    chosen = project(shared)
    loaded = load(files([shared / "exports/ga4/data_export_20230424.csv"], chosen), chosen)
    found = account(loaded)
    assert (found.mapping, found.accepted, found.rejected) == ("ga4/snapshot_new_users", 28, ())
    assert (found.days, found.sums["users"]) == ((date(2023, 4, 24), date(2023, 5, 21)), 2)
    assert found.dropped == {"another table": 117}
    assert any("1 more table of this file" in note.text for note in loaded.notes)


@pytest.mark.parametrize("said", ["{from: [D], year: file}", "{days_after_start: [D]}"])
def test_days_that_need_a_period_are_refused_without_one(tmp_path: Path, said: str) -> None:
    mapping = f"{{platform: p, table: spend, columns: {{day: {said}, channel: {{const: a}}, spend: [S]}}}}"
    loaded = read(tmp_path, {"w.csv": "D,S\nApr 9,1\n"}, f"mappings: [{mapping}]\n")
    assert refusals(loaded) == [("OPS108", "w.csv")]


def test_days_without_a_year_are_of_the_period_that_the_name_says(tmp_path: Path) -> None:
    columns = "{day: {from: [D], year: file}, channel: {const: a}, spend: [S]}"
    mapping = f"{{platform: p, table: spend, file: {{name: {{period: '[0-9]{{6}}'}}}}, columns: {columns}}}"
    loaded = read(tmp_path, {"a_202501.csv": "D,S\n1月5日,1\n12月31日,2\n7月1日,4\n"}, f"mappings: [{mapping}]\n")
    assert values(loaded, "spend", "day") == [(date(2025, 1, 5),), (date(2024, 12, 31),)]
    assert [(row.line, row.code) for row in loaded.rejected] == [(4, "OPS203")]


@pytest.mark.parametrize(
    "column",
    [{"const": "a", "year": "file"}, {"from": ["D"], "year": "2025"}, {"days_after_start": ["D"], "year": "file"}],
)
def test_a_year_can_only_be_said_of_a_column_and_only_as_the_files(column: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="year"):
        Column.model_validate(column)


# --- texts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "period", "day"),
    [
        ("Apr 9 - Apr 15", "2023-04-09..2023-05-20", date(2023, 4, 9)),
        ("9 Apr", "2023-04-09..2023-05-20", date(2023, 4, 9)),
        ("1月5日", "2025-01", date(2025, 1, 5)),
        ("Dec 29 - Jan 4", "2025-01", date(2024, 12, 29)),
        ("Jan 2", "2024-12", date(2025, 1, 2)),
        ("Dec 29, 2024 - Jan 4, 2025", "2025-01", date(2024, 12, 29)),
        ("2025年1月5日", "2025-01", date(2025, 1, 5)),
        ("Feb 29", "2024-02", date(2024, 2, 29)),
        ("Feb 29", "2025-02", None),
        ("Jul 1", "2025-01", None),
        ("9 - 15 Apr", "2025-04", None),
        ("Total", "2025-04", None),
        ("", "2025-04", None),
    ],
)
def test_the_first_day_of_a_text_is_put_into_its_period(text: str, period: str, day: date | None) -> None:
    assert day_within(text, named(period)) == day


def test_a_day_that_a_period_has_twice_is_not_guessed() -> None:
    with pytest.raises(AmbiguousValues):
        day_within("Apr 9", named("2023-01-01..2024-12-31"))


@pytest.mark.parametrize(
    ("count", "day"), [("0000", 5), ("1", 6), ("0003", 8), ("0004", None), ("-1", None), ("x", None), ("9" * 9, None)]
)
def test_days_are_counted_within_the_period(count: str, day: int | None) -> None:
    assert day_after_start(count, named("2025-01-05..2025-01-08")) == (day and date(2025, 1, day))


MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "nl short": "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "fr short": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "en": "January February March April May June July August September October November December",
}


@pytest.mark.parametrize("language", MONTHS)
def test_months_are_known_by_their_names(language: str) -> None:
    months = MONTHS[language].split()
    found = [days_in(f"5 {month} 2026") for month in months]
    assert [period and period.start for period in found] == [date(2026, number, 5) for number in range(1, 13)]


@pytest.mark.parametrize(
    "text", ["1er mai 2026 - 8 mai 2026", "1. Mai 2026 - 8. Mai 2026", "1 de mayo de 2026 al 8 de mayo de 2026"]
)
def test_days_are_known_as_their_languages_write_them(text: str) -> None:
    period = days_in(text)
    assert period is not None
    assert period.label == "2026-05-01..2026-05-08"


# --- LinkedIn and Microsoft -----------------------------------------------------------------------------

LINKEDIN = """Ad Performance Report (in UTC)
Report Start: September 21, 2026, 12:00 AM
Report End: September {end}, 2026, 11:59 PM
Date Generated: September 30, 2026, 9:14 AM

Start Date (in UTC)\tCampaign ID\tTotal Spent\tImpressions
9/21/2026\t1\t10.00\t100
9/{second}/2026\t2\t20.00\t200
"""
FIRST, LAST = date(2026, 9, 21), date(2026, 9, 24)


@pytest.mark.parametrize(
    ("second", "end", "days"),
    [
        (21, 24, [(FIRST, LAST)] * 2),
        (22, 24, [(FIRST, None), (date(2026, 9, 22), None)]),
        (21, 21, [(FIRST, None)] * 2),
    ],
)
def test_rows_of_linkedin_that_all_begin_with_the_period_are_of_all_of_it(
    tmp_path: Path, second: int, end: int, days: list[tuple[date, date | None]]
) -> None:
    loaded = read(tmp_path, {"2026-09/w.csv": LINKEDIN.format(second=second, end=end).encode("utf-16")})
    assert values(loaded, "spend", "day", "through") == days
    said = [note.text for note in loaded.notes if "taken to be of all up to 2026-09-24" in note.text]
    assert len(said) == (days[0][1] is not None)


def test_a_dutch_report_is_of_the_days_between_its_first_and_last(tmp_path: Path) -> None:
    export = (
        "Begindatum van rapport: 1 maart 2026 00:00\nEinddatum van rapport: 3 mei 2026 23:59\n\n"
        "Begindatum (in UTC)\tTotaal besteed\tWeergaven\n1-3-2026\t1.234,50\t1.000\n"
    )
    loaded = read(tmp_path, {"w.csv": export})
    assert values(loaded, "spend", "day", "through") == [(date(2026, 3, 1), date(2026, 5, 3))]


def test_a_file_without_lines_above_its_header_keeps_its_days(tmp_path: Path) -> None:
    export = "Start Date (in UTC)\tTotal Spent\tImpressions\n9/1/2026\t10.00\t100\n"
    loaded = read(tmp_path, {"2026-09/w.csv": export}, "sources: [{path: '**/*.csv', dates: mdy}]\n")
    assert values(loaded, "spend", "day", "through") == [(date(2026, 9, 1), None)]


def test_the_last_line_of_microsoft_is_no_row(tmp_path: Path) -> None:
    export = (
        '"Report Name: x"\n"Report Time: 2/7/2020"\n\n"Campaign name","Currency code","Impressions","Clicks","Spend"\n'
        '"A","USD","1","1","1.00"\n\n"@2020 Microsoft Corporation. All rights reserved. "\n'
    )
    loaded = read(tmp_path, {"w.csv": export})
    assert loaded.rejected == []
    assert account(loaded).dropped == {"blank": 1, "remark": 1}


def test_an_empty_report_of_linkedin_is_called_one(tmp_path: Path) -> None:
    export = LINKEDIN.format(second=21, end=24).partition("Start Date (in")[0]
    loaded = read(tmp_path, {"w.csv": export.encode("utf-16")})
    assert refusals(loaded) == [("OPS104", "w.csv")]
