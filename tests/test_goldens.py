"""What the commands print over the sample data, kept as files: a change of output is a change somebody reads.

`make golden` writes them anew; read the diff before committing it.
"""

import os
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.command import opsctl

ROOT = Path(__file__).resolve().parents[1]
GOLDENS = Path(__file__).with_name("goldens")

COMMANDS = {
    "report.zh-CN.120.txt": ("report", "sample_data/", "--locale", "zh-CN", "--width", "120"),
    "report.zh-CN.60.txt": ("report", "sample_data/", "--locale", "zh-CN", "--width", "60"),
    "report.zh-CN.40.txt": ("report", "sample_data/", "--locale", "zh-CN", "--width", "40"),
    "report.en.100.txt": ("report", "sample_data/", "--locale", "en", "--width", "100"),
    "report.month.en.txt": ("report", "sample_data/", "--locale", "en", "--period", "2025-04"),
    "report.day.zh-CN.txt": ("report", "sample_data/", "--locale", "zh-CN", "--period", "yesterday", "--width", "100"),
    "report.zh-CN.md": ("report", "sample_data/", "--locale", "zh-CN", "--format", "md"),
    "report.en.csv": ("report", "sample_data/", "--locale", "en", "--format", "csv"),
    "report.en.html": ("report", "sample_data/", "--locale", "en", "--format", "html"),
    "prune.zh-CN.100.txt": (
        "prune", "sample_data/", "--as-of", "2025-06-30", "--locale", "zh-CN", "--width", "100",
        "--what-if", "cut=kuaishou",
    ),
    "prune.json": ("prune", "sample_data/", "--json"),
    "why.en.txt": ("why", "cpa", "sample_data/", "--period", "2025-12", "--locale", "en"),
    "year-end.zh-CN.100.txt": ("year-end", "2025", "sample_data/", "--locale", "zh-CN", "--width", "100"),
    "year-end.en.md": ("year-end", "2025", "sample_data/", "--locale", "en", "--format", "md"),
    "report.json": ("report", "sample_data/", "--json"),
    "query.channel-month.txt": (
        "query", "spend,acquisitions,cpa,retention_d7,cost_per_retained_d7", "sample_data/", "--by", "channel,month",
        "--where", "group=public", "--period", "2025-07-01..2025-12-31", "--locale", "en",
    ),
    "query.value.json": (
        "query", "roas,roas_d30,ltv_30d,repurchase_rate_30d,high_value_share,average_order_value,cpa_platform,ctr",
        "sample_data/", "--by", "channel", "--json",
    ),
    "query.attribute.json": (
        "query", "retention_d1,retention_d7_within,return_rate_8_30,low_efficiency_share", "sample_data/",
        "--by", "city_tier", "--period", "2025-03", "--json",
    ),
    "explain.figure.zh-CN.txt": (
        "explain", "cpa", "sample_data/", "--channel", "douyin", "--period", "2025-W20", "--locale", "zh-CN",
    ),
    "validate.zh-CN.120.txt": ("validate", "sample_data/", "--locale", "zh-CN", "--width", "120"),
    "explain.list.txt": ("explain", "--list"),
    "inspect.gb18030.txt": ("inspect", "sample_data/kuaishou/ks-01_2025.csv"),
}  # fmt: skip


STATUS = {
    **{
        f"status.{locale}.{width}.txt": ("--locale", locale, "--width", str(width))
        for locale in ("zh-CN", "en")
        for width in (60, 80, 120, 160)
    },
    "status.json": ("--json",),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_output_is_the_one_that_was_read_and_kept(name: str) -> None:
    ran = opsctl(*COMMANDS[name], cwd=ROOT)
    assert ran.code == 0, ran.err
    _compare(name, ran.out)


@pytest.mark.parametrize("name", STATUS)
def test_the_status_of_a_store_is_the_one_that_was_read_and_kept(name: str, store: Path) -> None:
    ran = opsctl("status", "-C", store, *STATUS[name], cwd=ROOT)
    assert ran.code == 1, ran.err
    _compare(name, ran.out)


def _compare(name: str, printed: str) -> None:
    kept = GOLDENS / name
    if os.environ.get("OPSCTL_WRITE_GOLDENS"):
        GOLDENS.mkdir(exist_ok=True)
        kept.write_bytes(printed.encode())
    assert printed.encode() == kept.read_bytes()


def test_every_kept_output_is_still_printed_by_something() -> None:
    assert {path.name for path in GOLDENS.iterdir()} == COMMANDS.keys() | STATUS.keys()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, taken in but for its last quarter of activity, with late orders; then an account got another name."""
    project = tmp_path_factory.mktemp("status") / "sample"
    shutil.copytree(ROOT / "sample_data", project, ignore=shutil.ignore_patterns("mak*", "__pycache__", "*Q4.parquet"))
    orders = pl.read_parquet(project / "orders" / "shop.parquet")
    early = orders.filter(pl.col("created_at").dt.date() <= date(2025, 12, 20))
    early.write_parquet(project / "orders" / "shop.parquet")
    config = (project / "opsctl.yaml").read_text(encoding="utf-8") + "privacy: {hash_key_file: ../key}\n"
    (project / "opsctl.yaml").write_text(config, encoding="utf-8")
    taken = opsctl("ingest", "-q", "-C", project, cwd=ROOT, environ={"SOURCE_DATE_EPOCH": "1767225600"})
    assert taken.code == 0, taken.err
    renamed = config.replace("mapping: xiaohongshu, account: xhs-01", "mapping: xiaohongshu, account: xhs-02")
    (project / "opsctl.yaml").write_text(renamed, encoding="utf-8")
    shutil.copy(ROOT / "sample_data" / "activity" / "2025-Q4.parquet", project / "activity")
    return project
