"""Rows that sum up others are no rows of their own, whatever they are called; and a name alone proves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsctl.ingest.load import load
from opsctl.ingest.loaded import Loaded
from opsctl.ingest.sources import files
from tests.ingest.exports import project

HEAD = "day,channel,spend\n"


def loaded(folder: Path, export: str) -> Loaded:
    (folder / "w.csv").write_text(export, "utf-8")
    chosen = project(folder)
    return load(files([folder], chosen), chosen)


def kept(found: Loaded, *columns: str) -> list[tuple[str | None, ...]]:
    frame = found.tables["spend"].collect()
    return sorted(frame.select(columns or ("channel",)).rows())


@pytest.mark.parametrize(
    "label",
    [
        *["TTL", "【合计】", "合计(元)", "求和", "总消耗", "全平台", "全网", "Σ", "-", "--", "Gesamt", "All"],
        "Day total",
        "paid total",
    ],
)
def test_a_days_sum_is_a_total_by_its_amount(tmp_path: Path, label: str) -> None:
    first = f"2025-01-06,A,100\n2025-01-06,B,90\n2025-01-06,{label},190\n"
    days = f"{first}2025-01-07,A,80\n2025-01-07,B,70\n2025-01-07,{label},150\n"
    found = loaded(tmp_path, HEAD + days)
    assert [channel for (channel,) in kept(found)] == ["A", "A", "B", "B"]
    [account] = found.inputs
    assert account.dropped == {"total": 2}
    assert all(control.ok for control in account.control)


@pytest.mark.parametrize("label", ["全网", "TTL", "-", "Allianz", "总部"])
def test_a_name_alone_is_no_total(tmp_path: Path, label: str) -> None:
    days = f"2025-01-06,A,100\n2025-01-06,B,90\n2025-01-06,{label},55\n2025-01-07,A,80\n2025-01-07,{label},81\n"
    found = loaded(tmp_path, HEAD + days)
    assert len(kept(found)) == 5
    assert found.inputs[0].dropped == {}


def test_a_sum_within_a_channel_is_a_total(tmp_path: Path) -> None:
    head = "day,channel,campaign,spend\n"
    found = loaded(tmp_path, head + "2025-01-06,A,x,100\n2025-01-06,A,y,90\n2025-01-06,A,,190\n2025-01-06,B,z,5\n")
    assert kept(found, "channel", "campaign") == [("A", "x"), ("A", "y"), ("B", "z")]


def test_a_sum_of_the_whole_file_with_the_date_of_its_last_day_is_a_total(tmp_path: Path) -> None:
    found = loaded(tmp_path, HEAD + "2025-01-06,A,100\n2025-01-07,A,90\n2025-01-07,MTD,190\n")
    assert [channel for (channel,) in kept(found)] == ["A", "A"]


def test_an_average_is_left_out_and_compared_with_nothing(tmp_path: Path) -> None:
    found = loaded(tmp_path, HEAD + "2025-01-06,A,100\n2025-01-06,B,90\n2025-01-06,渠道均值,95\n")
    assert [channel for (channel,) in kept(found)] == ["A", "B"]
    assert (found.inputs[0].dropped, found.inputs[0].control) == ({"remark": 1}, ())


def test_sums_of_several_amounts_on_every_day_prove_a_total_of_any_name(tmp_path: Path) -> None:
    days = [(6, 61, 600, 62, 620), (7, 71, 700, 72, 720)]
    rows = [
        f"2025-01-0{day},{name},{spend},{shown}\n"
        for day, *a, b_spend, b_shown in days
        for name, spend, shown in (("A", *a), ("B", b_spend, b_shown), ("Northwind", a[0] + b_spend, a[1] + b_shown))
    ]
    found = loaded(tmp_path, "day,channel,spend,impressions\n" + "".join(rows))
    assert {channel for (channel,) in kept(found)} == {"A", "B"}


def test_budgets_that_happen_to_add_up_are_channels(tmp_path: Path) -> None:
    rows = "".join(f"2025-01-0{day},A,100\n2025-01-0{day},B,200\n2025-01-0{day},C,300\n" for day in (6, 7, 8))
    assert len(kept(loaded(tmp_path, HEAD + rows))) == 9


def test_the_day_of_a_total_may_be_written_in_another_way(tmp_path: Path) -> None:
    found = loaded(tmp_path, HEAD + "2025-01-06,A,0.1\n2025-01-06,B,0.2\n2025/1/6,合计,0.3\n")
    assert [channel for (channel,) in kept(found)] == ["A", "B"]


def test_of_one_channel_alone_only_what_is_called_so_is_the_sum(tmp_path: Path) -> None:
    days = "2025-01-06,A,100\n2025-01-06,{0},100\n2025-01-07,A,50\n2025-01-07,{0},50\n"
    for folder, label, many in (("a", "Total", 2), ("b", "全民K歌", 4), ("c", "-", 4)):
        (tmp_path / folder).mkdir()
        assert len(kept(loaded(tmp_path / folder, HEAD + days.format(label)))) == many
