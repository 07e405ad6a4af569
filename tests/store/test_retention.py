"""Rows are kept for as many days as the project says, the day as of which one asks being the last of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.config.plans import PEOPLE_TABLES, Privacy
from opsctl.config.settings import load
from opsctl.core.errors import BadConfiguration
from opsctl.ingest.people import PERSONAL_IDS
from opsctl.schemas import tables
from opsctl.store.retention import over

AS_OF = date(2025, 6, 30)


def privacy(**days: int) -> Privacy:
    return Privacy.model_validate({"retention_days": {table: str(count) for table, count in days.items()}})


def test_the_last_days_are_kept_and_all_before_are_over() -> None:
    # 30 days as of 30 June are the 1st to the 30th.
    assert over(privacy(order=30, activity=1), AS_OF) == (("activity", date(2025, 6, 29)), ("order", date(2025, 5, 31)))


def test_a_table_without_an_entry_is_kept() -> None:
    assert over(privacy(), AS_OF) == ()


def test_a_table_of_a_later_version_may_be_named_and_has_nothing_yet() -> None:
    assert over(privacy(message=180), AS_OF) == ()


@given(st.integers(1, 3000))
def test_as_many_days_are_kept_as_were_asked_for(days: int) -> None:
    ((_, last),) = over(privacy(spend=days), AS_OF)
    assert (AS_OF - last).days == days


@pytest.mark.parametrize(
    ("written", "hint"), [("activty: 180", "activity"), ("messages: 1", "message"), ("x: 1", "such as")]
)
def test_a_table_that_is_none_is_refused_with_its_place(tmp_path: Path, written: str, hint: str) -> None:
    (tmp_path / "opsctl.yaml").write_text(f"privacy:\n  retention_days:\n    {written}\n")
    with pytest.raises(BadConfiguration) as refused:
        load(tmp_path, {}, {}, None)
    assert refused.value.line == 3
    assert hint in refused.value.excerpt


def test_every_table_may_have_a_limit_and_those_of_people_are_known() -> None:
    assert [one.table for one in over(privacy(**dict.fromkeys(tables(), 1)), AS_OF)] == sorted(tables())
    assert set(PEOPLE_TABLES) == PERSONAL_IDS.keys()
