"""What became of every row: read is accepted and rejected and dropped, whatever a file holds."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import settings as with_settings
from hypothesis import strategies as st

from opsctl.ingest.loaded import Loaded
from tests.ingest.exports import account, read, refusals, values

HEADER = "时间-天,单元名称,消耗,展示数,点击数,转化数"
UNIT = f"{HEADER}\n2025-01-06,拉新-A,100.50,1200,240,48\n2025-01-06,拉新-B,50.00,100,24,8\n"
CANONICAL = "day,channel,spend,impressions,clicks\n"
ANY = "contract: {rejects: 100%}"  # however many rows are rejected, the others load

# A line of a file of spend, and what becomes of it.
BAD = {
    "2025-02-30,A,1,10,1": "OPS203",
    "2025-01-06,A,1.5x,10,1": "OPS202",
    "2025-01-06,A,-1,10,1": "OPS205",
    "2025-01-06,,1,10,1": "OPS204",
    "2025-01-06,A,1,0,11": "OPS206",
    "2025-01-06,A,1": "OPS201",
    "2025-01-06,A,1,10,1,7,7": "OPS201",
}
NO_ROW = {"合计,,9,9,9": "total", "": "blank"}


def good(amount: int, channel: str) -> str:
    return f"2025-01-06,{channel},{amount / 100:.2f},10,1"


lines = st.lists(
    st.one_of(
        st.builds(good, st.integers(0, 10**9), st.sampled_from("ABC")),
        st.sampled_from([*BAD]),
        st.sampled_from([*NO_ROW]),
    ),
    max_size=12,
)


@with_settings(deadline=None, max_examples=40)
@given(above=lines, below=lines)
def test_every_row_is_accepted_or_rejected_or_dropped_and_the_money_is_that_of_the_accepted(
    above: list[str], below: list[str]
) -> None:
    written = [*above, good(12_345, "A"), *below]
    with TemporaryDirectory() as folder:
        loaded = read(Path(folder), {"spend.csv": CANONICAL + "\n".join([*written, good(1, "B"), ""])}, ANY)
    one = account(loaded)
    kept = [line for line in [*written, good(1, "B")] if line not in BAD and line not in NO_ROW]
    assert one.read == len(written) + 1
    assert one.accepted == len(kept) == len(values(loaded, "spend", "day"))
    assert Counter(row.code for row in one.rejected) == Counter(BAD[line] for line in written if line in BAD)
    assert one.dropped == Counter(NO_ROW[line] for line in written if line in NO_ROW)
    assert [row.line for row in one.rejected] == [at for at, line in enumerate(written, start=2) if line in BAD]
    assert Decimal(str(one.sums["spend"])) == sum(Decimal(line.split(",")[2]) for line in kept)
    assert one.sums["impressions"] == 10 * len(kept)


def test_a_row_names_the_line_the_column_and_the_rule_that_it_broke_and_no_value(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w01.csv": f"{CANONICAL}2025-01-06,A,1,10,1\n2025-01-07,A,13800138000x,10,1\n"}, ANY)
    (row,) = account(loaded).rejected
    assert (row.line, row.column, row.code) == (3, "spend", "OPS202")
    assert "138" not in row.reason


def test_the_first_and_the_last_day_are_those_of_accepted_rows(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": f"{CANONICAL}2025-01-09,A,1,1,1\n2025-01-06,A,1,1,1\n2025-03-01,A,1,x,1\n"})
    assert [str(day) for day in account(loaded).days or ()] == ["2025-01-06", "2025-01-09"]


# --- totals that the platform states --------------------------------------------------------------------


def control(loaded: Loaded) -> dict[str, tuple[str, str, bool]]:
    return {one.column: (one.stated, one.computed, one.ok) for one in account(loaded).control}


def test_a_total_row_is_compared_then_dropped_and_counted(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": f'{UNIT}合计,-,150.50,"1,300",264,56\n'})
    assert control(loaded) == {
        "spend": ("150.5000", "150.5000", True),
        "impressions": ("1300", "1300", True),
        "clicks": ("264", "264", True),
        "conversions": ("56", "56", True),
    }
    assert account(loaded).dropped == {"total": 1}
    assert values(loaded, "spend", "spend") == [(100_5000,), (50_0000,)]
    assert not loaded.has_findings


def test_a_total_that_does_not_agree_is_a_finding_and_the_rows_still_load(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": f"{UNIT}合计,-,999.00,1300,264,56\n"})
    assert control(loaded)["spend"] == ("999.0000", "150.5000", False)
    assert account(loaded).accepted == 2
    assert [(one.file, column) for one, column in loaded.mismatches] == [(account(loaded).file, "spend")]
    assert loaded.has_findings


def test_a_row_that_was_rejected_is_missing_from_the_total(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": f"{UNIT}2025-01-06,拉新-C,7.00,0,6,0\n合计,-,157.50,1300,270,56\n"})
    assert account(loaded).rejected[0].code == "OPS206"
    assert control(loaded)["spend"] == ("157.5000", "150.5000", False)


def test_of_a_subtotal_and_a_total_the_one_that_agrees_counts(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": f"{UNIT}小计,-,100.50,1200,240,48\n合计,-,150.50,1300,264,56\n"})
    assert all(ok for _, _, ok in control(loaded).values())
    assert account(loaded).dropped == {"total": 2}


def test_of_totals_that_all_differ_the_nearest_is_shown(tmp_path: Path) -> None:
    totals = "小计,-,900.00,-,-,-\n合计,-,160.50,-,-,-\n"
    (control,) = account(read(tmp_path, {"w.csv": UNIT + totals})).control
    assert (control.column, control.stated, control.computed, control.ok) == ("spend", "160.5000", "150.5000", False)


def test_a_total_of_unrounded_rows_agrees_within_what_rounding_can_do(tmp_path: Path) -> None:
    """Two rows and their total, each rounded to a cent: 3 x sqrt(3 / 12) cents is 1.5 cents."""
    agree = [
        account(read(tmp_path, {"w.csv": UNIT + f"合计,-,{stated},-,-,-\n"})).control[0].ok
        for stated in ("150.50", "150.51", "150.49", "150.52", "150.47")
    ]
    assert agree == [True, True, True, False, False]


def test_a_total_of_whole_numbers_agrees_to_the_last(tmp_path: Path) -> None:
    (control,) = account(read(tmp_path, {"w.csv": UNIT + "合计,-,-,1301,-,-\n"})).control
    assert (control.column, control.ok) == ("impressions", False)


def test_a_total_that_bears_no_label_is_known_by_naming_nothing_and_adding_up(tmp_path: Path) -> None:
    mapping = """mappings:
  - platform: plain
    exports: [{table: spend, columns: {day: [Starts], channel: {const: a}, spend: [Cost], impressions: [Shown]}}]
"""
    head, rows = "Starts,Page,Cost,Shown\n", "2025-01-06,x,10.00,100\n2025-01-06,y,20.00,250\n"
    found = account(read(tmp_path, {"w.csv": head + "2025-01-06,,30.00,350\n" + rows}, mapping))
    assert (found.accepted, found.dropped, found.sums["spend"]) == (2, {"total": 1}, "30.0000")
    assert [one.ok for one in found.control] == [True, True]
    other = account(read(tmp_path, {"w.csv": head + rows + "2025-01-06,,30.00,351\n"}, mapping))
    assert (other.accepted, other.sums["spend"]) == (3, "60.0000")


def test_a_channel_that_is_all_channels_is_the_total_of_its_day(tmp_path: Path) -> None:
    rows = "2025-01-06,全部,100\n2025-01-06,抖音,60\n2025-01-06,快手,40\n2025-01-07,全部,90\n2025-01-07,抖音,60\n"
    found = account(read(tmp_path, {"w.csv": "日期,渠道,新增用户数\n" + rows}))
    assert (found.accepted, found.dropped, found.sums["users"]) == (4, {"total": 1}, 60 + 40 + 90 + 60)
    spend = account(read(tmp_path, {"w.csv": "day,channel,spend\n" + rows}))
    assert (spend.dropped, spend.sums["spend"]) == ({"total": 1}, "250.0000")


def test_a_column_that_is_empty_in_every_row_tells_no_total(tmp_path: Path) -> None:
    export = (
        "Campaign name,Ad set name,Day,Amount spent (USD),Impressions\nx,,2025-01-06,10,100\ny,,2025-01-06,20,100\n"
    )
    found = account(read(tmp_path, {"w.csv": export}))
    assert (found.accepted, found.dropped) == (2, {})


def test_a_file_of_which_a_mapping_leaves_out_every_row_is_refused(tmp_path: Path) -> None:
    mapping = """mappings:
  - platform: plain
    exports:
      - table: spend
        columns: {day: [Date], channel: {const: a}, spend: [Cost]}
        rows: {drop: [{where: {State: test}, reason: test order}]}
"""
    loaded = read(tmp_path, {"w.csv": "Date,Cost,State\n2025-01-06,10,test\n2025-01-07,20,test\n"}, mapping)
    assert refusals(loaded) == [("OPS112", "w.csv")]


def test_a_row_that_the_mapping_calls_a_total_is_compared_like_one(tmp_path: Path) -> None:
    mapping = """mappings:
  - platform: plain
    exports:
      - table: spend
        columns: {day: [Date], channel: {const: a}, campaign: [Name], spend: [Cost]}
        rows: {drop: [{where: {NAME: empty}, reason: total}]}
"""
    rows = "Date,Name,Cost\n2025-01-06,,30\n2025-01-06,x,10\n2025-01-06,y,20\n"
    found = account(read(tmp_path, {"w.csv": rows}, mapping))
    assert (found.accepted, found.dropped) == (2, {"total": 1})
    assert [(one.column, one.stated, one.ok) for one in found.control] == [("spend", "30.0000", True)]


def test_a_total_states_nothing_of_a_column_that_it_leaves_empty(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": f"{UNIT}合计,-,150.50,-,-,\n"})
    assert control(loaded) == {"spend": ("150.5000", "150.5000", True)}


def test_a_total_above_the_header_counts_like_one_below(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": f"合计,-,150.50,1300,264,56\n{UNIT}"})
    assert control(loaded)["spend"] == ("150.5000", "150.5000", True)
    assert account(loaded).accepted == 2


# --- files that are alike, or of which nothing is left ----------------------------------------------------


def test_the_same_bytes_under_two_names_are_read_once_and_it_is_said(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w01.csv": UNIT, "copy of w01.csv": UNIT})
    assert account(loaded).file.endswith("copy of w01.csv")
    assert account(loaded).sums["spend"] == "150.5000"
    (note,) = (note for note in loaded.notes if note.code == "same_bytes")
    assert (
        note.text == f"{tmp_path.as_posix()}/w01.csv holds the same bytes as {account(loaded).file} and was read once"
    )


def test_a_file_of_which_no_row_can_be_loaded_is_refused_with_its_first_fault(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": f"{CANONICAL}x,A,1,1,1\ny,B,2,1,1\n"})
    assert refusals(loaded) == [("OPS112", "w.csv")]
    assert loaded.refused[0].details == (("first", "OPS203 in day: not a day"),)
    assert loaded.inputs == []


def test_a_header_without_rows_is_an_export_of_nothing(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": f"{HEADER}\n"})
    assert (account(loaded).read, account(loaded).days, account(loaded).sums) == (0, None, {})
    assert loaded.refused == []


def test_the_account_as_json_has_the_fields_of_the_contract(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": f"{UNIT}合计,-,150.50,1300,264,56\n2025-01-06,拉新-D,1,x,1,1\n"})
    found = account(loaded).as_json()
    assert list(found) == [
        *("file", "sha256", "mapping", "table", "days", "read", "accepted", "rejected", "dropped", "sums", "control"),
        *("unread_columns", "cap", "incomplete", "may_reject"),
    ]
    assert (found["read"], found["accepted"], found["rejected"], found["dropped"]) == (4, 2, 1, {"total": 1})
    assert found["days"] == {"from": "2025-01-06", "to": "2025-01-06"}
    assert found["sums"] == {"spend": "150.5000", "impressions": 1300, "clicks": 264, "conversions": 56}
