"""A mapping's name and a file's column: the same words in another width, case or unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.config.headers import Header, header_currency, header_key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("消耗(元)", "消耗"),
        ("花费（元）", "花费"),
        ("点击率(%)", "点击率"),
        ("点击率%", "点击率"),
        ("点击率％", "点击率"),
        ("曝光量(次)", "曝光量"),
        ("订单付款时间 ", "订单付款时间"),
        ("Amount spent (IDR)", "amount spent"),
        ("花費金額 (TWD)", "花費金額"),
        (" Link  Clicks", "link clicks"),
        ("%", "%"),
    ],
)
def test_width_case_blanks_and_units_do_not_distinguish(written: str, key: str) -> None:
    assert header_key(written) == key


@pytest.mark.parametrize(
    "written",
    [
        "转化数(计费时间)",
        "激活数(转化时间)",
        "花费(分)",
        "消耗(万元)",
        "曝光(人)",
        "Clicks (all)",
        "Start Date (in UTC)",
    ],
)
def test_what_makes_it_another_column_stays(written: str) -> None:
    assert header_key(written) == written.casefold()


def test_three_conversion_counts_of_different_days_are_three_columns() -> None:
    header = Header(("转化数", "转化数(计费时间)", "转化数（回传时间）"))
    assert header.find("转化数(计费时间)") == (1,)
    assert header.find("转化数(回传时间)") == (2,)
    assert header.find("转化数") == (0,)
    assert header.find("转化数(转化时间)") == ()


def test_an_exact_name_wins_over_one_with_a_unit() -> None:
    assert Header(("点击率(%)", "点击率")).find("点击率") == (1,)


def test_two_names_that_differ_only_in_units_are_both_found() -> None:
    assert Header(("花费(元)", "花费(USD)")).find("花费") == (0, 1)


def test_a_unit_of_the_mapping_is_not_another_unit_of_the_file() -> None:
    assert Header(("花费(USD)",)).find("花费(元)") == ()
    assert Header(("花费",)).find("花费(元)") == (0,)


def test_a_column_that_stands_twice_is_found_twice() -> None:
    assert Header(("Currency code", "Cost", "Currency code")).find("Currency code") == (0, 2)


@pytest.mark.parametrize(
    ("written", "currency"),
    [("Amount spent (IDR)", "IDR"), ("花費金額 (TWD)", "TWD"), ("CTR (all)", None), ("消耗(元)", None), ("Cost", None)],
)
def test_a_header_can_tell_the_currency(written: str, currency: str | None) -> None:
    assert header_currency(written) == currency


@given(st.text(max_size=20))
def test_every_header_finds_itself(name: str) -> None:
    assert Header((name,)).find(name) == (0,)


@given(st.text(max_size=20))
def test_a_key_is_stable_where_there_is_one_unit(name: str) -> None:
    assert Header((f"{name}x(元)",)).find(f"{name}x") == (0,)
