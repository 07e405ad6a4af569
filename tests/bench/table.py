"""The tables of the benchmark: everything for the terminal, the short one for the READMEs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.bench.data import ROOT
from tests.bench.results import Scale, Taken

READMES = {"en": ROOT / "README.md", "zh-CN": ROOT / "README.zh-CN.md"}
BEGIN, END = "<!-- bench: written by make bench -->", "<!-- /bench -->"
SHOWN = {  # the ways that a README tells of, in the words of both languages
    "duckdb_best": ("DuckDB, the fastest script we could write", "DuckDB，我们能写出的最快脚本"),
    "polars_best": ("Polars, likewise", "Polars，同上"),
    "opsctl parquet": ("`opsctl query`, bare Parquet", "`opsctl query`，直接读 Parquet"),
    "duckdb_best csv": ("DuckDB from CSV", "DuckDB 读 CSV"),
    "opsctl csv": ("`opsctl query`, bare CSV, every row checked", "`opsctl query`，直接读 CSV，逐行校验"),
    "opsctl build": (
        "`opsctl ingest` and the first `query`, from nothing",
        "`opsctl ingest` 加第一次 `query`，从零建库",
    ),
    "opsctl store": ("`opsctl query` from the store", "`opsctl query`，从库里答"),
    "opsctl unchanged": ("the same once more, nothing new", "没有新数据，再问一次"),
    "opsctl one more day": ("one more day: `ingest`, then `query`", "多一天：`ingest` 再 `query`"),
}
MEASURED = {
    "en": "{machine}; {rounds} rounds, medians; Python {python}, Polars {polars}, DuckDB {duckdb}.",
    "zh-CN": "{machine}；{rounds} 轮取中位数；Python {python}，Polars {polars}，DuckDB {duckdb}。",
}
BUSY = {
    "en": "Others used {others:.0%} of the machine meanwhile ({name}).",
    "zh-CN": "其间其他程序占用了 {others:.0%} 的机器（{name}）。",
}
QUIET = 0.05  # what a system does by itself
HEADS = {"en": "Users, orders and spend of a year; activity rows", "zh-CN": "一年的用户、订单、花费；活跃行数"}
NOT_MEASURED = "–"


def console(name: str, scale: Scale) -> list[str]:
    """Everything that was measured on one scale."""
    rows = ", ".join(
        f"{count:,} {what}" for what, count in scale.rows.items() if what in ("activity", "users", "orders")
    )
    width = max(map(len, [*scale.ways, *scale.unable]))
    title = f"{name}: {rows}; {scale.rounds} rounds, median [least..most]{_busy(scale)}"
    head = f"{'':{width}}  {'seconds':>22}{'CPU s':>8}{'peak MB':>9}{'x fastest DuckDB':>22}{'x its CPU':>11}"
    lines = [f"{way:{width}}  {_line(taken, scale.ways[taken.yardstick])}" for way, taken in scale.ways.items()]
    return [title, head, *lines, *(f"{way:{width}}  not available: {why}" for way, why in scale.unable.items())]


def _busy(scale: Scale) -> str:
    return "" if scale.others is None else f"; others used {scale.others:.0%} of the machine"


def _line(taken: Taken, yardstick: Taken) -> str:
    """CPU time, too, since it suffers less where others are at work."""
    times_cpu = taken.cpu.middle / yardstick.cpu.middle
    return f"{taken.wall!s:>22}{taken.cpu.middle:>8.2f}{taken.rss:>9.0f}{taken.ratio!s:>22}{times_cpu:>11.2f}"


def growth(scales: Mapping[str, Scale]) -> list[str]:
    """How the seconds of a way grow with the rows, from one scale to the next."""
    steps = [(small, large) for small, large in zip(scales, list(scales)[1:], strict=False)]
    if not steps:
        return []
    head = "".join(f"{f'{small} to {large}':>12}" for small, large in steps)
    lines = [f"{'growth: times the seconds':26}{head}"]
    rows = [scales[large].rows["activity"] / scales[small].rows["activity"] for small, large in steps]
    lines.append(f"{'(rows)':26}" + "".join(f"{times:>12.1f}" for times in rows))
    for way in dict.fromkeys(way for scale in scales.values() for way in scale.ways):
        cells = [_grown(scales[small].ways.get(way), scales[large].ways.get(way)) for small, large in steps]
        lines.append(f"{way:26}" + "".join(f"{cell:>12}" for cell in cells))
    return lines


def _grown(small: Taken | None, large: Taken | None) -> str:
    return f"{large.wall.middle / small.wall.middle:.1f}" if small and large else "-"


def readme(scales: Mapping[str, Scale], locale: str) -> list[str]:
    """The short table, in Markdown: seconds, and times the fastest DuckDB script on the same files."""
    if not scales:
        return []
    at = list(READMES).index(locale)
    heads = [f"{name}: {scale.rows['activity'] / 1e6:.0f} M" for name, scale in scales.items()]
    lines = [_row([HEADS[locale], *heads]), _row(["---", *("---:" for _ in scales)])]
    for way, words in SHOWN.items():
        lines.append(_row([words[at], *(_cell(scale.ways.get(way)) for scale in scales.values())]))
    measured_on = dict.fromkeys(_circumstances(scale, locale) for scale in scales.values())
    busy = [BUSY[locale].format(name=name, others=scale.others) for name, scale in scales.items() if _is_busy(scale)]
    return [*lines, "", *measured_on, *busy]


def _circumstances(scale: Scale, locale: str) -> str:
    return MEASURED[locale].format(machine=scale.machine, rounds=scale.rounds, **scale.versions)


def _is_busy(scale: Scale) -> bool:
    return scale.others is not None and scale.others > QUIET


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(taken: Taken | None) -> str:
    if taken is None:
        return NOT_MEASURED
    return f"{taken.wall.middle:.2f} s · {taken.ratio.middle:.2f}× · {taken.rss:.0f} MB"


def write(scales: Mapping[str, Scale]) -> None:
    """Put the short table between the marks of both READMEs."""
    for locale, path in READMES.items():
        text = path.read_text(encoding="utf-8")
        path.write_text(placed(text, readme(scales, locale)), encoding="utf-8")


def placed(text: str, lines: Sequence[str]) -> str:
    """A text with other lines between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([before + BEGIN, *lines, END + after])
