"""Money under one name of a channel and users under another are asked about, never joined by a guess."""

from __future__ import annotations

from pathlib import Path

from tests.cli.inside import opsctl

UNITS = "时间-天,单元名称,消耗,展示数\n2025-01-06,A,100,1000\n"
USERS = "user,acquired_at,channel\nu1,2025-01-06,抖音\n"


def folder(tmp_path: Path, project: str = "version: 1\n", **files: str) -> Path:
    for name, text in {"opsctl.yaml": project, "units.csv": UNITS, **files}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def asked(where: Path) -> set[str]:
    return {note["code"] for note in opsctl("query", "spend,acquisitions", where, "--json").json["notes"]}


def test_two_names_of_one_channel_are_asked_about(tmp_path: Path) -> None:
    where = folder(tmp_path, **{"users.csv": USERS})
    assert "one_channel_twice" in asked(where)
    said = opsctl("query", "spend", where).err
    assert "`channels: {douyin: {aliases: [抖音]}}`" in said
    rows = opsctl("query", "spend,acquisitions", where, "--by", "channel", "--json").rows
    assert [row["channel"] for row in rows] == ["douyin", "抖音"]


def test_what_the_project_says_is_asked_no_more(tmp_path: Path) -> None:
    project = "version: 1\nchannels: {douyin: {aliases: [抖音]}}\n"
    where = folder(tmp_path, project, **{"users.csv": USERS})
    assert "one_channel_twice" not in asked(where)
    assert opsctl("query", "cpa", where, "--json").figure("cpa")["value"] == 100


def test_users_one_by_one_and_added_up_under_other_names_are_asked_about(tmp_path: Path) -> None:
    cohort = "day,channel,offset,users\n2025-01-06,TikTok China,0,1\n"
    assert "two_sources" in asked(folder(tmp_path, **{"users.csv": USERS, "cohort.csv": cohort}))


def test_a_dictionary_of_channels_among_the_files_is_known_for_what_it_is(tmp_path: Path) -> None:
    codes = "渠道号,渠道,代理,生效日\nD1,抖音,甲,2025-01-01\n"
    ran = opsctl("validate", folder(tmp_path, **{"字典.csv": codes}))
    assert "channel_map: FILE" in ran.out
