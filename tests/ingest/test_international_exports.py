"""Exports of the international platforms: real files become what they say, or are refused for the right reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from opsctl.config import settings
from opsctl.config.library import shipped_mappings
from opsctl.config.matching import Mapping
from opsctl.ingest.claim import Claims
from opsctl.ingest.inspection import Look, see
from opsctl.ingest.load import load
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.sources import files
from tests.ingest.exports import account, values

PLAIN = settings.load(None, {}, {}, None)
Days = tuple[date, date] | None


def one(path: Path) -> Loaded:
    return load(files([path], PLAIN), PLAIN)


# --- real files -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Real:
    """A real file and what it must become."""

    file: str
    mapping: str
    rows: int
    sums: dict[str, object]
    days: Days = None
    dropped: dict[str, int] = field(default_factory=dict)
    reconciled: frozenset[str] = frozenset()  # columns that equal the file's own total


MONTH = (date(2026, 3, 26), date(2026, 4, 25))
REAL = (
    Real("google_ads/campaign_report_header_only.csv", "google_ads/campaign", 0, {}),
    Real(
        "google_ads/campaign_report_inr.csv",
        "google_ads/campaign",
        2,
        {"spend": "2565.9300", "impressions": 46_168, "conversions": 15},
        (date(2025, 7, 8), date(2025, 7, 31)),
        {"total": 4},
        frozenset({"impressions", "conversions"}),  # the spend differs by the cent that Google rounded away
    ),
    Real(
        "google_ads/search_keyword_utf16_cad.csv",
        "google_ads/keyword",
        17,
        {"spend": "0.1200", "impressions": 14, "clicks": 1, "conversions": 0},
        (date(2026, 5, 1), date(2026, 5, 8)),
        {"total": 10},
        frozenset({"spend", "impressions", "clicks", "conversions"}),
    ),
    Real(
        "google_ads/adgroup_utf16_usd.csv",
        "google_ads/ad_group",
        8,
        {"spend": "46250.9600", "impressions": 229_344, "clicks": 23_098, "conversions": 1_030},
        None,  # "All time"
        {"total": 4},
        frozenset({"spend", "impressions", "clicks", "conversions"}),
    ),
    Real(
        "google_ads/overview_card_time_series.csv",
        "google_ads/overview_hour",
        24,
        {"spend": "0.0000", "impressions": 0, "clicks": 0},
    ),
    Real(
        "meta/id_day_region.csv",
        "meta/en",
        2_022,
        {"spend": "1744800.0000", "impressions": 179_335, "clicks": 3_695},
        MONTH,
        {"total": 1},
    ),
    Real(
        "meta/id_platform_placement.csv",
        "meta/en_placement",
        367,
        {"spend": "1744800.0000", "impressions": 179_335, "clicks": 3_695, "conversions": 2_449},
        MONTH,
        {"total": 1},
    ),
    Real(
        "meta/id_age_gender.csv",
        "meta/en_age_gender",
        20,
        {"spend": "21737841.0000", "impressions": 1_991_270, "clicks": 30_996},
        MONTH,
        {"total": 1},
    ),
    Real(
        "meta/id_ad_week_no_total.csv",
        "meta/en",
        11,
        {"spend": "1947539.0000", "impressions": 94_005, "clicks": 1_373, "conversions": 697},
        (date(2026, 1, 30), date(2026, 2, 5)),
    ),
    Real(
        "tiktok/predik_ad_final.csv",
        "tiktok/daily",
        100,
        {"spend": "51487817.0000", "impressions": 4_348_704, "clicks": 17_173, "conversions": 603},
        (date(2023, 11, 16), date(2024, 4, 24)),
    ),
    Real(
        "data/installs_by_channel_2014.csv",
        "summary/new_users",
        888,
        {"users": 214_414},
        (date(2014, 1, 21), date(2014, 6, 19)),
    ),
)


@pytest.mark.parametrize("real", REAL, ids=lambda real: real.file)
def test_a_real_file_becomes_what_it_says(shared: Path, real: Real) -> None:
    loaded = one(shared / "exports" / real.file)
    assert loaded.refused == []
    found = account(loaded)
    assert (found.mapping, found.accepted, found.rejected) == (real.mapping, real.rows, ())
    assert {name: found.sums.get(name) for name in real.sums} == real.sums
    assert found.dropped == real.dropped
    assert real.reconciled <= {control.column for control in found.control if control.ok}
    days = values(loaded, found.table, "day", "through") if found.table == "spend" else []
    if found.table == "spend":
        assert span(days) == real.days


def span(days: list[tuple[date | None, date | None]]) -> Days:
    """The first and last day of any row, None where no row has one."""
    known = [day for pair in days for day in pair if day is not None]
    return (min(known), max(known)) if known else None


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("broken/cookie_cats_is_html.csv", "OPS101"),
        ("broken/online_retail_II_lfs_pointer.xlsx", "OPS101"),
        ("ga4/exploration_user_explorer.csv", "OPS102"),  # single users, without a day
        ("data/KAG_conversion_canonical_CR_line_ends.csv", "OPS102"),  # a table of somebody's own, without a day
        ("data/game_installs_2024.csv", "OPS102"),
        ("data/game_toy_unlock_2024.csv", "OPS102"),
        ("data/ltv_game/installs.csv", "OPS102"),  # no channel
        ("data/ltv_game/in_game_purchases_revenue.csv", "OPS106"),  # its columns are named by numbers
    ],
)
def test_a_real_file_that_is_no_export_known_is_refused(shared: Path, file: str, code: str) -> None:
    loaded = one(shared / "exports" / file)
    assert [error.code for error in loaded.refused] == [code]
    assert loaded.inputs == []


def test_installs_of_a_data_department_are_of_28_channels(shared: Path) -> None:
    loaded = one(shared / "exports/data/installs_by_channel_2014.csv")
    rows = values(loaded, "cohort", "channel", "offset", "active")
    assert len({channel for channel, _, _ in rows}) == 28
    assert {(offset, active) for _, offset, active in rows} == {(0, None)}


# --- columns are the user's choice ----------------------------------------------------------------------


OURS = {
    *("google_ads", "meta", "tiktok", "microsoft_ads", "linkedin", "pinterest"),
    *("appsflyer", "shopify", "ga4", "summary"),
}


@pytest.mark.parametrize(
    "mapping", [one for one in shipped_mappings() if one.platform in OURS], ids=lambda mapping: mapping.name
)
def test_columns_in_another_order_and_further_ones_change_nothing(tmp_path: Path, mapping: Mapping) -> None:
    example = mapping.export.example
    assert example is not None
    (path := tmp_path / "seen.csv").write_text(example.export, encoding="utf-8")
    header = [*see(path, Look(PLAIN)).header]
    for changed in (header[::-1], [*header, "My own column"], ["* CTR / 2", *header]):
        assert Claims(PLAIN).of(changed, None, "w.csv").name == mapping.name
