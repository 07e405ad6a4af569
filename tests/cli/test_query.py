"""What a query splits by and narrows down to: attributes of users, channels under any name, campaigns by id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.inside import opsctl
from tests.command import Ran

USERS = """user,acquired_at,channel,Platform,城市
u1,2025-03-03,douyin,ios,武汉
u2,2025-03-04,抖音,android,武汉
u3,2025-03-05,抖音商业化,ios,上海
u4,2025-03-06,other,ios,
"""
SPEND = """day,channel,campaign_id,campaign,spend
2025-03-03,douyin,71,spring,100
2025-03-04,抖音,71,summer,50
2025-03-04,抖音,72,spring sale,30
2025-03-05,other,,by name,7
"""
TREE = "version: 1\nchannels:\n  douyin: {name: {zh: 抖音, en: Douyin}, aliases: [抖音商业化], group: public}\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    for name, content in {"users.csv": USERS, "spend.csv": SPEND, "opsctl.yaml": TREE}.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def asked(shop: Path, metric: str, *arguments: str) -> Ran:
    return opsctl("query", metric, ".", "--json", *arguments, cwd=shop)


def by(shop: Path, metric: str, dimension: str, *arguments: str) -> dict[Any, Any]:
    return {row[dimension]: row[metric]["value"] for row in asked(shop, metric, "--by", dimension, *arguments).rows}


def test_without_a_dimension_there_is_exactly_one_row(shop: Path) -> None:
    assert [row["acquisitions"]["value"] for row in asked(shop, "acquisitions").rows] == [4]


@pytest.mark.parametrize("name", ["platform", "attribute_platform"])
def test_users_are_split_by_any_further_column_of_their_file(shop: Path, name: str) -> None:
    assert by(shop, "acquisitions", name) == {"android": 1, "ios": 3}


def test_who_has_no_value_stands_in_a_row_of_its_own(shop: Path) -> None:
    assert by(shop, "acquisitions", "城市") == {"上海": 1, "武汉": 2, None: 1}


def test_users_are_narrowed_down_by_several_values_and_several_columns(shop: Path) -> None:
    where = ["--where", "城市=武汉", "--where", "城市=上海", "--where", "platform=ios"]
    assert asked(shop, "acquisitions", *where).figure("acquisitions")["value"] == 2


def test_a_channel_is_one_under_all_its_names(shop: Path) -> None:
    assert by(shop, "acquisitions", "channel") == {"douyin": 3, "other": 1}
    for name in ("douyin", "抖音", "Douyin", "抖音商业化"):
        figure = asked(shop, "cpa", "--where", f"channel={name}").figure("cpa")
        assert (figure["numerator"], figure["denominator"]) == ("180.0000", 3)


def test_channels_are_summed_up_in_their_groups(shop: Path) -> None:
    assert by(shop, "spend", "group")["public"] == "180.0000"


def test_a_campaign_is_known_by_its_id_and_called_by_its_newest_name(shop: Path) -> None:
    rows = asked(shop, "spend", "--by", "campaign").rows
    assert [(row["campaign_id"], row["campaign"], row["spend"]["value"]) for row in rows] == [
        (None, "by name", "7.0000"),
        ("72", "spring sale", "30.0000"),
        ("71", "summer", "150.0000"),
    ]


@pytest.mark.parametrize("name", ["71", "spring", "summer"])
def test_a_campaign_is_found_by_its_id_and_by_every_name_it_had(shop: Path, name: str) -> None:
    assert asked(shop, "spend", "--where", f"campaign={name}").figure("spend")["value"] == "150.0000"


def test_a_campaign_that_is_not_there_is_answered_with_the_nearest_name(shop: Path) -> None:
    ran = asked(shop, "spend", "--where", "campaign=sumer")
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean 'summer'?" in ran.err


def test_for_people_a_row_has_the_newest_name(shop: Path) -> None:
    shown = opsctl("query", "spend", ".", "--by", "campaign", "-q", cwd=shop).out
    assert shown.splitlines()[1:] == ["by name        7.00", "spring sale   30.00", "summer       150.00"]


def test_several_splits_are_answered_from_one_reading(shop: Path) -> None:
    alone = {by: asked(shop, "cpa,acquisitions", "--by", by).rows for by in ("channel", "channel,week", "platform")}
    together = asked(shop, "cpa,acquisitions", *(word for by in alone for word in ("--by", by))).json
    assert together["rows"] == alone["channel"]
    assert together["splits"] == [{"by": by.split(","), "rows": rows} for by, rows in alone.items()]


def test_a_split_that_is_asked_twice_is_answered_once(shop: Path) -> None:
    assert asked(shop, "spend", "--by", "channel", "--by", "channel").json.keys() == asked(shop, "spend").json.keys()


def test_for_people_each_split_is_a_table_below_the_last(shop: Path) -> None:
    alone = [opsctl("query", "spend", ".", "--by", by, "-q", cwd=shop).out for by in ("group", "month")]
    together = opsctl("query", "spend", ".", "--by", "group", "--by", "month", "-q", cwd=shop).out
    assert together == "\n".join(alone)


def test_in_csv_each_row_says_of_which_split_it_is(shop: Path) -> None:
    lines = opsctl("query", "spend", ".", "--by", "group", "--by", "group,month", "-f", "csv", cwd=shop).out.split("\n")
    assert lines[0] == "table,group,spend,month"
    assert [line.partition(",")[0] for line in lines[1:-1]] == ["group", "group", '"group', '"group']
