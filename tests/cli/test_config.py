"""Which project a command belongs to, what is in force and who said it, and whether it holds together."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.inside import opsctl
from tests.command import Ran

SPEND = "day,channel,spend\n2025-03-01,抖音,100\n"
SHOP = """version: 1
timezone: Asia/Tokyo
currency: JPY
channels:
  douyin: {name: {zh: 抖音, en: Douyin}}
sources: [{path: exports/*.csv}]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project in `shop`, and beside it a folder that belongs to none."""
    (tmp_path / "shop" / "exports").mkdir(parents=True)
    (tmp_path / "shop" / "opsctl.yaml").write_text(SHOP, encoding="utf-8")
    (tmp_path / "shop" / "exports" / "w.csv").write_text(SPEND, encoding="utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.csv").write_text(SPEND.replace("01,抖音,100", "02,抖音,7"), encoding="utf-8")
    return tmp_path


def channels(ran: Ran) -> list[tuple[str, str, str]]:
    return [(row["channel"], row["spend"]["value"], row["spend"]["currency"]) for row in ran.rows]


OURS = [("douyin", "100.0000", "JPY")]


def query(*arguments: str, cwd: Path) -> Ran:
    return opsctl("query", "spend", *arguments, "--by", "channel", "--json", cwd=cwd)


# --- which project --------------------------------------------------------------------------------------------


def test_inside_a_project_its_sources_are_read(shop: Path) -> None:
    for here in (shop / "shop", shop / "shop" / "exports"):
        ran = query(cwd=here)
        assert channels(ran) == OURS
        assert [one["file"] for one in ran.json["inputs"]] == ["exports/w.csv"]
    assert "project: .\n" in query(cwd=shop / "shop").err


def test_a_project_can_be_named_from_anywhere(shop: Path) -> None:
    ran = query("-C", "shop", cwd=shop)
    assert channels(ran) == OURS
    assert "project: shop\n" in ran.err


def test_the_one_that_is_named_comes_before_the_one_around_us(shop: Path) -> None:
    (shop / "second").mkdir()
    (shop / "second" / "opsctl.yaml").write_text("version: 1\ncurrency: USD\n")
    ran = query("-C", "../second", "exports/w.csv", cwd=shop / "shop")
    assert channels(ran) == [("抖音", "100.0000", "USD")]


def test_without_one_around_us_the_first_path_finds_it(shop: Path) -> None:
    for path in ("shop", "shop/exports", "shop/exports/w.csv"):
        ran = query(path, cwd=shop)
        assert channels(ran) == OURS
        assert "project: shop\n" in ran.err
    assert channels(query("other/x.csv", "shop/exports/w.csv", cwd=shop)) == [("抖音", "107.0000", "CNY")]


def test_the_one_around_us_comes_before_that_of_a_path(shop: Path) -> None:
    (shop / "opsctl.yaml").write_text("version: 1\ncurrency: USD\n")
    assert channels(query("shop/exports", cwd=shop)) == [("抖音", "100.0000", "USD")]


def test_a_path_replaces_the_sources_and_configuration_still_applies(shop: Path) -> None:
    assert channels(query("../other/x.csv", cwd=shop / "shop")) == [("douyin", "7.0000", "JPY")]


def test_no_path_and_no_project_is_asked_wrongly(shop: Path) -> None:
    ran = query(cwd=shop / "other")
    assert (ran.code, ran.out) == (2, "")
    assert "error[OPS003]" in ran.err


def test_a_pattern_of_sources_that_matches_nothing_is_said(shop: Path) -> None:
    (shop / "shop" / "opsctl.yaml").write_text(SHOP.replace("}]", "}, {path: exprots/*.csv}]"), encoding="utf-8")
    ran = query(cwd=shop / "shop")
    assert channels(ran) == OURS
    assert "note: no file matches 'exprots/*.csv' of the project's sources\n" in ran.err


def test_a_quiet_run_says_nothing_but_errors(shop: Path) -> None:
    assert query("-q", cwd=shop / "shop").err == ""


def test_what_is_passed_over_is_told_to_those_who_ask(shop: Path) -> None:
    (shop / "other" / "notes.md").write_text("x")
    assert "notes.md" not in query("other", cwd=shop).err
    assert "passed over, not named like tables: other/notes.md" in query("other", "-v", cwd=shop).err


def test_what_may_hold_rows_and_is_not_read_is_told_to_all(shop: Path) -> None:
    (shop / "other" / "w03.rar").write_text("x")
    assert "note: not read, though it may hold rows: other/w03.rar" in query("other", cwd=shop).err


# --- config show ----------------------------------------------------------------------------------------------


def shown(ran: Ran) -> dict[str, tuple[str, str]]:
    return {row["key"]: (row["value"], row["origin"]) for row in ran.rows}


def test_every_value_is_shown_with_the_line_that_says_it(shop: Path) -> None:
    found = shown(opsctl("config", "show", "--json", cwd=shop / "shop"))
    assert found["timezone"] == ("Asia/Tokyo", "opsctl.yaml:2")
    assert found["currency"] == ("JPY", "opsctl.yaml:3")
    assert found["channels.douyin.name.zh"] == ("抖音", "opsctl.yaml:5")
    assert found["locale"] == ("en", "default")
    assert found["policy.high_value.threshold"][0] == "3000"


@pytest.mark.parametrize(
    ("arguments", "environ", "origin"),
    [
        ([], {}, ("en", "default")),
        ([], {"LANG": "zh_CN.UTF-8"}, ("zh-CN", "LANG")),
        ([], {"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, ("zh-CN", "LC_ALL")),
        ([], {"LANG": "en_US.UTF-8", "OPSCTL_LOCALE": "zh-CN"}, ("zh-CN", "OPSCTL_LOCALE")),
        (["--locale", "en"], {"OPSCTL_LOCALE": "zh-CN"}, ("en", "--locale")),
    ],
)
def test_a_flag_comes_before_a_variable_and_that_before_the_machine(
    shop: Path, arguments: list[str], environ: dict[str, str], origin: tuple[str, str]
) -> None:
    found = shown(opsctl("config", "show", "--json", *arguments, cwd=shop / "shop", environ=environ))
    assert found["locale"] == origin


def test_a_persons_own_file_comes_after_the_project(shop: Path) -> None:
    home = shop / "home"
    (home / "opsctl").mkdir(parents=True)
    (home / "opsctl" / "config.yaml").write_text("locale: zh-CN\n")
    environ = {"XDG_CONFIG_HOME": str(home)}
    value, origin = shown(opsctl("config", "show", "--json", cwd=shop / "shop", environ=environ))["locale"]
    assert (value, origin.endswith("config.yaml:1")) == ("zh-CN", True)
    (shop / "shop" / "opsctl.yaml").write_text(SHOP + "locale: en\n", encoding="utf-8")
    found = shown(opsctl("config", "show", "--json", cwd=shop / "shop", environ=environ))
    assert found["locale"] == ("en", "opsctl.yaml:7")


def test_for_people_origins_are_shown_on_request(shop: Path) -> None:
    plain = opsctl("config", "show", cwd=shop / "shop").out
    told = opsctl("config", "show", "--origin", cwd=shop / "shop").out
    assert "timezone: Asia/Tokyo\n" in plain
    assert "timezone: Asia/Tokyo  (opsctl.yaml:2)\n" in told


def test_a_secret_is_never_shown(shop: Path) -> None:
    hook = "send: {group: {to: wecom, webhook: 'https://example.com/hook?key=0a1b2c3d'}}\n"
    (shop / "shop" / "opsctl.yaml").write_text(SHOP + hook, encoding="utf-8")
    for arguments in (["config", "show"], ["config", "show", "--json"], ["config", "check"], ["query", "spend", "-v"]):
        ran = opsctl(*arguments, cwd=shop / "shop")
        assert ran.code == 0
        assert "0a1b2c3d" not in ran.out + ran.err


# --- config check ---------------------------------------------------------------------------------------------


def test_a_configuration_that_holds_together_is_said_to(shop: Path) -> None:
    ran = opsctl("config", "check", cwd=shop / "shop")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.endswith("1 channels, nothing wrong\n")


def test_what_no_command_reads_yet_is_said(shop: Path) -> None:
    (shop / "shop" / "opsctl.yaml").write_text(
        SHOP + "gates: [{metric: cpa, at_most: 30}]\npolicy: {cap: 2, validated: true}\n", encoding="utf-8"
    )
    ran = opsctl("config", "check", cwd=shop / "shop")
    assert ran.code == 0
    assert "not used by this version: gates, policy.validated\n" in ran.err


def test_a_mapping_that_fills_a_column_that_its_table_has_not_is_found_by_every_command(shop: Path) -> None:
    mapping = "mappings: [{platform: p, table: spend, columns: {day: D, chanel: C, spend: S}}]\n"
    (shop / "shop" / "opsctl.yaml").write_text(SHOP + mapping, encoding="utf-8")
    for arguments in (["config", "check"], ["query", "spend"], ["report"]):
        ran = opsctl(*arguments, cwd=shop / "shop")
        assert (ran.code, ran.out) == (2, "")
        assert "the table spend has no column 'chanel'" in ran.err
        assert "did you mean 'channel'?" in ran.err
        assert "opsctl.yaml:7:" in ran.err
