"""A report of a made-up company that holds every part, every kind of cell and every chart, in both languages."""

from __future__ import annotations

from datetime import date

from opsctl.core.period import parse
from opsctl.metrics import load
from opsctl.metrics.figure import Figure
from opsctl.reports.chart import (
    BarChart,
    Chart,
    HeatMap,
    LineChart,
    Mark,
    Range,
    RangeChart,
    Scale,
    Series,
    Step,
    Waterfall,
)
from opsctl.reports.report import (
    Cell,
    Column,
    Footnote,
    Form,
    Heading,
    Lines,
    Number,
    Part,
    Prose,
    Report,
    RowKind,
    Sparkline,
    Table,
    TableRow,
)

CHANNELS = (
    # zh, en, spend, users, cpa, d7, kept, payback with its range, chance, advice zh and en
    ("抖音", "Douyin", 182_400, 5_790, 31.5, 0.219, 142.9, (1.31, 1.18, 1.45), 0.997, "放量10%", "+10%"),
    ("腾讯广告", "Tencent Ads", 118_600, 3_684, 32.2, 0.224, 142.8, (1.24, 1.09, 1.40), 0.96, "维持", "keep"),
    ("小红书", "RED (Xiaohongshu)", 39_800, 1_020, 39.0, 0.263, 146.4, (1.38, 1.12, 1.69), 0.98, "放量10%", "+10%"),
    ("百度", "Baidu Feed", 54_200, 1_402, 38.7, 0.201, 183.0, (1.06, 0.88, 1.27), 0.72, "维持", "keep"),
    ("快手", "Kuaishou", 51_300, 1_985, 25.8, 0.121, 205.3, (0.71, 0.58, 0.86), 0.03, "收量30%", "-30%"),
    ("微博", "Weibo", 17_900, 489, 36.6, 0.107, 338.9, (0.55, 0.39, 0.77), 0.004, "收量50%", "-50%"),
    ("B站*", "Bilibili*", 18_700, 561, 46.5, None, 334.6, (0.68, 0.47, 0.97), None, "缺数", "no call"),
)
MONTHS_ZH = tuple(f"{month}月" for month in range(1, 13))
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
D7 = (0.199, 0.201, 0.204, 0.202, 0.201, 0.212, 0.239, 0.262, 0.281, 0.292, 0.297, 0.301)


def figure(name: str, value: float | None) -> Figure:
    """A metric's figure; money in its own unit."""
    metric = load(name)
    scaled = value * 10_000 if value is not None and name == "spend" else value
    return Figure(metric, str(metric.definition), scaled)


def specimen(locale: str) -> Report:
    """The report."""
    zh = locale == "zh-CN"
    return Report(
        title="2025 年度渠道运营总结  橙子生活" if zh else "Channel review 2025  Orange Life",
        status="状态：关注 3 项，待批 2 项" if zh else "3 to watch, 2 to approve",
        as_of=date(2025, 12, 31),
        period=parse("2025", date(2025, 12, 31)),
        parts=parts(zh=zh),
        data={},
    )


def parts(*, zh: bool) -> list[Part]:
    """What it says."""
    return [
        Lines(
            "",
            [
                "数据：22 个账户到 21 个，缺 B站-01 的 24、25 日消耗；与后台合计核对 19/19 一致；25 日消耗明天稳定"
                if zh
                else "Data  21 of 22 accounts in; Bilibili-01 spend missing 24-25 May. 19/19 files agree with totals"
            ],
        ),
        Lines("结论" if zh else "Findings", findings(zh=zh)),
        Lines("待批" if zh else "Approve", approvals(zh=zh)),
        Heading("一、目标达成" if zh else "1. Targets"),
        kpis(zh=zh),
        Heading("二、年度走势" if zh else "2. The year"),
        trend(zh=zh),
        quality_trend(zh=zh),
        Heading("三、分渠道运营复盘" if zh else "3. Channel by channel"),
        Heading(
            "（一）公域渠道：平台由 7 家收缩到 4 家，预算持平，满 7 日留下的用户增加 44.9%"
            if zh
            else "3.1 Paid: from seven platforms to four on the same budget, 44.9% more users kept to day 7",
            level=2,
        ),
        story(zh=zh),
        channels(zh=zh),
        payback(zh=zh),
        halves(zh=zh),
        Heading("四、用户质量" if zh else "4. Quality"),
        retention(zh=zh),
        Heading("五、变化从哪里来" if zh else "5. Where the change comes from"),
        decomposition(zh=zh),
        points(zh=zh),
        Heading("附录" if zh else "Appendix"),
        definitions(zh=zh),
        Table([Column("channel", "渠道" if zh else "Channel", numeric=False)], [], title="空表" if zh else "Empty"),
    ]


def findings(*, zh: bool) -> list[str]:
    if zh:
        return [
            "1. 公域获客成本 32.7 元，环比 +0.8%，在正常波动内；比 5 月目标 32.0 元高 2.2%。",
            "2. 快手获客成本最低（25.8 元），但 7 留成本 205 元，比抖音高 44%；2 条计划疑似异常量。",
            "3. 5 月消耗进度 78.5%，时间进度 80.6%；月底预计 211.5 万元（98.4%），不超。",
        ]
    return [
        "1. Paid CPA 32.7 yuan, +0.8% on the week (normal range), 2.2% above the May target of 32.0.",
        "2. Kuaishou looks cheapest (CPA 25.8) but costs 205 per user kept to day 7, 44% more than Douyin.",
        "3. May: 78.5% of budget spent, 80.6% of the month gone; heading for 98.4%.",
    ]


def approvals(*, zh: bool) -> list[str]:
    if zh:
        return [
            "（1）微博：收量一半，618 后复核，不达标 7 月 1 日停投",
            "（2）快手：收量 30%",
            "两项每周腾出 2.43 万元：转抖音 1.82、小红书 0.40，余 0.21。新增约少 153 人，满 7 日留下的约多 29 人。",
        ]
    return [
        "(1) Weibo: halve now, review after 618, stop on 1 July if no better",
        "(2) Kuaishou: -30%",
        "Frees 2.43 a week: 1.82 to Douyin, 0.40 to RED. About 153 fewer new users (-1.0%), 29 more kept to day 7.",
    ]


def story(*, zh: bool) -> Prose:
    if zh:
        return Prose(
            "上半年，快手、B站、微博三家用去公域预算的 19.9%，带来新增的 20.9%，却占低质新增的 40.2%。"
            "三家获客成本 31.2 元，比其余四家低 2.1 元，看上去更便宜；但 7 日留存率只有 12.3%（其余四家 22.2%），"
            "每留住一人要花 254.6 元，是其余四家（149.5 元）的 1.7 倍。据此，微博、B站自 7 月 1 日停投，"
            "快手 6 月起收量、7 月 15 日停投。",
            lead="1. 收缩平台。",
        )
    return Prose(
        "In the first half Kuaishou, Bilibili and Weibo took 19.9% of the paid budget and brought 20.9% of new users, "
        "but 40.2% of the low-quality ones. Their CPA of 31.2 was 2.1 below the others' and looked cheap; only 12.3% "
        "of their users were back on day 7 (22.2% of the others'), so that each user kept cost 254.6, 1.7 times more.",
        lead="1. Fewer platforms.",
    )


def kpis(*, zh: bool) -> Table:
    columns = [
        Column("name", "核心指标" if zh else "Figure", numeric=False),
        Column("before", "2024"),
        Column("now", "2025"),
        Column("change", "变化" if zh else "change"),
        Column("target", "年度目标" if zh else "target"),
        Column("trend", "近 12 个月" if zh else "12 months"),
        Column("status", "状态" if zh else "status", numeric=False),
    ]
    fine = "达标" if zh else "reached"
    rows: list[dict[str, Cell]] = [
        {
            "name": "公域实付消耗（元）" if zh else "Paid spend (yuan)",
            "before": Number(24_685_000, Form.ROUND_MONEY),
            "now": figure("spend", 24_792_000.4),
            "change": Number(0.00433, Form.CHANGE),
            "target": Number(24_800_000, Form.ROUND_MONEY),
            "trend": Sparkline((180.2, 150.1, 201.0, 205.5, 211.5, 236.8, 190.2, 199.9, 214.0, 208.1, 262.7, 219.2)),
            "status": "执行率 100.0%" if zh else "100.0% spent",
        },
        {
            "name": "公域新增（人）" if zh else "Paid new users",
            "before": Number(756_000, Form.COUNT),
            "now": figure("acquisitions", 849_812),
            "change": Number(0.124, Form.CHANGE),
            "target": Number(820_000, Form.COUNT),
            "trend": Sparkline((55.0, 46.0, 61.2, 63.4, 65.4, 70.1, 72.5, None, None, 84.3, 99.8, 80.4)),
            "status": "103.6%",
        },
        {
            "name": "公域获客成本（元）" if zh else "Paid CPA (yuan)",
            "before": Number(32.653, Form.PRICE),
            "now": figure("cpa", 29.1666),
            "change": Number(-0.106, Form.CHANGE),
            "target": Number(30, Form.PRICE),
            "trend": Sparkline((32.8, 32.6, 32.9, 32.4, 32.3, 31.0, 28.1, 27.4, 26.2, 25.9, 26.3, 27.2)),
            "status": fine,
        },
        {
            "name": "公域 7 日留存率" if zh else "Paid day 7 retention",
            "before": Number(0.196, Form.RATE),
            "now": figure("retention_d7", 0.2529),
            "change": Number(0.0569, Form.POINTS),
            "target": Number(0.25, Form.RATE),
            "trend": Sparkline(D7),
            "status": fine,
        },
        {
            "name": "全渠道 30 日回访率" if zh else "Day 30, all channels",
            "before": Number(None, Form.RATE),
            "now": figure("retention_d30", None),
            "change": None,
            "target": Number(0.34, Form.RATE),
            "trend": Sparkline((None, None)),
            "status": "未满 30 天（1月30日出数）" if zh else "ready on 30 January",
        },
    ]
    return Table(columns, [TableRow(row) for row in rows], "kpis", "表 1  核心指标" if zh else "Table 1  Key figures")


def channels(*, zh: bool) -> Table:
    columns = [
        Column("channel", "渠道" if zh else "Channel", numeric=False),
        Column("spend", "实付(万)" if zh else "Net, 10k", form=Form.TEN_THOUSANDS),
        Column("acquisitions", "新增" if zh else "New"),
        Column("cpa", "获客成本" if zh else "CPA"),
        Column("retention_d7", "7日留存\n5月12-18日新增" if zh else "D7\nwon 12-18 May"),
        Column("kept", "7留成本\n5月12-18日新增" if zh else "per D7 user\nwon 12-18 May"),
        Column("payback", "90日ROI(范围)" if zh else "90-day payback"),
        Column("chance", "值得投" if zh else "worth it"),
        Column("advice", "建议" if zh else "Advice", numeric=False),
        Column("why", "依据" if zh else "Why", numeric=False),
    ]
    rows = [
        TableRow(
            {
                "channel": one[0] if zh else one[1],
                "spend": figure("spend", one[2]),
                "acquisitions": figure("acquisitions", one[3]),
                "cpa": figure("cpa", one[4]),
                "retention_d7": figure("retention_d7", one[5]),
                "kept": Number(one[6], Form.PRICE),
                "payback": Number(one[7][0], Form.MULTIPLE, one[7][1], one[7][2]),
                "chance": Number(one[8], Form.CHANCE),
                "advice": one[9] if zh else one[10],
                "why": _why(one[0], zh=zh),
            }
        )
        for one in CHANNELS
    ]
    total: dict[str, Cell] = {
        "channel": "公域小计" if zh else "Paid total",
        "spend": figure("spend", 482_900),
        "acquisitions": figure("acquisitions", 14_931),
        "cpa": figure("cpa", 32.69),
        "retention_d7": figure("retention_d7", 0.201),
        "kept": Number(160.9, Form.PRICE),
        "payback": Number(1.15, Form.MULTIPLE, 1.07, 1.24),
        "chance": None,
        "advice": None,
        "why": None,
    }
    organic: dict[str, Cell] = {
        "channel": "自然量" if zh else "Organic",
        "spend": figure("spend", 0),
        "acquisitions": figure("acquisitions", 2_960),
        "cpa": figure("cpa", None),
        "retention_d7": figure("retention_d7", 0.34),
    }
    notes = [
        Footnote("* B站只算数据齐的 5 天。" if zh else "* Bilibili: 5 full days."),
        Footnote(
            "7日留存取已满 7 天的最近一周。" if zh else "D7: the last week with 7 full days.",
            frozenset({"retention_d7"}),
        ),
    ]
    title = "表 2  公域各平台" if zh else "Table 2  Paid platforms"
    return Table(columns, [*rows, TableRow(total, RowKind.TOTAL), TableRow(organic)], "channels", title, notes)


def _why(channel: str, *, zh: bool) -> str | None:
    if channel != "微博":
        return None
    return (
        "近 8 周 7 日留存 10.6%，8 周都低于达标线；没有一条计划单独达标"
        if zh
        else "day 7 at 10.6% over eight weeks, below the threshold in all; no campaign reaches it alone"
    )


def trend(*, zh: bool) -> Chart:
    weeks = tuple(
        f"{month}月" if zh else MONTHS_EN[month - 1] for month in [12] + [1 + week * 12 // 52 for week in range(51)]
    )
    douyin = tuple(
        32.8 - week * 0.14 + (2.1 if week in {23, 24, 44, 45} else 0) + (week % 5) * 0.3 for week in range(52)
    )
    tencent = tuple(
        32.4 - week * 0.12 + (1.4 if week in {23, 24, 44, 45} else 0) + (week % 3) * 0.4 for week in range(52)
    )
    kuaishou = tuple(
        25.4 + (week % 4) * 0.35 if week < 28 and week not in {8, 9, 10, 12} else None for week in range(52)
    )
    baidu = tuple(38.1 - week * 0.06 + (week % 6) * 0.4 for week in range(52))
    names = ("抖音", "腾讯广告", "快手", "百度") if zh else ("Douyin", "Tencent Ads", "Kuaishou", "Baidu Feed")
    lines = tuple(Series(name, values) for name, values in zip(names, (douyin, tencent, kuaishou, baidu), strict=True))
    return LineChart(
        "图 1  获客成本（元）：抖音、腾讯广告下半年降到 26 元上下"
        if zh
        else "CPA in yuan: Douyin and Tencent Ads fell to about 26",
        weeks,
        lines,
        Scale.PRICE,
        (
            Mark("春节" if zh else "Spring Festival", 4, 6),
            Mark("618", 22, 25),
            Mark("停投快手" if zh else "Kuaishou stopped", 27, 28),
            Mark("双11" if zh else "Double 11", 43, 46),
        ),
        target=30.0,
        note="快手 7 月 15 日停投；其间的断点为断量周。"
        if zh
        else "Kuaishou was stopped on 15 July; gaps are weeks without it.",
    )


def quality_trend(*, zh: bool) -> Chart:
    values = (0.196, 0.199, 0.201, None, 0.204, 0.212, None, 0.239, 0.262, 0.281, 0.292, None)
    return LineChart(
        "图 2  公域 7 日留存率" if zh else "Paid day 7 retention",
        MONTHS_ZH if zh else MONTHS_EN,
        (
            Series("公域" if zh else "Paid", values),
            Series("自然量" if zh else "Organic", tuple(0.33 + 0.002 * at for at in range(12))),
        ),
        Scale.RATE,
    )


def halves(*, zh: bool) -> Chart:
    return BarChart(
        "图 4  实付消耗（元），上、下半年" if zh else "Spend in yuan, first and second half",
        tuple(one[0] if zh else one[1] for one in CHANNELS),
        (
            Series(
                "上半年" if zh else "first half",
                (4_550_000, 3_010_000, 1_040_000, 1_385_000, 1_326_000, 475_000, 672_000),
            ),
            Series("下半年" if zh else "second half", (6_320_000, 3_980_000, 812_000, 1_120_000, 102_000, None, None)),
        ),
        Scale.MONEY,
        note="微博、B站下半年停投。" if zh else "Weibo and Bilibili were stopped.",
    )


def payback(*, zh: bool) -> Chart:
    return RangeChart(
        "图 3  90 日 ROI 及可能范围" if zh else "90-day payback and the range it may lie in",
        tuple(Range(one[0] if zh else one[1], *one[7]) for one in CHANNELS),
        Scale.MULTIPLE,
        line=1.0,
    )


def retention(*, zh: bool) -> Chart:
    days = (1, 2, 3, 4, 5, 6, 7, 14, 21, 30, 60, 90)
    months = MONTHS_ZH if zh else MONTHS_EN
    cells = tuple(
        tuple(
            (0.46 + 0.012 * month) / (1 + 0.21 * day**0.72) if day <= (12 - month) * 30 - 12 else None for day in days
        )
        for month in range(12)
    )
    return HeatMap(
        "图 5  留存：新增月 × 第 N 天" if zh else "Retention by month of acquisition and day",
        months,
        tuple(f"第{day}天" if zh else f"D{day}" for day in days),
        cells,
        Scale.RATE,
        note="空白为未满天数。" if zh else "Blank: the days have not passed.",
    )


def decomposition(*, zh: bool) -> Chart:
    names = (
        ("平台结构", "抖音、腾讯广告自身", "百度、小红书自身")
        if zh
        else ("mix", "Douyin, Tencent themselves", "Baidu, RED themselves")
    )
    return Waterfall(
        "图 6  公域获客成本变化分解（元）" if zh else "What changed the paid CPA (yuan)",
        ("上半年" if zh else "first half", 32.8),
        tuple(Step(name, change) for name, change in zip(names, (-1.0, -5.2, -0.4), strict=True)),
        ("下半年" if zh else "second half", 26.2),
        Scale.PRICE,
    )


def points(*, zh: bool) -> Chart:
    names = (
        ("减：停投三家", "结构", "抖音", "腾讯广告", "百度", "小红书")
        if zh
        else ("stopped", "mix", "Douyin", "Tencent", "Baidu", "RED")
    )
    changes = (0.025, 0.004, 0.041, 0.023, -0.006, 0.005)
    return Waterfall(
        "图 7  公域 7 日留存率变化分解" if zh else "What changed the paid day 7 retention",
        ("上半年" if zh else "first half", 0.202),
        tuple(Step(name, change) for name, change in zip(names, changes, strict=True)),
        ("下半年" if zh else "second half", 0.294),
        Scale.RATE,
    )


def definitions(*, zh: bool) -> Table:
    columns = [
        Column("name", "指标" if zh else "Metric", numeric=False),
        Column("what", "口径" if zh else "Means", numeric=False),
    ]
    locale = "zh-CN" if zh else "en"
    names = ("spend", "cpa", "retention_d7", "roas")
    rows = [TableRow({"name": load(name).title(locale), "what": load(name).summary(locale)}) for name in names]
    return Table(columns, rows, "definitions")
