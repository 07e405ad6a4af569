"""What is kept of a file: groups, never people; and what is left out is said without being shown."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from opsctl.config.settings import Settings, load
from opsctl.core.errors import BadConfiguration
from opsctl.core.personal import SUSPECT, is_id_card, masked
from opsctl.ingest.account import Input, Part
from opsctl.ingest.people import PERSONAL_IDS
from opsctl.ingest.personal import by_content, by_name
from opsctl.ingest.privacy import bare, protected
from opsctl.schemas import tables
from opsctl.schemas.table import columns, physical_schema

PHONE, CARD, EMAIL, TOKEN = "13912345678", "11010519491231002X", "li.na@example.com", "oQz7_bKjrP4lm6x2sgVt7hMZOPfL"
PEOPLE = ["王芳", "李伟", "张敏", "刘洋", "陈静", "杨勇", "赵磊", "黄丽", "周杰", "吴霞"]


def settings(tmp_path: Any, **treatments: str) -> Settings:
    written = ", ".join(f"{name}: {treatment}" for name, treatment in treatments.items())
    (tmp_path / "opsctl.yaml").write_text(f"privacy: {{columns: {{{written}}}}}\n", encoding="utf-8")
    return load(tmp_path, {}, {}, None)


@pytest.fixture
def usual(tmp_path: Any) -> Settings:
    return settings(tmp_path)


def part(table: str = "acquisition", /, **texts: Sequence[str | None]) -> Part:
    """A file of one table with some columns of text; the others are null."""
    height = len(next(iter(texts.values())))
    schema = physical_schema(tables()[table])
    frame = pl.DataFrame({name: pl.Series([None] * height, dtype=dtype) for name, dtype in schema.items()})
    given = [pl.Series(name, cells, dtype=pl.String) for name, cells in texts.items()]
    frame = frame.with_columns(*given, line=pl.int_range(2, height + 2, eager=True))
    account = Input("users.csv", "", "canonical", table, None, height)
    return Part(account, frame, frozenset(texts))


def told(one: Part) -> str:
    return " ".join(note.text for note in one.notes)


# --- attributes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "姓名",
        "昵称",
        "手机号",
        "联系电话",
        "身份证号",
        "邮箱",
        "收货地址",
        "openid",
        "wx_openid",
        "unionid",
        "phone",
        "user_phone",
        "mobile_no",
        "email",
        "name",
        "first_name",
        "id_card",
        "shipping_address",
        "access_token",
        "cookie",
        "idfa",
        "OAID",
        "imei_md5",
        "deviceId",
        "android_id",
        "备注",
    ],
)
def test_a_column_that_is_personal_by_name_is_left_out(usual: Settings, name: str) -> None:
    kept = protected(part(**{f"attribute_{name}": ["1", "2"]}), usual)
    assert f"attribute_{name}" not in kept.frame.columns
    assert f"attribute_{name}" not in kept.supplied
    assert f"{name} (by its name)" in told(kept)


@pytest.mark.parametrize(
    "name",
    [
        "渠道名称",
        "计划名称",
        "campaign_name",
        "platform",
        "country",
        "city",
        "城市",
        "性别",
        "年龄段",
        "device",
        "手机品牌",
        "手机型号",
        "app_name",
        "商品名称",
        "活动名称",
        "campaign_id",
        "city_tier",
        "网络类型",
        "门店地址",
        "agency",
        "owner",
        "是否绑定手机",
        "mobile_os",
    ],
)
def test_a_column_that_only_sounds_so_stays(usual: Settings, name: str) -> None:
    one = part(**{f"attribute_{name}": ["a", "b"]})
    assert protected(one, usual).frame.equals(one.frame)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([PHONE, *["无"] * 9], "telephone numbers"),
        (["+86 139-1234-5678", *["-"] * 9], "telephone numbers"),
        ([CARD, *["x"] * 9], "id cards"),
        ([EMAIL, *["x"] * 9], "e-mail addresses"),
        ([hashlib.md5(str(at).encode()).hexdigest() for at in range(10)], "tokens"),  # noqa: S324 - an IMEI's usual form
        ([one + two for one in PEOPLE for two in "宇涛娜"], "names"),
    ],
)
def test_a_column_that_is_personal_by_content_is_left_out(usual: Settings, cells: list[str], kind: str) -> None:
    kept = protected(part(attribute_x=cells), usual)
    assert "attribute_x" not in kept.frame.columns
    assert f"x (holds {kind})" in told(kept)
    assert not any(cell in told(kept) for cell in cells if len(cell) > 1)


@pytest.mark.parametrize(
    "cells",
    [
        ["1700000000000000001", "1700000000000000002"],  # ids of campaigns
        ["10012345678", "20012345678"],  # eleven digits, no mobile number
        [f"{CARD[:-1]}1"] * 3,  # a wrong check digit
        ["5f4dcc3b5aa765d61d8327deb882cf99"] * 50,  # one creative, many users
        ["成都", "广州", "安庆", "石家庄", "江门"] * 40,  # cities
        [None, None],
    ],
)
def test_a_column_that_only_looks_so_stays(usual: Settings, cells: list[str | None]) -> None:
    one = part(attribute_x=cells)
    assert protected(one, usual).frame.equals(one.frame)
    assert by_content(one.frame["attribute_x"]) is None


# --- what the project decides ----------------------------------------------------------------------------------


def test_the_project_decides_by_column(tmp_path: Any) -> None:
    chosen = settings(tmp_path, 手机号="keep", Email="hash", gender="drop", campaign="drop")
    one = part(attribute_手机号=[PHONE], attribute_email=[EMAIL], attribute_gender=["f"], campaign=["spring"])
    kept = protected(one, chosen, lambda ids: pl.Series(ids.name, [b"\x01\xff"] * len(ids), dtype=pl.Binary))
    assert kept.frame["attribute_手机号"].to_list() == [PHONE]
    assert kept.frame["attribute_email"].to_list() == ["01ff"]
    assert "attribute_gender" not in kept.frame.columns
    assert kept.frame["campaign"].to_list() == [None]
    assert kept.supplied == {"attribute_手机号", "attribute_email"}
    assert "gender (as the project says)" in told(kept)


def test_without_a_store_what_would_be_hashed_is_left_out(tmp_path: Any) -> None:
    kept = protected(part(attribute_email=[EMAIL]), settings(tmp_path, email="hash"))
    assert "attribute_email" not in kept.frame.columns


@pytest.mark.parametrize(
    ("name", "treatment"),
    [("user", "keep"), ("User", "drop"), ("order", "keep"), ("inviter", "keep"), ("channel", "drop")],
)
def test_ids_are_hashed_whatever_the_project_says(tmp_path: Any, name: str, treatment: str) -> None:
    with pytest.raises(BadConfiguration) as refused:
        settings(tmp_path, **{name: treatment})
    assert refused.value.line == 1


# --- texts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", sorted(tables()))
def test_what_is_personal_inside_any_text_is_masked_the_same_everywhere(usual: Settings, table: str) -> None:
    names = [
        name
        for name, dtype in physical_schema(tables()[table]).items()
        if dtype == pl.String and name not in (*PERSONAL_IDS.get(table, ()), "currency", "conversion_basis", "day_unit")
    ]
    kept = protected(part(table, **{name: [f"拉新-{PHONE}", CARD, f"for {EMAIL}", TOKEN] for name in names}), usual)
    for name in names:
        assert kept.frame[name].to_list() == [
            "拉新-139****5678",
            "110105********002X",
            "for l***@example.com",
            "oQz7…OPfL",
        ]
    assert all(name in told(kept) for name in names)
    assert protected(kept, usual).frame.equals(kept.frame)


def test_single_cells_of_a_column_of_remarks_are_masked(usual: Settings) -> None:
    cells = [f"call {PHONE}", *(f"no {at}" for at in range(30))]
    assert protected(part(attribute_x=cells), usual).frame["attribute_x"][0] == "call 139****5678"


def test_ids_are_left_to_the_store(usual: Settings) -> None:
    one = part("order", user=[PHONE], order=[CARD])
    assert protected(one, usual).frame.equals(one.frame)


def test_every_id_of_a_person_is_known_as_one() -> None:
    for name, table in tables().items():
        assert set(PERSONAL_IDS.get(name, ())) == columns(table).keys() & {"user", "inviter", "order"}


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://a.com/p?uid=7&utm_source=dy&utm_medium=cpc&token=x", "https://a.com/p?utm_source=dy&utm_medium=cpc"),
        ("https://li:secret@a.com:8080/p#top", "https://a.com:8080/p"),
        ("a.com/p?openid=o1", "a.com/p"),
        ("https://h5.a.com/#/join?utm_source=wx&phone=1", "https://h5.a.com/?utm_source=wx#/join"),
        ("https://a.com/?utm_id=1", "https://a.com/?utm_id=1"),
        ("/pages/index?scene=1", "/pages/index"),
        ("首页", "首页"),
    ],
)
def test_of_an_address_host_path_and_utm_are_kept(usual: Settings, address: str, kept: str) -> None:
    assert bare(pl.Series([address])).to_list() == [kept]
    assert protected(part(landing=[address]), usual).frame["landing"].to_list() == [kept]


def test_an_address_in_any_other_text_is_shortened_too(usual: Settings) -> None:
    kept = protected(part("spend", creative=["https://a.com/p?uid=7", "1+1=2?"]), usual)
    assert kept.frame["creative"].to_list() == ["https://a.com/p", "1+1=2?"]


# --- the words and shapes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "CN_iOS_Broad_2025Q1_Video_LAL_v2",
        "1714550597000",
        "1700000000000000001",
        "13912345678.0000",
        "视频150_20250101",
        "10086",
        "a@b",
        "3=3",
    ],
)
def test_names_and_numbers_of_campaigns_are_no_persons(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    "text",
    [
        PHONE,
        "+86 139 1234 5678",
        CARD,
        "110105200912310028",
        EMAIL,
        TOKEN,
        "token=abcdefgh",
        "Bearer abcdef",
        "sk-abcdefgh1234",
    ],
)
def test_what_is_masked_is_always_suspected(text: str) -> None:
    assert pl.Series([f"某{text}。"]).str.contains(SUSPECT).all()
    assert text not in masked(f"某{text}。")


def test_a_card_is_known_by_its_check_digit() -> None:
    assert [digit for digit in "0123456789X" if is_id_card(CARD[:-1] + digit)] == ["X"]


def test_a_name_is_judged_alike_in_any_writing() -> None:
    assert all(by_name(name) for name in ("device_id", "Device ID", "deviceId", "DEVICE-ID"))


def test_the_account_of_a_file_is_untouched(usual: Settings) -> None:
    one = part(attribute_phone=[PHONE])
    assert replace(protected(one, usual), frame=one.frame, notes=(), supplied=one.supplied) == replace(one, notes=())


@pytest.mark.parametrize("around", ["{},1", "{}.1", "1,{}", "{0};{0}", "{}.2025.csv.gz", "tel{}", "_{}_"])
def test_a_number_is_masked_whatever_stands_beside_it(around: str) -> None:
    assert PHONE not in masked(around.format(PHONE))
