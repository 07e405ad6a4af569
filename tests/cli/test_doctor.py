"""A checklist of the machine and the project that says what to do, and fails only for what is broken."""

from __future__ import annotations

import os
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from opsctl import __version__
from opsctl.reports.checkup import STALE_DAYS, Level, freshness
from opsctl.reports.installation import packages
from tests.cli.inside import opsctl

SPEND = "day,channel,spend,currency\n{day},A,1,CNY\n"
SHOP = """version: 1
locale: en
accounts: [{source: oceanengine, account: main}]
sources: [{path: a/*.csv}, {path: b/*.csv}]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with two sources, the second nine days behind the first."""
    (tmp_path / "opsctl.yaml").write_text(SHOP)
    for name, day in {"a": "2025-03-10", "b": "2025-03-01"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "spend.csv").write_text(SPEND.format(day=day))
    return tmp_path


def checked(folder: Path, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    """The checks that `opsctl doctor --json` prints."""
    ran = opsctl("doctor", *arguments, "--json", cwd=folder)
    assert (ran.code, ran.err) == (code, "")
    assert list(ran.json) == ["schema_version", "checks"]
    found: list[dict[str, Any]] = ran.json["checks"]
    assert all(list(one) == ["check", "level", "text", "hint", "facts"] for one in found)
    return found


def levels(checks: list[dict[str, Any]], name: str) -> list[str]:
    return [one["level"] for one in checks if one["check"] == name]


def texts(checks: list[dict[str, Any]], name: str) -> list[str]:
    return [one["text"] for one in checks if one["check"] == name]


# --- the whole list -------------------------------------------------------------------------------------------


def test_a_project_in_order_has_a_line_for_everything(shop: Path) -> None:
    (shop / "b" / "spend.csv").write_text(SPEND.format(day="2025-03-09"))
    printed = opsctl("doctor", cwd=shop).out.splitlines()
    # An extra that is not installed has a hint on a line of its own, below its line and indented as its text.
    lines = [" ".join(line.split()) for line in printed if not line.startswith(" ")]
    machine, of_project = ["Python", "opsctl", "packages", "terminal"], ["project", "mappings", "sources", "files"]
    names = [*machine, *of_project, "freshness", "freshness", "accounts"]
    assert [line.split()[:2] for line in lines if not line.startswith("ok extra")] == [["ok", name] for name in names]
    assert f"ok opsctl {__version__}" in lines
    assert "ok project opsctl.yaml" in lines
    assert "ok sources 2 files by 2 patterns" in lines
    assert "ok freshness a/*.csv: through 2025-03-10" in lines
    assert "ok freshness b/*.csv: through 2025-03-09, the day before 2025-03-10" in lines


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_is_aligned_and_no_wider_than_the_page(shop: Path, locale: str, width: int) -> None:
    (shop / "a" / "spend.csv").write_text("")
    lines = opsctl("doctor", "--locale", locale, "--width", str(width), cwd=shop).out.splitlines()
    assert max(map(cell_len, lines)) <= width
    column = cell_len(re.split(r"\S+$", lines[0])[0])
    for head, text in (at_cell(line, column) for line in lines):
        assert head.endswith(" ")
        assert re.match(r"\S|  \S", text)


def at_cell(line: str, column: int) -> tuple[str, str]:
    """A line before and from a column of the page."""
    at = next(place for place in range(len(line) + 1) if cell_len(line[:place]) >= column)
    return line[:at], line[at:]


def test_the_language_changes_nothing_for_programs(shop: Path) -> None:
    assert checked(shop, "--locale", "zh-CN") == checked(shop)


def test_outside_a_project_it_looks_at_the_machine_and_says_how_to_begin(tmp_path: Path) -> None:
    checks = checked(tmp_path)
    assert [one["check"] for one in checks if not one["check"].startswith("extra")] == [
        "python", "opsctl", "packages", "terminal", "config",
    ]  # fmt: skip
    assert levels(checks, "config") == ["warn"]
    assert "opsctl init" in checks[-1]["hint"]


def test_a_project_can_be_named(shop: Path) -> None:
    checks = checked(shop.parent, "-C", shop.name)
    assert texts(checks, "config") == [f"{shop.name}/opsctl.yaml"]


@pytest.mark.parametrize("arguments", [("-C", "a"), ("--as-of", "2025-02-30"), ("--locale", "fr")])
def test_asked_wrongly_leaves_with_2(shop: Path, arguments: tuple[str, str]) -> None:
    ran = opsctl("doctor", *arguments, cwd=shop)
    assert (ran.code, ran.out) == (2, "")
    assert "OPS005" in ran.err


# --- the project ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        ("version: 1\ncurency: USD\n", "OPS303", "opsctl.yaml:2:1"),
        ("version: 1\nversion: 1\n", "OPS302", "opsctl.yaml:2:1"),
        ("sources: [\n", "OPS301", "opsctl.yaml:"),
        ("version: 1\ncurrency: ${NOPE}\n", "OPS304", "opsctl.yaml:2:"),
        ("version: 1\nmappings: [mine.yaml]\n", "OPS004", "opsctl.yaml:2:"),
    ],
)
def test_a_configuration_that_is_broken_fails_with_its_code_and_place(
    shop: Path, content: str, code: str, place: str
) -> None:
    (shop / "opsctl.yaml").write_text(content)
    checks = checked(shop, code=1)
    assert levels(checks, "config") == ["fail"]
    assert texts(checks, "config")[0].startswith(f"[{code}] {place}")
    assert checks[-1]["hint"]


def test_a_broken_configuration_is_told_in_the_language_of_the_machine(shop: Path) -> None:
    (shop / "opsctl.yaml").write_text("curency: USD\n")
    assert "异常  项目" in opsctl("doctor", cwd=shop, environ={"LANG": "zh_CN.UTF-8"}).out


def test_every_mapping_that_fills_no_column_fails(shop: Path) -> None:
    entry = "{{platform: {0}, table: spend, columns: {{day: D, channel: C, spend: S, {0}: X}}}}"
    mappings = ", ".join(entry.format(name) for name in ("chanel", "clickz"))
    (shop / "opsctl.yaml").write_text(f"{SHOP}mappings: [{mappings}]\n")
    checks = checked(shop, code=1)
    assert levels(checks, "mappings") == ["fail", "fail"]
    assert all("OPS303" in text for text in texts(checks, "mappings"))
    assert levels(checks, "files") == []


def test_a_source_without_a_file_is_worth_a_warning(shop: Path) -> None:
    (shop / "b" / "spend.csv").unlink()
    checks = checked(shop)
    assert levels(checks, "sources") == ["ok", "warn"]
    assert texts(checks, "sources")[1] == "no file matches b/*.csv"
    assert len(levels(checks, "freshness")) == 1


def test_a_project_without_sources_is_worth_a_warning(shop: Path) -> None:
    (shop / "opsctl.yaml").write_text("version: 1\n")
    assert levels(checked(shop), "sources") == ["warn"]


def test_a_file_that_is_refused_fails_and_a_rejected_row_is_worth_a_warning(shop: Path) -> None:
    (shop / "a" / "spend.csv").write_text(SPEND.format(day="2025-03-10") + "2025-13-11,A,1,CNY\n")
    assert levels(checked(shop), "files") == ["warn"]
    (shop / "a" / "more.csv").write_text("")
    checks = checked(shop, code=1)
    assert levels(checks, "files") == ["fail"]
    assert texts(checks, "files") == ["2 loaded, 1 refused"]


# --- personal data --------------------------------------------------------------------------------------------


def key_of(shop: Path, *more: str, code: int = 0) -> list[tuple[str, str]]:
    """Level and text of what is found of the key, in a home folder inside the shop."""
    ran = opsctl("doctor", "--json", *more, cwd=shop, environ={"HOME": str(shop / "home")})
    assert ran.code == code
    return [(one["level"], one["text"]) for one in ran.json["checks"] if one["check"] == "key"]


@pytest.fixture
def remembering(shop: Path) -> Path:
    """The shop with a store, which has a user in it and made a key in the home folder."""
    (shop / "a" / "users.csv").write_text("user,acquired_at,channel\nu1,2025-03-10 10:00,A\n")
    assert opsctl("ingest", "-q", cwd=shop, environ={"HOME": str(shop / "home")}).code == 0
    return shop


@pytest.mark.parametrize("name", ["key", "~/key"])
def test_a_key_that_is_configured_is_made_when_a_store_needs_it(shop: Path, name: str) -> None:
    (shop / "opsctl.yaml").write_text(f"{SHOP}privacy: {{hash_key_file: {name}}}\n")
    assert key_of(shop) == [("ok", "none yet; the first opsctl ingest makes it")]


def test_without_a_store_and_a_key_nothing_is_said_of_it(shop: Path) -> None:
    assert key_of(shop) == []


def test_a_key_that_is_whole_and_closed_is_fine_and_another_file_is_none(shop: Path) -> None:
    (shop / "opsctl.yaml").write_text(f"{SHOP}privacy: {{hash_key_file: key}}\n")
    (shop / "key").write_text(f"{'ab' * 32}\n")
    (shop / "key").chmod(0o600)
    assert key_of(shop) == [("ok", "there, and closed to others")]
    (shop / "key").write_text("0123456789abcdef")
    ((level, text),) = key_of(shop, code=1)
    assert (level, "OPS323" in text, "0123456789abcdef" in text) == ("fail", True, False)


@pytest.mark.skipif(os.name != "posix", reason="only POSIX files have such rights")
def test_a_key_that_others_can_read_fails_and_says_how_to_close_it(remembering: Path) -> None:
    (remembering / "home" / ".config" / "opsctl" / "key").chmod(0o644)
    ran = opsctl("doctor", "--json", cwd=remembering, environ={"HOME": str(remembering / "home")})
    assert ran.code == 1
    (found,) = (one for one in ran.json["checks"] if one["check"] == "key")
    assert "OPS324" in found["text"]
    assert "chmod 600" in found["hint"]


def test_a_store_whose_key_is_gone_or_another_fails(remembering: Path) -> None:
    path = remembering / "home" / ".config" / "opsctl" / "key"
    assert key_of(remembering) == [("ok", "there, and closed to others")]
    kept = path.read_text()
    path.write_text(f"{kept}{'ab' * 32}\n")
    assert key_of(remembering) == [("ok", "there; it was rotated, and the store follows when it is next written")]
    path.write_text(f"{'ab' * 32}\n")
    ((level, text),) = key_of(remembering, code=1)
    assert (level, "OPS322" in text) == ("fail", True)
    path.unlink()
    assert key_of(remembering, code=1) == [("fail", "the store has been made with a key that is not there")]


def test_a_store_of_people_should_have_an_end(remembering: Path) -> None:
    def retention() -> list[tuple[str, str]]:
        ran = opsctl("doctor", "--json", cwd=remembering, environ={"HOME": str(remembering / "home")})
        return [(one["level"], one["text"]) for one in ran.json["checks"] if one["check"] == "retention"]

    assert retention() == [("warn", "rows about people are kept for ever: acquisition, activity, order")]
    limits = "activity: 400, acquisition: 800, order: 900"
    (remembering / "opsctl.yaml").write_text(f"{SHOP}privacy: {{retention_days: {{{limits}}}}}\n")
    assert retention() == [("ok", "days that rows are kept: acquisition 800, activity 400, order 900")]


def test_without_accounts_it_says_what_they_are_for(shop: Path) -> None:
    assert texts(checked(shop), "accounts") == ["1 listed"]
    (shop / "opsctl.yaml").write_text("version: 1\n")
    assert "not noticed" in texts(checked(shop), "accounts")[0]


# --- how fresh the data are -----------------------------------------------------------------------------------


def test_freshness_counts_from_the_newest_day_of_all_sources_or_from_a_day_that_is_named(shop: Path) -> None:
    facts = [one["facts"] for one in checked(shop) if one["check"] == "freshness"]
    assert [(one["source"], one["day"], one["days"]) for one in facts] == [
        ("a/*.csv", "2025-03-10", 0),
        ("b/*.csv", "2025-03-01", 9),
    ]
    facts = [one["facts"] for one in checked(shop, "--as-of", "2025-03-15") if one["check"] == "freshness"]
    assert [one["days"] for one in facts] == [5, 14]


def test_a_source_is_stale_when_it_misses_a_week() -> None:
    last = date(2025, 3, 1)
    for days in range(-3, 20):
        (check,) = freshness({"a": last}, date.fromordinal(last.toordinal() + days))
        assert check.level is (Level.WARN if days > STALE_DAYS else Level.OK)


def test_members_of_an_archive_belong_to_its_source(shop: Path) -> None:
    with zipfile.ZipFile(shop / "b" / "more.zip", "w") as archive:
        archive.writestr("w.csv", SPEND.format(day="2025-03-08"))
    (shop / "opsctl.yaml").write_text(SHOP.replace("b/*.csv", "b/*"))
    assert [one["facts"]["day"] for one in checked(shop) if one["check"] == "freshness"] == ["2025-03-10", "2025-03-08"]


# --- packages -------------------------------------------------------------------------------------------------

NEEDS = (
    "PyYAML>=6.0.2",
    "rich>=14",
    "tzdata>=2025.1; sys_platform == 'win32'",
    "xlsxwriter>=3; extra == 'xlsx'",
    "fastexcel>=0.12; python_version >= '3.11' and extra == 'xlsx'",
    "typst; extra == 'pdf'",
    "channel-opsctl[pdf,xlsx]; extra == 'all'",
)


def test_packages_and_extras_are_those_that_the_distribution_names() -> None:
    installed = {"pyyaml": "6.0.3", "rich": "15.0", "xlsxwriter": "3.2", "fastexcel": "0.14"}
    core, all_, pdf, xlsx = packages(NEEDS, installed)
    assert core.fields["versions"] == "pyyaml 6.0.3, rich 15.0"
    assert (xlsx.name, xlsx.fields["versions"]) == ("extra xlsx", "fastexcel 0.14, xlsxwriter 3.2")
    assert (pdf.name, pdf.fields["names"]) == ("extra pdf", "typst")
    assert (all_.name, all_.fields["names"]) == ("extra all", "typst")
    assert {check.level for check in (core, all_, pdf, xlsx)} == {Level.OK}


def test_a_package_that_opsctl_cannot_do_without_fails_when_it_is_missing() -> None:
    core = packages(NEEDS, {"rich": "15.0"})[0]
    assert (core.level, core.fields["names"]) == (Level.FAIL, "pyyaml")


def test_running_without_being_installed_is_worth_a_warning() -> None:
    assert [check.level for check in packages(None, {})] == [Level.WARN]
