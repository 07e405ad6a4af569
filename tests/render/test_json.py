"""JSON as people and programs meet it: the frame spread over lines, every row of the answer on one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from opsctl.config.words import Words
from opsctl.render import Page
from opsctl.render.json import envelope, render
from tests.render.specimen import specimen

PAGE = Page(Words("en"))


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_what_is_written_is_what_is_said(locale: str) -> None:
    report = specimen(locale)
    assert json.loads(render(report, PAGE)) == envelope(report)


def test_each_row_of_the_answer_is_one_line_whatever_it_holds() -> None:
    rows = [{"channel": "抖音", "cpa": {"value": 1.5, "reasons": ["a", "b"]}}, {"channel": None}]
    report = replace(specimen("en"), data={"rows": rows, "splits": [{"by": ["channel"], "rows": rows}]})
    lines = [line.strip().rstrip(",") for line in render(report, PAGE).split("\n")]
    told = [json.loads(line) for line in lines if line.startswith('{"channel"')]
    assert told == [*rows, *rows]
