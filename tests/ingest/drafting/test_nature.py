"""What a column holds is told by the readers that will load it."""

from __future__ import annotations

import polars as pl
import pytest

from opsctl.ingest.drafting.nature import Look, Nature, looks


def look(*cells: str) -> Look:
    (found,) = looks(["c"], pl.DataFrame({"0": cells}))
    return found


@pytest.mark.parametrize(
    ("cells", "nature"),
    [
        (["2025-01-06", "2025/1/7"], Nature.DAY),
        (["20250106", "20250107"], Nature.DAY),
        (["1/13/17", "1/14/17"], Nature.DAY),
        (["2025-01-06 10:00:00", "2025-01-06 10:00:05"], Nature.MOMENT),
        (["2024-04-07T01:21:25Z"], Nature.MOMENT),
        (["2025-01", "2025-02"], Nature.MONTH),
        (["10:00:00", "9:30"], Nature.CLOCK),
        (["45.2%", "30%"], Nature.PERCENT),
        (["1,204", "980"], Nature.WHOLE),
        (["￥1,360.50", "20.00"], Nature.DECIMAL),
        (["1.429999948", "0"], Nature.DECIMAL),
        (["1700000000000000001", "1700000000000000002"], Nature.ID),
        (["0012", "0013"], Nature.ID),
        (["u5491140562438962641", "u4462560173510558658"], Nature.ID),
        (["iOS", "Google Play"] * 3, Nature.FEW),
        (["第一句话", "第二句话", "第三句话"], Nature.TEXT),
        (["", "-", "--"], Nature.EMPTY),
    ],
)
def test_a_column_is_what_nearly_all_its_cells_are(cells: list[str], nature: Nature) -> None:
    assert look(*cells).nature is nature


def test_words_for_nothing_are_no_cells() -> None:
    found = look("1", "--", "2", "")
    assert (found.nature, found.filled, found.nulls) == (Nature.WHOLE, 2, frozenset({"--"}))


@pytest.mark.parametrize(
    ("cells", "orders"),
    [
        (["1/13/2025", "1/2/2025"], ("mdy",)),
        (["13/1/2025", "2/1/2025"], ("dmy",)),
        (["1/2/2025"], ("mdy", "dmy")),
        (["1/13/17"], ("mdy",)),
        (["17/1/13", "17/1/31"], ("ymd", "dmy")),  # a week or two of one year, rather than one day of many
        (["01/02/2025", "02/02/2025"], ("dmy", "mdy")),
        (["2025-01-06"], ()),
    ],
)
def test_every_order_in_which_days_can_be_read_is_known(cells: list[str], orders: tuple[str, ...]) -> None:
    assert look(*cells).orders == orders


def test_a_number_that_can_be_read_in_two_ways_says_so() -> None:
    assert look("1,234", "5.678").either_decimal
    assert not look("1,234", "5.67").either_decimal
