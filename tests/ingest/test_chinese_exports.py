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
from tests.ingest.exports import account, read, refusals, values

PLATFORMS = (
    *("oceanengine", "qianchuan", "tencent", "kuaishou", "baidu", "xiaohongshu", "bilibili", "tmall"),
    *("shenma", "uc", "sogou", "so360", "pinduoduo", "alimama"),
)
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
    "toutiao by where it was shown": Case(
        "oceanengine/1.0 日报",
        "时间,广告计划id,广告计划,广告组id,广告组,投放位置,展示数,点击数,点击率,平均点击价格,平均千次展现费用,总花费\n"
        "2025-01-06,1,A,2,拉新,抖音,600,30,5.00%,1.00,50.00,30.00\n2025-01-07,1,A,2,拉新,头条,400,20,5.00%,1.00,50.00,20.00\n",
        ("50.0000", 1000, 50),
        encoding="gb18030",
        has_total=False,
    ),
    "qianchuan's live rooms, whose total is called all": Case(
        "qianchuan/全域直播",
        "抖音号名称,日期,净成交ROI,净成交金额,整体消耗,整体支付ROI,直播间整体曝光次数\n旗舰店,全部,2,30,15.50,2,300\n"
        "旗舰店,2025-01-06,2,20,10.50,2,200\n旗舰店,2025-01-07,2,10,5.00,2,100\n",
        ("15.5000", 300),
    ),
    "tencent's oldest report": Case(
        "tencent/旧推广计划",
        "推广计划名称,限额(元),状态,曝光量,点击量,点击率,花费(元),点击均价(元)\n拉新,不限,投放中,600,9,1.50%,18.00,2.00\n",
        ("18.0000", 600, 9),
        (MONDAY, SUNDAY),
        name="推广计划_20250106-20250112.csv",
        encoding="gb18030",
        has_total=False,
    ),
    "baidu's editor, which names things in full": Case(
        "baidu/推广报告",
        "1. 时间范围：20250106-20250107\n\n"
        "推广计划名称,推广单元名称,关键词名称,匹配模式,出价,消费,平均点击价格,点击,展现,点击率\n"
        "品牌,单元,手冲壶,精确,1.5,30.00,1.00,30,600,5.00%\n品牌,单元,滤纸,精确,1.5,0.00,-,0,0,-\n",
        ("30.0000", 600, 30),
        has_total=False,
    ),
    "xiaohongshu by the title of a note": Case(
        "xiaohongshu/聚光报表",
        "标题,笔记ID,发布作者,类型,内容分类,消费,展现量,点击量,激活数,首次付费次数\n早餐,66a1,橙子,图文,生活,30.00,600,12,1,1\n",
        ("30.0000", 600, 12),
        None,
        encoding="utf-8-sig",
        has_total=False,
    ),
    "bilibili by the title of a video": Case(
        "bilibili/投放报表，只有标题",
        "视频标题,花费,展示量,点击量\n手冲,5.50,110,11\n",
        ("5.5000", 110, 11),
        None,
        has_total=False,
    ),
    "shenma, whose words are xiaohongshu's": Case(
        "shenma/推广报告",
        '"时间",账户,推广计划,展现量,点击量,消费,点击率,平均点击价格\n2025-01-06,橙子,品牌,600,30,30.00,5.00%,1.00\n'
        "2025-01-07,橙子,品牌,0,0,0.00,-,-\n",
        ("30.0000", 600, 30),
        encoding="gb18030",
        has_total=False,
    ),
    "shenma by account": Case(
        "shenma/账户报告",
        "时间,账户,展现量,点击量,消费,点击率,平均点击价格\n2025-01-06,橙子,600,30,30.00,5.00%,1.00\n2025-01-07,橙子,0,0,0.00,-,-\n",
        ("30.0000", 600, 30),
        has_total=False,
    ),
    "uc, whose words are baidu's": Case(
        "uc/推广报告",
        "日期,账户id,账户,计划id,计划,展现,点击,消费,点击率,平均点击价格,千次展现价格\n"
        "2025-01-06,1,橙子,2,拉新,600,30,30.00,5.00%,1.00,50.00\n2025-01-07,1,橙子,2,拉新,0,0,0.00,-,-,-\n",
        ("30.0000", 600, 30),
        has_total=False,
    ),
    "sogou, whose total stands first": Case(
        "sogou/推广报告",
        "编号,日期,账户,推广计划,消耗,点击数,展示数,点击率,点击均价,有消耗词量\n总计,--,--,--,40.00,30,600,5.00%,1.33,2\n"
        "1,2025-01-06,橙子,品牌,30.00,20,400,5.00%,1.50,1\n2,2025-01-07,橙子,品牌,10.00,10,200,5.00%,1.00,1\n",
        ("40.0000", 600, 30),
        encoding="gb18030",
    ),
    "so360 of the days that the name tells": Case(
        "so360/效果评估报告",
        "推广账户,产品线,推广计划,展示次数,点击次数,点击率,总费用,平均每次点击费用\n橙子,搜索推广,品牌,600,30,5.00%,30.00,1.00\n",
        ("30.0000", 600, 30),
        (MONDAY, SUNDAY),
        name="品牌_效果评估报告_2025-01-06至2025-01-12_20250113 (10).csv",
        encoding="gb18030",
        has_total=False,
    ),
    "pinduoduo below its title": Case(
        "pinduoduo/商品推广",
        "名称：推广\n日期,商品ID,商品名称,推广场景,推广名称,出价方式,成交花费(元),交易额(元),总花费(元),曝光量,点击量\n"
        "2025-01-06,7,壶,稳定,壶,目标,20.00,90,30.00,600,30\n2025-01-07,7,壶,稳定,壶,目标,0,0,0.00,0,0\n"
        "总计,-,-,-,-,-,20.00,90,30.00,600,30\n",
        ("30.0000", 600, 30),
    ),
    "alimama without a column of days": Case(
        "alimama/计划主体报表",
        "场景ID,场景名字,计划ID,计划名字,主体ID,主体类型,主体名称,展现量,点击量,花费,净成交金额,总成交金额\n"
        "s1,商品推广,p1,春季,60001,商品,壶,600,30,30.00,20.00,60.00\n",
        ("30.0000", 600, 30),
        None,
        encoding="gb18030",
        has_total=False,
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


# --- what is nobody's ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "日期,任务名称,展示量,点击量,下载量,花费",  # an app store, in the words of Bilibili
        "时间,推广计划,曝光量,点击量,消费,下载量",
        "日期,推广计划,展现数,点击数,总费用(元),订单行",
    ],
)
def test_a_report_of_an_unknown_platform_is_not_booked_on_a_known_one(tmp_path: Path, header: str) -> None:
    cells = ",".join(["2025-01-06", "A", *["7"] * (header.count(",") - 1)])
    assert refusals(read(tmp_path, {"w.csv": f"{header}\n{cells}\n"})) == [("OPS102", "w.csv")]


def test_a_total_of_pinduoduo_that_holds_more_than_its_rows_is_told(tmp_path: Path) -> None:
    """What it spends on its own, over all goods of a shop, stands in the total alone."""
    export = "日期,商品ID,推广场景,推广名称,总花费(元),曝光量\n2025-01-06,7,稳定,壶,30.00,600\n总计,-,-,-,50.00,600\n"
    found = account(read(tmp_path, {"w.csv": export}))
    assert [(control.column, control.ok) for control in found.control] == [("spend", False), ("impressions", True)]


def test_one_report_of_alimama_at_two_windows_is_one_money(tmp_path: Path) -> None:
    export = "日期,转化周期,计划ID,主体ID,主体类型,展现量,花费\n2025-01-06,{},p1,60001,商品,600,30.00\n"
    loaded = read(tmp_path, {"1.csv": export.format("1天转化"), "15.csv": export.format("15天转化")})
    assert loaded.refused == []
    assert values(loaded, "spend", "spend") == [(30_0000,)]


def test_the_whole_of_qianchuan_is_money_beside_its_plans(tmp_path: Path) -> None:
    plans = "日期,计划ID,计划名称,消耗(元),展示次数\n2025-01-06,1,爆款,100.00,900\n"
    whole = "抖音号名称,日期,整体消耗,直播间整体曝光次数\n旗舰店,2025-01-06,60.00,500\n"
    loaded = read(tmp_path, {"plans.csv": plans, "whole.csv": whole})
    assert loaded.refused == []
    assert values(loaded, "spend", "channel", "spend") == [("qianchuan", 100_0000), ("qianchuan_uni", 60_0000)]


@pytest.mark.parametrize(("column", "cells"), [("年龄", "25-34"), ("性别", "女"), ("学历", "本科")])
def test_baidu_s_feed_tells_whom_it_reached(tmp_path: Path, column: str, cells: str) -> None:
    export = f"日期,账户,推广计划,推广单元,{column},展现,点击,消费\n2025-01-06,橙子,A,B,{cells},10,1,2.00\n"
    assert values(read(tmp_path, {"w.csv": export}), "spend", "audience") == [(cells,)]


def test_what_one_report_calls_all_of_it_is_a_name_in_every_other(tmp_path: Path) -> None:
    export = "推广账户,产品线,推广计划,展示次数,总费用\n橙子,全部,品牌,100,5.00\n橙子,全部,通用,100,7.00\n"
    found = account(read(tmp_path, {"w.csv": export}))
    assert (found.sums["spend"], found.dropped) == ("12.0000", {})
