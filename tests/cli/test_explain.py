"""Every name explains itself, and every figure leads to the lines that it was counted from."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from opsctl.core.errors import every_error
from opsctl.core.rules import RULES
from opsctl.metrics import example_of, templates
from opsctl.schemas import tables
from opsctl.schemas.table import columns
from tests.cli.inside import opsctl


@pytest.mark.parametrize("name", [example_of(template) for template in templates()])
def test_every_metric_is_explained_in_both_languages_with_what_it_needs(name: str) -> None:
    entry = opsctl("explain", name, "--json").json
    assert (entry["name"], entry["kind"]) == (name, "metric")
    assert entry["zh"]
    assert entry["en"]
    assert entry["measures"]
    assert entry["text"]
    shown = opsctl("explain", name)
    assert shown.code == 0
    assert entry["zh"] in shown.out
    assert entry["text"].splitlines()[0] in shown.out


@pytest.mark.parametrize("code", [*every_error(), *RULES])
def test_every_code_that_a_message_can_show_is_explained(code: str) -> None:
    for written in (code, code.lower()):
        shown = opsctl("explain", written)
        assert shown.code == 0
        assert shown.out.startswith(f"name: {code}\n")
    assert len(opsctl("explain", code, "--json").json["text"]) > 20


@pytest.mark.parametrize("name", list(tables()))
def test_every_table_is_explained_with_all_its_columns(name: str) -> None:
    shown = opsctl("explain", name).out
    for column in columns(tables()[name]).values():
        assert f"  {column.name} " in shown
        assert str(column.field.title) in shown


def test_the_list_has_every_name_that_can_be_explained() -> None:
    listed = opsctl("explain", "--list").out
    for name in (*templates(), *every_error(), *RULES, *tables(), "exit-codes"):
        assert f"  {name}" in listed
    assert opsctl("explain").out == listed


def test_a_name_that_is_a_metric_and_a_table_is_explained_as_both() -> None:
    shown = opsctl("explain", "spend").out
    assert "kind: metric\n" in shown
    assert "kind: canonical table\n" in shown
    assert opsctl("explain", "spend", "--json").json["table"]["kind"] == "canonical table"


def test_a_template_stands_for_its_metrics() -> None:
    assert opsctl("explain", "retention_dN").out == opsctl("explain", example_of("retention_dN")).out


# --- one figure -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    contents = {
        "spend-1.csv": "a remark\nday,channel,spend\n2025-03-03,A,10.50\n2025-03-03,B,7\n\n2025-03-04,A,20\n",
        "spend-2.csv": "day,channel,spend\n2025-03-05,A,30\n2025-03-12,A,99\n合计,,129\n",
        "users.csv": (
            "user,acquired_at,channel\nu1,2025-03-03 10:00,A\nu2,2025-03-04 10:00,B\nu3,2025-03-05 10:00,A\n"
            "u4,2025-03-09 10:00,A\nu5,2025-03-10 10:00,A\n"
        ),
        "events.csv": "user,at,event\nu1,2025-03-04 09:00,open\nu3,2025-03-12 09:00,open\nu3,2025-03-12 10:00,open\n",
    }
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def lines_behind(folder: Path, side: dict[str, Any]) -> list[list[str]]:
    """The cells of every line that a side names, read from the files again."""
    found = []
    for source in side["sources"]:
        lines = (folder / source["file"]).read_text(encoding="utf-8").splitlines()
        numbers = [number for part in source["lines"].split(", ") for number in _numbers(part)]
        assert len(numbers) == source["rows"]
        found += [next(csv.reader([lines[number - 1]])) for number in numbers]
    return found


def _numbers(part: str) -> range:
    first, _, last = part.partition("-")
    return range(int(first), int(last or first) + 1)


def explained(folder: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    ran = opsctl("explain", *arguments, "--json", cwd=folder)
    assert ran.code == code
    found: dict[str, Any] = ran.json
    return found


def test_the_lines_behind_a_price_add_up_to_it(exports: Path) -> None:
    answer = explained(exports, "cpa", ".", "--channel", "A", "--period", "2025-W10")
    figure = answer["rows"][0]["cpa"]
    money, users = answer["sides"]
    assert sum(Decimal(cells[2]) for cells in lines_behind(exports, money)) == Decimal(figure["numerator"])
    assert sorted(cells[0] for cells in lines_behind(exports, users)) == ["u1", "u3", "u4"]
    assert figure["denominator"] == 3
    assert figure["value"] == 60.5 / 3
    assert (answer["metric"], answer["where"]) == ("cpa", {"channel": ["A"]})


def test_lines_are_those_of_the_file_remarks_and_blank_lines_included(exports: Path) -> None:
    money = explained(exports, "spend", ".", "--channel", "A")["sides"][0]
    assert [(source["file"], source["lines"]) for source in money["sources"]] == [
        ("spend-1.csv", "3, 6"),
        ("spend-2.csv", "2-3"),
    ]


def test_who_was_kept_is_led_back_to_the_user_and_to_what_the_user_did(exports: Path) -> None:
    answer = explained(exports, "retention_d7", ".", "--period", "2025-03-05")
    kept = next(side for side in answer["sides"] if side["measure"] == "retained_d7")
    assert {source["table"]: source["lines"] for source in kept["sources"]} == {"acquisition": "4", "activity": "3-4"}
    assert kept["rows"] == answer["rows"][0]["retention_d7"]["numerator"] == 1


def test_the_figure_is_the_one_that_query_answers(exports: Path) -> None:
    for metric in ("cpa", "retention_d1", "spend"):
        where = ("--where", "channel=A", "--period", "2025-W10")
        query = opsctl("query", metric, ".", *where, "--json", cwd=exports).figure(metric)
        assert explained(exports, metric, ".", *where)["rows"][0][metric] == query


def test_for_people_it_names_the_formula_both_sides_and_the_files(exports: Path) -> None:
    shown = opsctl("explain", "cpa", ".", "--channel", "A", "--period", "2025-W10", cwd=exports).out
    for words in ("cpa@1", "60.5000 / 3", "2025-03-03..2025-03-09  channel=A", "spend-1.csv", "spend-2.csv", "3, 6"):
        assert words in shown


@pytest.mark.parametrize(("locale", "words"), [("zh-CN", "算法"), ("en", "Formula")])
def test_it_speaks_the_language_that_is_asked_for(exports: Path, locale: str, words: str) -> None:
    assert words in opsctl("explain", "cpa", ".", "--locale", locale, cwd=exports).out


def test_an_unknown_figure_says_why(exports: Path) -> None:
    figure = explained(exports, "retention_d30", ".", code=3)["rows"][0]["retention_d30"]
    assert (figure["value"], figure["reason"]) == (None, "immature")
    assert "未满天数" in opsctl("explain", "retention_d30", ".", "--locale", "zh-CN", cwd=exports).out


def test_a_day_that_is_no_day_is_refused_before_anything_is_read(exports: Path) -> None:
    ran = opsctl("explain", "cpa", ".", "--as-of", "2025-02-31", cwd=exports)
    assert (ran.code, ran.out) == (2, "")
    assert "note:" not in ran.err
