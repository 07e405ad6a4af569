"""Exports of the international platforms as users make them: languages, old names, columns left out, days or none."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.ingest.exports import Content, account, read, values

# --- Google Ads -----------------------------------------------------------------------------------------


GOOGLE = """Campaign report
{period}
Campaign,Currency code,{day}Impr.,Cost,Clicks,Conversions
Brand,USD,{cell}"1,250",10.50,25,"1,000.50"
Total: Campaigns, --,{blank}"1,250",10.50,25,"1,000.50"
"""


def google(period: str, *, day: bool) -> str:
    return GOOGLE.format(
        period=period, day="Day," if day else "", cell="2026-05-01," if day else "", blank=" --," if day else ""
    )


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ('"March 27, 2026 - April 23, 2026"', (date(2026, 3, 27), date(2026, 4, 23))),
        ("1 May 2026 - 8 May 2026", (date(2026, 5, 1), date(2026, 5, 8))),
        ("5 May 2026", (date(2026, 5, 5), None)),
        ('"May 5, 2026"', (date(2026, 5, 5), None)),
        ("2026年5月1日 - 2026年5月8日", (date(2026, 5, 1), date(2026, 5, 8))),
        ("All time", (None, None)),
    ],
)
def test_a_google_report_without_days_is_of_the_period_on_its_second_line(
    tmp_path: Path, period: str, days: tuple[date | None, date | None]
) -> None:
    loaded = read(tmp_path, {"2026-01.csv": google(period, day=False)})
    frame = loaded.tables["spend"].collect()
    assert frame.select("day", "through", "spend", "conversions").rows() == [(*days, 10_5000, 1_000_5000)]


def test_a_google_report_by_day_is_of_its_days(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": google("1 May 2026 - 8 May 2026", day=True)})
    assert values(loaded, "spend", "day", "through", "currency", "impressions", "clicks") == [
        (date(2026, 5, 1), None, "USD", 1_250, 25)
    ]
    assert account(loaded).dropped == {"total": 1}
    assert all(control.ok for control in account(loaded).control)


def test_the_name_of_a_google_report_is_no_period(tmp_path: Path) -> None:
    export = google("All time", day=False).replace("Campaign report", "Campaign report 2026")
    frame = read(tmp_path, {"w.csv": export}).tables["spend"].collect()
    assert frame["day"].to_list() == [None]


def test_a_google_report_in_utf16_with_tabs_is_the_same(tmp_path: Path) -> None:
    export = google("1 May 2026 - 8 May 2026", day=True)
    rows = list(csv.reader(export.splitlines()))
    tabs = "\n".join("\t".join(row) for row in rows) + "\n"
    comma, tab = (read(tmp_path / name, {"w.csv": content}) for name, content in contents(export, tabs))
    assert account(comma).sums == account(tab).sums
    assert values(comma, "spend", "day", "campaign", "clicks") == values(tab, "spend", "day", "campaign", "clicks")


def contents(comma: str, tab: str) -> list[tuple[str, bytes]]:
    return [("comma", comma.encode()), ("tab", b"\xff\xfe" + tab.encode("utf-16-le"))]


def test_conversions_by_their_own_time_are_not_taken_for_those_of_the_click(tmp_path: Path) -> None:
    export = google("5 May 2026", day=False).replace(",Conversions", ",Conversions (by conv. time)")
    assert values(read(tmp_path, {"w.csv": export}), "spend", "conversions") == [(None,)]


@pytest.mark.parametrize("left_out", ["Clicks", "Impr.", "Conversions"])
def test_a_google_report_may_lack_any_metric_but_the_money(tmp_path: Path, left_out: str) -> None:
    rows = list(csv.reader(google("5 May 2026", day=False).splitlines()))
    at = rows[2].index(left_out)
    lines = [row if len(row) == 1 else [*row[:at], *row[at + 1 :]] for row in rows]
    text = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines) + "\n"
    loaded = read(tmp_path, {"w.csv": text})
    assert account(loaded).mapping == "google_ads/campaign"
    assert values(loaded, "spend", "spend") == [(10_5000,)]


def test_the_period_of_an_overview_card_stands_in_its_name(tmp_path: Path) -> None:
    card = "Hour,Clicks,Impressions,Avg. CPC,Cost\n00 - 01,1,20,US$0.50,US$0.50\n"
    loaded = read(tmp_path, {"Time_series_chart(2026.02.05-2026.02.10).csv": card})
    assert values(loaded, "spend", "day", "through", "hour", "spend", "currency") == [
        (date(2026, 2, 5), date(2026, 2, 10), "00 - 01", 5000, "USD")
    ]


SEARCH_TERMS = """Search terms report
"January 28, 2026 - February 24, 2026"
Search term,Match type,Added/Excluded,{more}Clicks,Impr.,Currency code,Avg. CPC,Cost,Conversions
case,Broad match,None,{cells}30,"1,200",USD,0.50,15.00,3.00
Total: Search terms,,,{blank}30,"1,200",USD,0.50,15.00,3.00
Total: Other search terms,,,{blank}60,"2,500",USD,0.50,30.00,5.00
"""


@pytest.mark.parametrize(
    ("more", "cells", "told"),
    [
        ("", "", (None, None, None)),
        ("Campaign,", "A,", ("A", None, None)),
        ("Campaign,Ad group,Keyword,", "A,B,k,", ("A", "B", "k")),
    ],
)
def test_search_terms_are_read_from_any_level(tmp_path: Path, more: str, cells: str, told: tuple[str | None]) -> None:
    blank = "," * more.count(",")
    loaded = read(tmp_path, {"w.csv": SEARCH_TERMS.format(more=more, cells=cells, blank=blank)})
    assert account(loaded).mapping == "google_ads/search_term"
    assert account(loaded).dropped == {"total": 2}
    assert values(loaded, "spend", "campaign", "ad_group", "keyword", "spend") == [(*told, 15_0000)]


def test_a_report_of_places_tells_where(tmp_path: Path) -> None:
    export = "Location report\nAll time\nLocation,Campaign,Impr.,Currency code,Cost\nOhio,A,10,USD,1.00\n"
    loaded = read(tmp_path, {"w.csv": export})
    assert values(loaded, "spend", "campaign", "region", "spend") == [("A", "Ohio", 1_0000)]


def test_a_google_report_in_chinese_is_read(tmp_path: Path) -> None:
    export = (
        "搜索字词报告\n所有时间\n搜索字词,匹配类型,已添加/已排除,广告组,点击次数,展示次数,货币代码,费用,转化次数\n"
        '壶,广泛匹配,都没有,G,2,"1,020",USD,3.00,1.00\n总计：搜索字词,--,--,--,2,"1,020",USD,3.00,1.00\n'
    )
    loaded = read(tmp_path, {"w.csv": export})
    assert values(loaded, "spend", "day", "ad_group", "spend", "currency", "clicks") == [(None, "G", 3_0000, "USD", 2)]
    assert account(loaded).dropped == {"total": 1}


def test_a_card_without_money_is_refused(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"card.csv": "Day,Start Hour,Impressions\nMonday,00:00,12\n"})
    assert [error.code for error in loaded.refused] == ["OPS102"]


# --- Meta -----------------------------------------------------------------------------------------------


META = {
    "today": (
        "Campaign name",
        "Day",
        "Clicks (all)",
        "Results",
        "Amount spent (USD)",
        "Reporting starts",
        "Reporting ends",
    ),
    "title case": (
        "Campaign Name",
        "Day",
        "Clicks",
        "Results",
        "Amount Spent (USD)",
        "Reporting Starts",
        "Reporting Ends",
    ),
    "zh-CN": ("广告系列名称", "单日", "点击量（全部）", "成效", "已花费金额 (USD)", "报告开始日期", "报告结束日期"),
    "zh-TW": ("行銷活動名稱", "天數", "點擊次數（全部）", "成果", "花費金額 (USD)", "分析報告開始", "分析報告結束"),
    "fr": (
        *("Nom de la campagne", "Jour", "Clics (tous)", "Résultats", "Montant dépensé (USD)"),
        *("Début des rapports", "Fin des rapports"),
    ),
    "es": (
        *("Nombre de la campaña", "Día", "Clics (todos)", "Resultados", "Importe gastado (USD)"),
        *("Inicio del informe", "Fin del informe"),
    ),
    "pt-BR": (
        *("Nome da campanha", "Dia", "Cliques (todos)", "Resultados", "Valor usado (USD)"),
        *("Início dos relatórios", "Encerramento dos relatórios"),
    ),
    "ja": ("キャンペーン名", "日", "クリック(すべて)", "結果", "消化金額 (USD)", "レポート開始日", "レポート終了日"),
    "vi": (
        *("Tên chiến dịch", "Ngày", "Lượt click (tất cả)", "Kết quả", "Số tiền đã chi tiêu (USD)"),
        *("Lượt bắt đầu báo cáo", "Lượt kết thúc báo cáo"),
    ),
}
META_ROWS = """,,9,,15.75,2026-05-01,2026-05-02
A,2026-05-01,6,2,10.50,2026-05-01,2026-05-01
A,2026-05-02,3,,5.25,2026-05-02,2026-05-02
"""
every_language = pytest.mark.parametrize("header", META.values(), ids=META)


def meta(header: Sequence[str]) -> dict[str, Content]:
    return {"w.csv": f"{','.join(header)}\n{META_ROWS}"}


@every_language
def test_meta_is_read_in_its_languages_and_its_unlabelled_total_is_no_row(
    tmp_path: Path, header: Sequence[str]
) -> None:
    loaded = read(tmp_path, meta(header))
    assert values(loaded, "spend", "day", "through", "spend", "currency", "clicks", "conversions") == [
        (date(2026, 5, 1), None, 10_5000, "USD", 6, 2_0000),
        (date(2026, 5, 2), None, 5_2500, "USD", 3, None),
    ]
    assert account(loaded).dropped == {"total": 1}


@every_language
def test_a_meta_row_without_a_day_spans_the_period_of_the_report(tmp_path: Path, header: Sequence[str]) -> None:
    without_day = ",".join([header[0], *header[2:]])
    loaded = read(tmp_path, {"w.csv": f"{without_day}\nA,9,2,15.75,2026-05-01,2026-05-31\n"})
    assert values(loaded, "spend", "day", "through") == [(date(2026, 5, 1), date(2026, 5, 31))]


def test_meta_without_the_currency_in_its_header_says_that_it_was_assumed(tmp_path: Path) -> None:
    loaded = read(tmp_path, meta([name.replace(" (USD)", "") for name in META["title case"]]))
    assert [note.code for note in loaded.notes if note.code == "currency_assumed"] == ["currency_assumed"]


@pytest.mark.parametrize("dimension", ["Account name", "Impression device", "Device platform", "DMA region"])
def test_an_unlabelled_total_is_no_row_whatever_the_report_is_about(tmp_path: Path, dimension: str) -> None:
    export = (
        f"{dimension},Impressions,Amount spent (USD),Reporting starts,Reporting ends\n"
        ",900,30.50,2026-05-01,2026-05-31\nA,500,20.50,2026-05-01,2026-05-31\n"
        "B,400,10.00,2026-05-01,2026-05-31\n"
    )
    loaded = read(tmp_path, {"w.csv": export})
    assert account(loaded).sums == {"spend": "30.5000", "impressions": 900}
    assert account(loaded).dropped == {"total": 1}


@pytest.mark.parametrize(
    ("export", "spend"),
    [
        ("Tag;Kampagnenname;Impressionen;Ausgegebener Betrag (EUR)\n2026-10-05;A;100;12,50\n", 12_5000),
        ("일,캠페인 이름,노출,지출 금액 (KRW)\n2026-10-05,A,100,15000\n", 15_000_0000),
    ],
    ids=["de", "ko"],
)
def test_meta_by_the_day_is_read_in_german_and_korean(tmp_path: Path, export: str, spend: int) -> None:
    assert values(read(tmp_path, {"w.csv": export}), "spend", "day", "spend") == [(date(2026, 10, 5), spend)]


def test_link_clicks_are_not_taken_for_all_clicks(tmp_path: Path) -> None:
    loaded = read(tmp_path, meta([name.replace("Clicks (all)", "Link clicks") for name in META["today"]]))
    assert set(values(loaded, "spend", "clicks")) == {(None,)}


def test_long_ids_of_meta_stay_text(tmp_path: Path) -> None:
    export = "Campaign ID,Day,Amount spent (USD)\n120210000000000123,2026-05-01,1\n"
    assert values(read(tmp_path, {"w.csv": export}), "spend", "campaign_id") == [("120210000000000123",)]


# --- TikTok, Microsoft, LinkedIn ------------------------------------------------------------------------


def test_what_tiktok_masks_is_missing_and_its_money_still_counts(tmp_path: Path) -> None:
    export = "Campaign name,By Day,Cost,Impressions,Clicks (destination),Currency\nA,2026-05-01,3.50,<5,<5,USD\n"
    loaded = read(tmp_path, {"w.csv": export})
    assert values(loaded, "spend", "spend", "impressions", "clicks") == [(3_5000, None, None)]
    assert loaded.rejected == []


def test_tiktok_by_ad_alone_is_known_by_its_day(tmp_path: Path) -> None:
    export = "Ad name,By Day,Currency,Cost,Impressions\nV,2026-05-01,USD,3.50,70\nTotal of 1 result,-,-,3.50,70\n"
    loaded = read(tmp_path, {"w.csv": export})
    assert values(loaded, "spend", "day", "creative", "spend") == [(date(2026, 5, 1), "V", 3_5000)]


def test_microsoft_s_keywords_without_a_currency_are_read_and_it_is_said(tmp_path: Path) -> None:
    export = (
        "Report Name: Keywords\nReport Time: 6/10/2026,6/16/2026\nReport Aggregation: Summary\n\n"
        "Account name\tCampaign name\tAd group\tKeyword\tBid match type\tImpressions\tClicks\tAvg. CPC\tSpend\n"
        "S\tA\tG\tk\tPhrase\t400\t80\t3\t240.50\n"
    )
    loaded = read(tmp_path, {"w.csv": export})
    assert values(loaded, "spend", "day", "through", "keyword", "spend") == [
        (date(2026, 6, 10), date(2026, 6, 16), "k", 240_5000)
    ]
    assert [note.code for note in loaded.notes if note.code == "currency_assumed"] == ["currency_assumed"]


def test_a_total_below_linkedin_s_rows_is_no_row(tmp_path: Path) -> None:
    export = (
        "Campaign Performance Report (in UTC)\nReport Start: 09/01/2026, Report End: 09/02/2026\n\n"
        "Start Date (in UTC),Campaign Name,Total Spent,Impressions,Currency\n"
        '09/01/2026,A,"1,234.50",100,USD\n09/02/2026,A,100.00,20,USD\nTotal,,"1,334.50",120,\n'
    )
    loaded = read(tmp_path, {"w.csv": export})
    assert account(loaded).sums == {"spend": "1334.5000", "impressions": 120}
    assert account(loaded).dropped == {"total": 1}


MICROSOFT = """"Report Name: x"
"Report Time: {days}"

"Campaign name","Currency code","Impressions","Clicks","Spend"
"A","USD","1,250","35","42.00"
"""


@pytest.mark.parametrize(
    ("days", "span"),
    [
        ("6/10/2026,6/16/2026", (date(2026, 6, 10), date(2026, 6, 16))),
        ("2/7/2020", (date(2020, 2, 7), None)),
    ],
)
def test_a_microsoft_summary_is_of_the_report_time(tmp_path: Path, days: str, span: tuple[date, date | None]) -> None:
    loaded = read(tmp_path, {"w.csv": MICROSOFT.format(days=days)})
    assert values(loaded, "spend", "day", "through", "impressions", "spend") == [(*span, 1_250, 42_0000)]


TWO = "sources: [{path: en.csv, account: one}, {path: nl.csv, account: other}]\n"


def test_the_language_of_linkedin_decides_what_a_point_is(tmp_path: Path) -> None:
    english = "Start Date (in UTC)\tTotal Spent\tImpressions\n9/10/2026\t1,234.50\t1,000\n"
    dutch = "Begindatum (in UTC)\tTotaal besteed\tWeergaven\n10-9-2026\t1.234,50\t1.000\n"
    loaded = read(tmp_path, {"en.csv": english, "nl.csv": dutch}, TWO)
    assert values(loaded, "spend", "day", "spend", "impressions") == [(date(2026, 9, 10), 1_234_5000, 1_000)] * 2


# --- AppsFlyer and Shopify ------------------------------------------------------------------------------


APPSFLYER = "Install Time,Event Time,Event Name,Media Source,AppsFlyer ID,Platform,Is Retargeting"
INSTALL = "2026-05-01 16:30:00,2026-05-01 16:30:00,install,organic,u1,ios,false"
EVENT = "2026-05-01 16:30:00,2026-05-02 16:30:00,af_login,organic,u1,ios,false"
SAID = """sources:
  - {path: '*_installs_*.csv', mapping: appsflyer/installs}
  - {path: '*_in_app_events_*.csv', mapping: appsflyer/in_app_events}
"""


def test_the_two_reports_of_appsflyer_are_told_apart_by_their_rows(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"1.csv": f"{APPSFLYER}\n{INSTALL}\n", "2.csv": f"{APPSFLYER}\n{INSTALL}\n{EVENT}\n"})
    assert [(Path(one.file).name, one.table) for one in loaded.inputs] == [
        ("1.csv", "acquisition"),
        ("2.csv", "activity"),
    ]


def test_a_source_says_in_which_zone_a_report_was_downloaded(tmp_path: Path) -> None:
    zone = "sources: [{path: '*.csv', timezone: Asia/Shanghai}]\n"
    loaded = read(tmp_path, {"1.csv": f"{APPSFLYER}\n{INSTALL}\n"}, zone)
    assert values(loaded, "acquisition", "day") == [(date(2026, 5, 1),)]


def test_a_source_says_which_report_of_appsflyer_a_file_is(tmp_path: Path) -> None:
    contents_ = {
        "id1_installs_utc.csv": f"{APPSFLYER}\n{INSTALL}\n",
        "id1_in_app_events_utc.csv": f"{APPSFLYER}\n{EVENT}\n",
    }
    loaded = read(tmp_path, contents_, SAID)
    assert values(loaded, "acquisition", "user", "channel", "day", "attribute_platform") == [
        ("u1", "organic", date(2026, 5, 2), "ios")  # half past midnight in Shanghai
    ]
    assert values(loaded, "activity", "user", "event", "day") == [("u1", "af_login", date(2026, 5, 3))]


def test_a_report_of_appsflyer_without_rows_is_valid(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"id1_installs_utc.csv": f"{APPSFLYER}\n"}, SAID)
    assert (loaded.refused, account(loaded).accepted) == ([], 0)


def test_installs_that_appsflyer_added_up_are_cohorts_of_day_0(tmp_path: Path) -> None:
    export = (
        "Date,Agency/PMD (af_prt),Media Source (pid),Campaign (c),Impressions,Clicks,Installs,Total Cost\n"
        "2026-05-01,None,Organic,None,N/A,N/A,130,N/A\n2026-05-01,x,tiktok,A,N/A,9,12,30.00\n"
    )
    loaded = read(tmp_path, {"w.csv": export})
    assert values(loaded, "cohort", "day", "channel", "campaign", "offset", "users") == [
        (date(2026, 5, 1), "Organic", None, 0, 130),
        (date(2026, 5, 1), "tiktok", "A", 0, 12),
    ]


SHOPIFY = "Name,Email,Financial Status,Paid at,Currency,Total,Created at,{more}Lineitem name,Refunded Amount,Id"
OFFSETS = [
    ("2026-03-08 01:30:00 -0500", date(2026, 3, 8)),  # 14:30 in Shanghai
    ("2026-03-08 12:30:00 -0400", date(2026, 3, 9)),  # the clocks went forward; half past midnight
]


@pytest.mark.parametrize(("moment", "day"), OFFSETS)
def test_a_shopify_order_is_paid_on_the_local_day_of_its_offset(tmp_path: Path, moment: str, day: date) -> None:
    more = "Outstanding Balance,Employee,"
    rows = f"#1,a@example.com,paid,{moment},USD,25.00,{moment},0.00,,Mug,0.00,11\n#1,a@example.com,,,,,,,,Spoon,,\n"
    loaded = read(tmp_path, {"orders_export.csv": f"{SHOPIFY.format(more=more)}\n{rows}"})
    assert values(loaded, "order", "order", "user", "paid_day", "paid") == [("11", "a@example.com", day, 25_0000)]
    assert account(loaded).dropped == {"further line of an order": 1}


# --- tables of a data department ------------------------------------------------------------------------


@pytest.mark.parametrize("users", ["新增", "新增用户", "新增用户数", "新增人数"])
def test_new_users_by_day_and_channel_are_cohorts_of_day_0(tmp_path: Path, users: str) -> None:
    loaded = read(tmp_path, {"w.csv": f"日期,渠道,{users}\n2025-01-06,A,12\n"})
    assert values(loaded, "cohort", "day", "channel", "offset", "users") == [(date(2025, 1, 6), "A", 0, 12)]


@pytest.mark.parametrize("money", ["消耗", "花费", "消耗(元)", "总花费"])
def test_a_table_of_new_users_and_money_is_not_half_read(tmp_path: Path, money: str) -> None:
    loaded = read(tmp_path, {"w.csv": f"日期,渠道,新增用户,{money}\n2025-01-06,A,12,340.00\n"})
    assert [error.code for error in loaded.refused] == ["OPS103"]


def test_a_canonical_table_stays_one(tmp_path: Path) -> None:
    loaded = read(tmp_path, {"w.csv": "day,channel,offset,users\n2025-01-06,A,0,12\n"})
    assert account(loaded).mapping == "canonical"


def test_an_unlabelled_total_of_a_parquet_file_is_null_where_it_names_nothing(tmp_path: Path) -> None:
    dates = {"Reporting starts": ["2026-05-01"] * 3, "Reporting ends": ["2026-05-31"] * 3}
    amounts = {"Impressions": [900, 500, 400], "Amount spent (USD)": [30.5, 20.5, 10.0]}
    frame = pl.DataFrame({"Account name": [None, "A", "B"], **amounts, **dates})
    loaded = read(tmp_path, {"w.parquet": frame})
    assert account(loaded).sums == {"spend": "30.5000", "impressions": 900}
    assert account(loaded).dropped == {"total": 1}
