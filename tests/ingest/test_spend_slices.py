"""One money, once: what several files of spend tell of the same account and day must be the same, and counts once."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path

import polars as pl
import pytest

from tests.ingest.exports import account, read, refusals, values

UNITS = "时间-天,单元名称,消耗,展示数,点击数,转化数\n"
CAMPAIGNS = "时间-天,项目ID,项目名称,消耗,展示数,点击数,转化数\n"
SUNDAY = "2025-01-05,A,30,300,30,3\n"
MONDAY = "2025-01-06,A,100,1000,100,10\n2025-01-06,B,50,500,50,5\n"
MONDAY_TURNED = "2025-01-06,B,50,500,50,5\n2025-01-06,A,100,1000,100,10\n"
TUESDAY = "2025-01-07,A,20,200,20,2\n"


def test_rows_that_two_exports_share_count_once_in_whatever_order_they_stand(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w1.csv": UNITS + SUNDAY + MONDAY, "w2.csv": UNITS + MONDAY_TURNED + TUESDAY})
    assert sum(row[0] for row in values(loaded, "spend", "spend")) == (30 + 100 + 50 + 20) * 10_000
    assert account(loaded, "w1.csv").dropped == {}
    assert account(loaded, "w2.csv").dropped == {"sent twice": 2}
    assert not loaded.has_findings


def test_the_account_of_a_file_holds_only_what_was_left_of_it(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w1.csv": UNITS + SUNDAY + MONDAY, "w2.csv": UNITS + MONDAY_TURNED + TUESDAY})
    second = account(loaded, "w2.csv")
    assert (second.read, second.accepted) == (3, 1)
    assert second.sums == {"spend": "20.0000", "impressions": 200, "clicks": 20, "conversions": 2}
    assert second.days == (date(2025, 1, 7), date(2025, 1, 7))


def test_a_control_total_stays_that_of_the_whole_file(tmp_path: Path) -> None:
    second = UNITS + MONDAY_TURNED + TUESDAY + "合计,-,170,1700,170,17\n"
    loaded = read(tmp_path, {"w1.csv": UNITS + MONDAY, "w2.csv": second})
    assert all(control.ok for control in account(loaded, "w2.csv").control)
    assert account(loaded, "w2.csv").sums["spend"] == "20.0000"


def test_two_exports_that_contradict_each_other_are_both_refused_and_both_named(tmp_path: Path) -> None:
    restated = UNITS + MONDAY.replace("100,1000", "101,1000")
    loaded = read(tmp_path, {"w1.csv": UNITS + MONDAY, "w2.csv": restated, "w3.csv": UNITS + TUESDAY})
    (refusal,) = loaded.refused
    assert refusal.code == "OPS109"
    assert "w1.csv" in refusal.sentence
    assert "w2.csv" in refusal.sentence
    assert "2025-01-06" in refusal.sentence
    assert [Path(one.file).name for one in loaded.inputs] == ["w3.csv"]


def test_an_export_of_a_day_that_lacks_one_of_its_rows_contradicts_the_whole_one(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w1.csv": UNITS + MONDAY, "w2.csv": UNITS + MONDAY.splitlines()[0] + "\n"})
    assert refusals(loaded) == [("OPS109", "w2.csv")]
    assert loaded.inputs == []


@pytest.mark.parametrize("names", [*permutations(["a.csv", "b.csv", "c.csv"])], ids=" ".join)
def test_of_three_files_two_that_agree_do_not_outvote_the_third(tmp_path: Path, names: tuple[str, ...]) -> None:
    contents = [UNITS + MONDAY, UNITS + MONDAY_TURNED, UNITS + MONDAY.replace("50,500", "51,500")]
    loaded = read(tmp_path, dict(zip(names, contents, strict=True)))
    assert loaded.inputs == []
    assert {code for code, _ in refusals(loaded)} == {"OPS109"}


def test_two_breakdowns_of_one_account_and_day_hold_the_same_money_and_count_once(tmp_path: Path) -> None:
    campaigns = CAMPAIGNS + "2025-01-06,7301,春季,150,1500,150,15\n"
    loaded = read(tmp_path, {"units.csv": UNITS + MONDAY, "campaigns.csv": campaigns})
    assert loaded.refused == []
    assert values(loaded, "spend", "cut", "rank", "spend") == [
        ("campaign", 0, 150_0000),
        ("ad_group", 1, 100_0000),
        ("ad_group", 1, 50_0000),
    ]
    assert [note.code for note in loaded.notes] == ["same_money"]


def test_of_two_breakdowns_the_complete_one_counts_before_the_plain_one(tmp_path: Path) -> None:
    campaigns = CAMPAIGNS + "2025-01-06,7301,春季,140,1400,140,14\n"
    loaded = read(tmp_path, {"units.csv": UNITS + MONDAY, "campaigns.csv": campaigns})
    assert {row[:2] for row in values(loaded, "spend", "cut", "rank")} == {("ad_group", 0), ("campaign", 1)}


def test_of_two_breakdowns_with_far_different_money_the_smaller_is_refused(tmp_path: Path) -> None:
    """Below half of the money it may be another account, or an export that was filtered."""
    campaigns = CAMPAIGNS + "2025-01-06,7301,春季,60,600,60,6\n"
    loaded = read(tmp_path, {"units.csv": UNITS + MONDAY, "campaigns.csv": campaigns})
    assert refusals(loaded) == [("OPS109", "campaigns.csv")]
    assert "breakdowns" in loaded.refused[0].sentence
    assert [Path(one.file).name for one in loaded.inputs] == ["units.csv"]


def test_two_breakdowns_of_different_days_stand_beside_each_other(tmp_path: Path) -> None:
    campaigns = CAMPAIGNS + "2025-01-07,7301,春季,20,200,20,2\n"
    loaded = read(tmp_path, {"units.csv": UNITS + MONDAY, "campaigns.csv": campaigns})
    assert loaded.refused == []
    assert sum(row[0] for row in values(loaded, "spend", "spend")) == (100 + 50 + 20) * 10_000


def test_two_accounts_named_under_sources_are_two_moneys(tmp_path: Path) -> None:
    sources = "sources:\n  - {path: main/*.csv, account: main}\n  - {path: second/*.csv, account: second}\n"
    loaded = read(tmp_path, {"main/w1.csv": UNITS + MONDAY, "second/w1.csv": UNITS + MONDAY + TUESDAY}, sources)
    assert loaded.refused == []
    assert values(loaded, "spend", "account", "spend") == [
        *[("main", 100_0000), ("main", 50_0000)],
        *[("second", 100_0000), ("second", 50_0000), ("second", 20_0000)],
    ]


def test_a_canonical_file_owns_only_its_own_rows(tmp_path: Path) -> None:
    """One file per team is usual: other channels or campaigns of the same day are no contradiction."""
    head = "day,channel,campaign,spend\n"
    loaded = read(
        tmp_path, {"a.csv": f"{head}2025-01-06,A,x,10\n", "b.csv": f"{head}2025-01-06,A,y,20\n2025-01-06,A,x,10\n"}
    )
    assert [row[0] for row in values(loaded, "spend", "spend")] == [10_0000, 20_0000]
    assert account(loaded, "b.csv").dropped == {"sent twice": 1}


def test_canonical_rows_with_one_key_and_two_amounts_are_refused(tmp_path: Path) -> None:
    head = "day,channel,campaign,spend\n"
    loaded = read(tmp_path, {"a.csv": f"{head}2025-01-06,A,x,10\n", "b.csv": f"{head}2025-01-06,A,x,11\n"})
    assert refusals(loaded) == [("OPS109", "b.csv")]


def test_names_of_one_channel_are_one_channel_when_files_are_compared(tmp_path: Path) -> None:
    tree = "channels:\n  douyin: {name: {zh: 抖音}, aliases: [抖音商业化]}\n"
    head = "day,channel,spend\n"
    loaded = read(
        tmp_path, {"a.csv": f"{head}2025-01-06,抖音,10\n", "b.csv": f"{head}2025-01-06,抖音商业化,10\n"}, tree
    )
    assert values(loaded, "spend", "channel", "spend") == [("douyin", 10_0000)]


def test_a_parquet_file_and_a_text_file_of_the_same_rows_count_once(tmp_path: Path) -> None:
    frame = pl.DataFrame({"day": [date(2025, 1, 6)], "channel": ["A"], "spend": [10.5]})
    loaded = read(tmp_path, {"a.csv": "day,channel,spend\n2025-01-06,A,10.50\n", "b.parquet": frame})
    assert values(loaded, "spend", "spend") == [(10_5000,)]
    assert account(loaded, "b.parquet").dropped == {"sent twice": 1}
