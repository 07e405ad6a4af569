"""Answers are held to each other by their bytes, but for the files they name."""

import json

from tests.bench.same_bytes import digest


def answer(**changed: object) -> str:
    inputs = [{"file": "a.csv", "sums": {"paid": "1.0000"}}]
    return json.dumps(
        {"as_of": "2025-12-31", "rows": [{"cpa": 1.5}], "inputs": inputs, "notes": []} | changed, indent=2
    )


def test_the_files_an_answer_names_are_not_compared() -> None:
    assert digest(answer()) == digest(answer(inputs=[{"file": "b.parquet"}, {"file": "c.parquet"}]))


def test_everything_else_is() -> None:
    others = [answer(rows=[{"cpa": 1.5000000000000002}]), answer(notes=[{"code": "x"}]), answer().replace("  ", " ")]
    assert len({digest(answer()), *map(digest, others)}) == 4
