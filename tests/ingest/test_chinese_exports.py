"""The Chinese ad platforms as people export them: their encodings, remarks, totals and freely chosen columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from opsctl.config import settings
from opsctl.config.library import shipped_mappings
from opsctl.config.matching import Mapping
from opsctl.core.errors import UnknownFile
from opsctl.ingest.claim import Claims
from opsctl.ingest.inspection import Look, see
from tests.ingest.exports import account, read, values

PLATFORMS = ("oceanengine", "qianchuan", "tencent", "kuaishou", "baidu", "xiaohongshu", "bilibili", "tmall")
MONDAY, TUESDAY, SUNDAY = date(2025, 1, 6), date(2025, 1, 7), date(2025, 1, 12)


@dataclass(frozen=True)
class Case:
    """One export, and what it comes to: `sums` are spend, impressions, clicks, conversions, as far as it has them."""

    mapping: str
    export: str
    sums: tuple[str | int, ...]
    days: tuple[date, date] | None = (MONDAY, TUESDAY)
    name: str = "export.csv"
    encoding: str = "utf-8"
    has_total: bool = True

    @property
    def content(self) -> bytes:
        return self.export.encode(self.encoding)


OCEAN = "2025-01-06,A,1700000000000000001,30.25,300,30,{}\n2025-01-07,A,1700000000000000001,9.75,100,-,{}\n"
OCEAN_TOTAL = "合计,-,-,40.00,400,30,{}\n"
CASES = {
    "ocean engine without clicks and conversions": Case(
        "oceanengine/单元日报", "单元名称,时间-天,消耗\nA,2025-01-06,1.50\nA,2025-01-07,2\n合计,-,3.50\n", ("3.5000",)
    ),
    "ocean engine by account, reordered, with columns nobody reads": Case(
        "oceanengine/账户日报",
        "点击率%,消耗（元）,深度转化数,时间-天,点击数,展示数,平均千次展现费用(元)\n"
        '2.00,"1,000.50",4,2025-01-06,20,"1,000",1000.50\n-,0.00,0,2025-01-07,0,0,-\n-,"1,000.50",4,合计,20,"1,000",-\n',
        ("1000.5000", 1000, 20),
        encoding="gb18030",
    ),
    "ocean engine by billing time, as the API calls it": Case(
        "oceanengine/单元日报",
        "时间-天,单元名称,单元ID,消耗(元),展示数,点击数,转化数(计费时间)\n"
        + OCEAN.format(5, "--")
        + OCEAN_TOTAL.format(5),
        ("40.0000", 400, 30, 5),
        encoding="gb18030",
    ),
    "ocean engine by the time of the conversion": Case(
        "oceanengine/单元日报",
        "时间-天,单元名称,单元ID,消耗,展示数,点击数,转化数（转化时间）\n" + OCEAN.format(7, 2) + OCEAN_TOTAL.format(9),
        ("40.0000", 400, 30, 9),
    ),
    "ocean engine by the time of the report": Case(
        "oceanengine/单元日报",
        "时间-天,单元名称,单元ID,消耗,展示数,点击数,转化数（回传时间）\n" + OCEAN.format(6, 2) + OCEAN_TOTAL.format(8),
        ("40.0000", 400, 30, 8),
    ),
    "ocean engine's creatives of a week that the name tells": Case(
        "oceanengine/素材报表",
        "素材名称,素材内容,素材类型,素材ID,展示数,消耗\n早餐,-,视频,73001,500,10.10\n夜宵,-,图片,73002,0,0\n",
        ("10.1000", 500),
        (MONDAY, SUNDAY),
        name="素材_20250106-20250112.csv",
        has_total=False,
    ),
    "ocean engine's creatives of days that nothing tells": Case(
        "oceanengine/素材报表",
        "素材名称,素材ID,消耗,展示数\n早餐,73001,10.10,500\n",
        ("10.1000", 500),
        None,
        has_total=False,
    ),
    "toutiao's oldest header": Case(
        "oceanengine/1.0 日报",
        "时间,广告组id,广告组,展示数,点击数,点击率(%),平均点击单价(元),平均千次展现费用(元),总花费(元),转化数,转化成本\n"
        '2025-01-06,15800,拉新,"1,000",50,5.00,1.00,50.00,50.00,5,10\n2025-01-07,15800,拉新,0,0,-,-,-,0.00,0,-\n',
        ("50.0000", 1000, 50, 5),
        encoding="gb18030",
        has_total=False,
    ),
    "qianchuan without conversions, in GBK": Case(
        "qianchuan/计划报表",
        "日期,计划ID,计划名称,消耗(元),展示次数,点击次数,7日总支付ROI\n"
        "2025-01-06,17901,爆款,20.20,200,4,1.50\n2025-01-07,17901,爆款,0.00,0,0,—\n合计,--,--,20.20,200,4,1.50\n",
        ("20.2000", 200, 4),
        encoding="gb18030",
    ),
    "tencent by the hour": Case(
        "tencent/账户日报",
        "日期,小时,账户ID,账户名称,花费,曝光次数,点击次数,目标转化量,加企业微信客服人数\n"
        '2025-01-06,9,25001,主账户,"1,234.50","8,000",80,7,3\n2025-01-07,10,25001,主账户,1.50,10,1,-,0\n'
        '合计,-,-,-,"1,236.00","8,010",81,7,3\n',
        ("1236.0000", 8010, 81, 7),
        encoding="utf-8-sig",
    ),
    "tencent's creatives, whose activations are no conversions": Case(
        "tencent/创意报表",
        "创意名称,花费,曝光次数,点击次数,APP激活次数,注册次数\n横版,12.00,600,9,5,3\n竖版,0.00,0,0,0,0\n",
        ("12.0000", 600, 9),
        None,
        has_total=False,
    ),
    "kuaishou": Case(
        "kuaishou/数据报表",
        "数据日期,广告主ID,花费（元）,素材曝光数,行为数,封面曝光数,封面点击数\n"
        "2025-01-06,10001,60.60,900,90,600,30\n2025-01-07,10001,0.00,0,0,0,0\n合计,-,60.60,900,90,600,30\n",
        ("60.6000", 600, 30),
        encoding="gb18030",
    ),
    "kuaishou without a cover": Case(
        "kuaishou/花费报表",
        "广告主ID,数据日期,花费（元）,素材曝光数,行为数\n10001,2025-01-06,60.60,900,90\n10001,2025-01-07,1,9,1\n",
        ("61.6000",),
        has_total=False,
    ),
    "baidu by the hour, below seven lines": Case(
        "baidu/推广报告",
        "数据生成时间：2025-01-08 14:02,,,\n数据生成条件：,,,\n1. 时间范围：20250106-20250107,,,\n"
        "2. 时间单位：小时,,,\n3. 推广设备：全部,,,\n4. 投放网络：全部,,,\n,,,\n"
        "日期,小时,账户,推广计划,展现,点击,消费,点击率,平均点击价格\n"
        '2025-01-06,9,橙子,品牌,"1,000",100,150.00,10.00%,1.50\n2025-01-07,23,橙子,品牌,10,1,0.50,10.00%,0.50\n',
        ("150.5000", 1010, 101),
        encoding="gb18030",
        has_total=False,
    ),
    "baidu's feed, below four lines": Case(
        "baidu/推广报告",
        "数据生成时间：2025-01-08 14:02\n数据生成条件：\n1. 时间范围：20250106-20250107\n\n"
        "日期,账户,推广计划,推广单元,平台,展现,点击,消费,点击率,平均点击价格,千次展现消费\n"
        "2025-01-06,橙子,信息流,A,贴吧,100,10,5.00,10.00%,0.50,50.00\n2025-01-07,橙子,信息流,A,好看视频,0,0,0.00,--,--,--\n",
        ("5.0000", 100, 10),
        has_total=False,
    ),
    "baidu as one sum of a week": Case(
        "baidu/推广报告",
        "数据生成时间：2025-01-13 14:02,,,\n数据生成条件：,,,\n1. 时间范围：20250106-20250112,,,\n"
        "2. 时间单位：合计,,,\n,,,\n"
        "账户,推广计划,展现,点击,消费\n橙子,品牌,700,70,35.00\n橙子,通用,300,10,15.00\n合计,-,1000,80,50.00\n",
        ("50.0000", 1000, 80),
        (MONDAY, SUNDAY),
        encoding="gb18030",
    ),
    "xiaohongshu by the second, with a mark": Case(
        "xiaohongshu/聚光报表",
        "时间,消费,展现量,点击量,点击率,互动量,私信开口数\n2025-01-06 00:00:00,30.00,600,12,2.00%,9,1\n"
        "2025-01-07 00:00:00,0.00,0,0,-,0,0\n合计,30.00,600,12,2.00%,9,1\n",
        ("30.0000", 600, 12),
        encoding="utf-8-sig",
    ),
    "xiaohongshu after a spreadsheet": Case(
        "xiaohongshu/聚光报表",
        "时间,笔记ID,消费,展现量\n13/01/2025,66a1,3.00,60\n14/01/2025,66a1,1.00,20\n",
        ("4.0000", 80),
        (date(2025, 1, 13), date(2025, 1, 14)),
        has_total=False,
    ),
    "bilibili without days": Case(
        "bilibili/投放报表",
        "视频AVID,视频BVID,视频标题,Up主名称,花费,展示量,点击量,应用激活数\n1131,BV1,手冲,橙子,5.50,110,11,3\n",
        ("5.5000", 110, 11),
        None,
        has_total=False,
    ),
    "bilibili through a pivot table": Case(
        "bilibili/透视表",
        "视频标题,求和项:花费,求和项:展示量,求和项:点击量\n手冲,5.5,110,11\n新年,4.5,90,9\n总计,10,200,20\n",
        ("10.0000", 200, 20),
        None,
        encoding="gb18030",
    ),
    "bilibili through a pivot table of days": Case(
        "bilibili/透视表",
        "日期,求和项：总花费,求和项：展示量\n2025/1/6,5.5,110\n2025/1/7,4.5,90\n总计,10,200\n",
        ("10.0000", 200),
    ),
}
MEASURES = ("spend", "impressions", "clicks", "conversions")
every_case = pytest.mark.parametrize("case", CASES.values(), ids=[*CASES])
every_mapping = pytest.mark.parametrize(
    "mapping",
    [mapping for mapping in shipped_mappings() if mapping.platform in PLATFORMS],
    ids=lambda mapping: mapping.name,
)


@every_case
def test_an_export_comes_to_its_sums_and_to_its_own_total(tmp_path: Path, case: Case) -> None:
    loaded = read(tmp_path, {case.name: case.content})
    assert loaded.refused == []
    found = account(loaded)
    assert found.mapping == case.mapping
    assert found.rejected == ()
    assert found.sums == dict(zip(MEASURES, case.sums, strict=False))
    assert found.days == case.days
    assert found.dropped.get("total", 0) == case.has_total
    assert [control.column for control in found.control] == list(found.sums) * case.has_total
    assert all(control.ok for control in found.control)


@every_case
def test_an_export_without_a_row_is_empty_and_no_error(tmp_path: Path, case: Case) -> None:
    rows = account(read(tmp_path / "full", {case.name: case.content})).read
    head = "".join(case.export.splitlines(keepends=True)[:-rows]).encode(case.encoding)
    found = account(read(tmp_path / "empty", {case.name: head}))
    assert (found.mapping, found.read, found.accepted) == (case.mapping, 0, 0)


@every_mapping
def test_whatever_columns_a_user_leaves_out_no_other_mapping_claims_the_file(tmp_path: Path, mapping: Mapping) -> None:
    """Of the columns that it reads any one or two may be missing; the rest is another report, or refused by name."""
    claims = Claims(settings.load(None, {}, {}, None))
    for header in _headers_without_some(tmp_path, mapping, claims):
        try:
            claim = claims.of(header, None, "export.csv")
        except UnknownFile:
            continue
        assert claim.mapping is not None
        assert claim.mapping.platform == mapping.platform


def _headers_without_some(folder: Path, mapping: Mapping, claims: Claims) -> Iterator[list[str]]:
    assert mapping.export.example is not None
    (path := folder / "export.csv").write_text(mapping.export.example.export, encoding="utf-8")
    header = see(path, Look(claims.settings)).header
    found = mapping.matches(header, claims.required).columns.values()
    read_ = sorted({header[at] for positions in found for at in positions})
    for left_out in (some for many in range(3) for some in combinations(read_, many)):
        yield [*reversed([name for name in header if name not in left_out]), "自定义列"]


# --- three kinds of conversions -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "basis"),
    [
        ("转化数", "billing"),
        ("转化数(计费时间)", "billing"),
        ("转化数（转化时间）", "event"),
        ("转化数(回传时间)", "event"),
        ("转化数(点击时间)", "click"),
    ],
)
def test_the_name_of_a_conversion_says_on_which_day_it_is_booked(tmp_path: Path, column: str, basis: str) -> None:
    loaded = read(tmp_path, {"w.csv": f"时间-天,单元名称,消耗,{column}\n2025-01-06,A,10,3\n"})
    assert values(loaded, "spend", "conversions", "conversion_basis") == [(3_0000, basis)]


def test_of_two_kinds_of_conversions_the_platform_s_own_is_read(tmp_path: Path) -> None:
    loaded = read(
        tmp_path, {"w.csv": "时间-天,单元名称,消耗,展示数,转化数(转化时间),转化数\n2025-01-06,A,10,100,2,3\n"}
    )
    assert values(loaded, "spend", "conversions", "conversion_basis") == [(3_0000, "billing")]


def test_ids_stay_the_text_they_are(tmp_path: Path) -> None:
    export = '账户ID,计划ID,计划名称,日期,消耗(元),展示次数\n="0012","\t1790000000000000001",爆款,2025-01-06,1,10\n'
    loaded = read(tmp_path, {"w.csv": export})
    assert values(loaded, "spend", "account", "campaign_id") == [("0012", "1790000000000000001")]


@pytest.mark.parametrize(
    ("place", "cells", "region"),
    [("省,市", "浙江,杭州", "浙江 杭州"), ("省", "浙江", "浙江"), ("市", "杭州", "杭州")],
)
def test_a_region_is_as_fine_as_the_file_has_it(tmp_path: Path, place: str, cells: str, region: str) -> None:
    loaded = read(tmp_path, {"w.csv": f"日期,{place},展现,点击,消费\n2025-01-06,{cells},10,1,2.00\n"})
    assert values(loaded, "spend", "region") == [(region,)]


def test_a_sum_of_several_days_says_where_it_ends(tmp_path: Path) -> None:
    export = "1. 时间范围：20250106-20250112\n\n推广计划,关键词,展现,消费\n品牌,橙子,10,2.00\n"
    loaded = read(tmp_path, {"w.csv": export})
    assert values(loaded, "spend", "day", "through", "keyword") == [(MONDAY, SUNDAY, "橙子")]


def test_a_single_day_above_the_header_is_that_day_alone(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": "1. 时间范围：20250106\n\n推广计划,小时,展现,消费\n品牌,9,10,2.00\n"})
    assert values(loaded, "spend", "day", "through", "hour") == [(MONDAY, None, "9")]


def test_a_title_names_a_creative_and_its_id_where_there_is_no_title(tmp_path: Path) -> None:
    both = "时间,笔记ID,笔记标题,消费,展现量\n2025-01-06,66a1,早餐,1,10\n"
    assert values(read(tmp_path / "both", {"w.csv": both}), "spend", "creative") == [("早餐",)]
    alone = "时间,笔记ID,消费,展现量\n2025-01-06,66a1,1,10\n"
    assert values(read(tmp_path / "alone", {"w.csv": alone}), "spend", "creative") == [("66a1",)]
