"""A store answers as the files do that were taken in, the first time and every time after."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.inside import opsctl

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
EVERY = (
    "spend,impressions,clicks,conversions,cpc,cpa,cpa_paid,cpa_platform,acquisitions,orders,paid_orders,gross_paid,"
    "refunded,net_paid,retention_d7,retention_d30,retention_d7_within,retention_d7_unbounded,retention_d7_24h,"
    "return_rate_8_30,no_return_share_d30,low_efficiency_share,high_value_share,high_value_share_cohort365,roas,"
    "roas_shop,roas_d30,ltv_90d,repurchase_rate_90d,cost_per_retained_d7"
)
QUESTIONS = (
    ("--by", "channel"),
    ("--by", "channel", "--period", "2025"),
    ("--by", "group,month", "--period", "2025-Q3"),
    ("--by", "week", "--where", "channel=douyin", "--period", "2025-05-05..2025-07-13"),
    ("--by", "campaign", "--where", "channel=tencent", "--period", "2025-W20"),
    ("--by", "day", "--period", "2025-W52"),
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample data as a project that was taken in."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copytree(SAMPLE, folder, dirs_exist_ok=True)
    ran = opsctl("ingest", "-q", cwd=folder, environ={"HOME": str(folder)})
    assert ran.code == 0, ran.err
    return folder


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_a_store_answers_as_its_files_do(project: Path, question: tuple[str, ...]) -> None:
    asked = ("query", EVERY, *question, "--json")
    files = opsctl(*asked, ".", cwd=project)
    once, again = (opsctl(*asked, cwd=project, environ={"OPSCTL_NO_CACHE": "1"}) for _ in range(2))
    assert files.code in (0, 1), files.err
    assert once.json["rows"] == files.json["rows"]
    assert again.out == once.out


def test_before_its_memory_begins_a_store_says_that_it_reconstructs(project: Path) -> None:
    asked = ("query", "spend,acquisitions,retention_d7", "--as-of", "2025-06-30", "--json")
    files = opsctl(*asked, ".", cwd=project)
    kept = opsctl(*asked, cwd=project)
    told = [{name: dict(one[name]) for name in one} for one in (files.json["rows"][0], kept.json["rows"][0])]
    assert [one["acquisitions"].pop("status") for one in told] == ["settled", "reconstructed"]
    assert {name: one["value"] for name, one in told[0].items()} == {
        name: one["value"] for name, one in told[1].items()
    }
    assert "reconstructed" in [note["code"] for note in kept.json["notes"]]


@pytest.mark.parametrize("command", [("report",), ("prune",), ("year-end", "2025"), ("why", "cpa")], ids=" ".join)
def test_reports_from_a_store_are_those_from_its_files(project: Path, command: tuple[str, ...]) -> None:
    files = opsctl(*command, "--json", ".", cwd=project)
    kept = opsctl(*command, "--json", cwd=project, environ={"OPSCTL_NO_CACHE": "1"})
    assert kept.out == files.out
