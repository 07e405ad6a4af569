"""The words by which columns are known: they name columns that there are, and the mappings' own names come first."""

from __future__ import annotations

import pytest

from opsctl.config.headers import spoken
from opsctl.config.library import shipped_mappings
from opsctl.ingest.drafting.vocabulary import (
    ANY,
    Fit,
    Sureness,
    Vocabulary,
    channel_in,
    channel_named,
    contains,
    is_derived,
    word_list,
)
from opsctl.schemas import tables
from opsctl.schemas.table import columns

WORDS = Vocabulary(())


def test_every_word_is_of_a_column_that_there_is() -> None:
    known = {name: set(columns(table)) for name, table in tables().items()}
    known[ANY] = set.union(*known.values())
    assert word_list().columns.keys() <= known.keys()
    for table, called in word_list().columns.items():
        assert called.keys() <= known[table]


def test_no_name_is_sure_for_two_columns_of_a_table() -> None:
    for table, kind in tables().items():
        seen: dict[str, str] = {}
        for column in columns(kind):
            for under in (table, ANY):
                called = word_list().columns.get(under, {}).get(column)
                for name in called.sure if called else ():
                    assert seen.setdefault(spoken(name), column) == column, (table, name)


def test_every_name_of_a_shipped_mapping_is_known() -> None:
    """But for the few that mean something else with one platform than everywhere else."""
    vocabulary = Vocabulary(shipped_mappings())
    for mapping in shipped_mappings():
        for column, source in mapping.export.columns.items():
            for name in source.names or ():
                assert vocabulary.knows(name) or vocabulary.fit(mapping.table, column, name), (mapping.name, name)


@pytest.mark.parametrize(
    ("table", "column", "name", "sureness"),
    [
        ("acquisition", "user", "USR_ID", Sureness.SURE),
        ("acquisition", "acquired_at", "installTime", Sureness.SURE),
        ("spend", "spend", "花费（元）", Sureness.SURE),
        ("spend", "spend", "花费(万元)", Sureness.INSIDE),
        ("spend", "channel", "平台", Sureness.MAYBE),
        ("spend", "campaign_id", "xyz_campaign_id", Sureness.INSIDE),
        ("cohort", "users", "installs", Sureness.SURE),
    ],
)
def test_a_name_fits_by_its_words(table: str, column: str, name: str, sureness: Sureness) -> None:
    found = WORDS.fit(table, column, name)
    assert found is not None
    assert found.sureness is sureness


@pytest.mark.parametrize(
    "name", ["转化成本", "点击率", "Cost per conversion", "Avg. cost", "平均点击花费", "CTR%", "Campaign status"]
)
def test_a_rate_or_a_state_is_no_amount(name: str) -> None:
    assert is_derived(name)
    assert all(WORDS.fit("spend", column, name) is None for column in ("spend", "clicks", "conversions", "campaign"))


def test_a_word_inside_another_is_none() -> None:
    assert not contains(spoken("broadcast"), "ad")
    assert not contains(spoken("order"), "der")
    assert contains(spoken("今日消耗"), "消耗")


def test_the_preferred_name_comes_first() -> None:
    sure, later = WORDS.fit("spend", "spend", "消耗"), WORDS.fit("spend", "spend", "cost")
    assert sure is not None
    assert later is not None
    assert sure < later < Fit(Sureness.MAYBE, 0)


def test_channels_are_known_by_their_names_and_inside_a_file_s_name() -> None:
    assert (channel_named("抖音"), channel_named("日期")) == ("douyin", None)
    assert channel_in("in/抖音_202501.csv") == "douyin"
    assert channel_in("抖音和快手.csv") is None
