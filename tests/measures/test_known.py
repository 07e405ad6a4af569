"""Up to which day everything is known, and what is said when a day was not over."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from opsctl.config.settings import Settings
from opsctl.config.settings import load as load_settings
from opsctl.core.errors import NoData
from opsctl.ingest.loaded import Loaded
from opsctl.measures.known import Known, known
from tests.notation import Rows, active, figure, frame, orders, spend, users

DEFAULTS = load_settings(None, {}, {}, None)


def what_is_known(as_of: str | None = None, settings: Settings = DEFAULTS, **tables: Rows) -> Known:
    frames = {name: frame(name, rows) for name, rows in tables.items()}
    loaded = Loaded(
        tables={name: rows.lazy() for name, rows in frames.items()},
        supplied={
            name: frozenset(column for column in rows.columns if rows[column].null_count() < rows.height)
            for name, rows in frames.items()
        },
    )
    return known(loaded, settings, date.fromisoformat(as_of) if as_of else None)


def daily(*amounts: int, last: str = "2025-03-31") -> Rows:
    """Spend of so many days in a row up to the last."""
    end = date.fromisoformat(last)
    days = [end - timedelta(days=gap) for gap in range(len(amounts) - 1, -1, -1)]
    return spend(*(f"{day} A {amount}" for day, amount in zip(days, amounts, strict=True)))


def test_the_last_day_of_any_table_is_the_last_that_is_known() -> None:
    found = what_is_known(
        acquisition=users("2025-01-05: a"), activity=active("2025-01-03: a"), spend=spend("2025-01-09 A 1")
    )
    assert found.evidence.as_of == date(2025, 1, 9)
    assert (found.span.start, found.span.end) == (date(2025, 1, 3), date(2025, 1, 9))
    assert found.evidence.through("activity") == date(2025, 1, 3)
    assert found.evidence.through("spend") == date(2025, 1, 9)
    assert found.evidence.through("order") is None


def test_a_refund_may_be_the_last_that_is_known() -> None:
    found = what_is_known(order=orders("2025-01-05 a 10 refunded=5 refunded_at=2025-02-01"))
    assert found.evidence.as_of == date(2025, 2, 1)
    assert found.evidence.through("order") == date(2025, 1, 5)


def test_an_earlier_day_may_be_asked_for() -> None:
    found = what_is_known("2025-01-07", spend=spend("2025-01-05 A 10", "2025-01-09 A 1"))
    assert found.evidence.as_of == date(2025, 1, 7)
    assert found.span.end == date(2025, 1, 7)
    assert figure(found.evidence, "spend").as_json()["value"] == "10.0000"


def test_before_the_first_row_nothing_is_known() -> None:
    with pytest.raises(NoData, match="2025-01-05"):
        what_is_known("2025-01-04", spend=spend("2025-01-05 A 10"))


def test_tables_without_rows_tell_nothing() -> None:
    with pytest.raises(NoData):
        what_is_known(spend=[], order=[])
    with pytest.raises(NoData):
        what_is_known(order=orders("unpaid a 5"))


@pytest.mark.parametrize(("last", "over"), [(59, False), (60, True), (100, True)])
def test_a_last_day_far_below_its_weekdays_was_not_over(last: int, over: bool) -> None:  # noqa: FBT001 - the promise itself
    found = what_is_known(spend=daily(*[100, 7, 7, 7, 7, 7, 7] * 3, last))  # the same weekday has 100, the others 7
    assert found.evidence.as_of == (date(2025, 3, 31) if over else date(2025, 3, 30))
    assert [note.code for note in found.notes] == ([] if over else ["last_day_left_out"])


def test_two_such_weekdays_are_too_few_to_tell() -> None:
    assert what_is_known(spend=daily(*[100, 7, 7, 7, 7, 7, 7] * 2, 1)).evidence.as_of == date(2025, 3, 31)


def test_a_day_that_was_asked_for_is_not_left_out() -> None:
    found = what_is_known("2025-03-31", spend=daily(*[100] * 28, 1))
    assert found.evidence.through("spend") == date(2025, 3, 31)
    assert not found.notes


def test_a_last_day_left_out_of_one_table_is_left_out_of_its_maturity() -> None:
    came = [row for gap in range(1, 30) for row in active(*[f"{date(2025, 3, 31) - timedelta(days=gap)}: a"] * 10)]
    found = what_is_known(
        acquisition=users("2025-03-24: a"), activity=[*came, *active("2025-03-31: a")], spend=daily(5)
    )
    assert found.evidence.as_of == date(2025, 3, 31)
    assert found.evidence.through("activity") == date(2025, 3, 30)
    assert figure(found.evidence, "retention_d7").reason == "immature"


def test_when_every_event_counts_it_is_said() -> None:
    found = what_is_known(activity=active("2025-01-05: a"))
    assert [note.code for note in found.notes] == ["every_event"]


def test_the_project_says_what_counts(tmp_path: Path) -> None:
    (tmp_path / "opsctl.yaml").write_text(
        "version: 1\ntimezone: UTC\ncurrency: USD\nmargin: 0.3\nactivity: {qualifying: [open]}\n"
        "channels: {a: {group: public}, b: {}}\n"
    )
    found = what_is_known(settings=load_settings(tmp_path, {}, {}, None), activity=active("2025-01-05: a"))
    assert not found.notes
    assert (found.evidence.zone, found.evidence.currency) == ("UTC", "USD")
    assert found.evidence.margin is not None
    assert found.evidence.margin * 10 == 3
    assert found.evidence.qualifying == frozenset({"open"})
    assert found.evidence.groups == {"a": "public"}


def test_the_newest_name_of_a_campaign_is_its_label_and_a_name_of_two_is_nobodys() -> None:
    billed = spend(
        "2025-01-05 A 1 campaign_id=7 campaign=first",
        "2025-01-06 A 1 campaign_id=7 campaign=second",
        "2025-01-07 A 1 campaign_id=8 campaign=first",
        "2025-01-08 A 1 campaign_id=7 campaign=third",
        "2025-01-08 A 1 campaign=nameless",
    )
    campaigns = what_is_known(spend=billed).evidence.campaigns
    assert campaigns.name_of == {"7": "third", "8": "first"}
    assert campaigns.id_of == {"second": "7", "third": "7"}
    earlier = what_is_known("2025-01-06", spend=billed).evidence.campaigns
    assert (earlier.name_of, earlier.id_of) == ({"7": "second"}, {"first": "7", "second": "7"})
