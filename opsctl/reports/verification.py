"""Whether the store is what was written: what was looked at, what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opsctl.config.words import Words
from opsctl.core.clean import clean
from opsctl.reports.report import Column, Form, Lines, Number, Part, Report, Table, TableRow
from opsctl.store.verify import Finding, Verified, Weight


def verification(verified: Verified, repaired: Sequence[Finding], words: Words) -> Report:
    """What `opsctl verify` says of the store; `repaired` is what was found before it was made good."""
    lines = [_summary(verified, words)]
    if repaired:
        lines.append(words.say("verify.repaired", count=len(repaired)))
    parts: list[Part] = [Lines("", lines)]
    if verified.findings:
        parts.append(_table(verified.findings, words))
        parts.append(Lines(words["verify.todo"], _todo(verified.findings, words)))
    return Report(
        title="",
        as_of=None,
        period=None,
        parts=parts,
        data={
            "sound": verified.is_sound,
            "checked": {"files": verified.files, "bytes": verified.bytes, "rows": verified.rows},
            "rows": [_as_json(one) for one in verified.findings],
            "repaired": [_as_json(one) for one in repaired],
        },
        answered=verified.is_sound,
    )


def _summary(verified: Verified, words: Words) -> str:
    wrong = len(verified.of(Weight.DAMAGE)) + len(verified.of(Weight.REPAIRABLE))
    counts = {"files": f"{verified.files:,}", "rows": f"{verified.rows:,}", "wrong": f"{wrong:,}"}
    return words.say("verify.sound" if verified.is_sound else "verify.unsound", **counts)


def _table(findings: Sequence[Finding], words: Words) -> Table:
    columns = [
        Column("file", words["verify.file"], numeric=False),
        Column("found", words["verify.found"], numeric=False),
        Column("of", words["verify.of"], numeric=False),
        Column("rows", words["verify.rows"]),
    ]
    return Table(columns, [_row(one, words) for one in findings])


def _row(one: Finding, words: Words) -> TableRow:
    rows = None if one.rows is None else Number(one.rows, Form.COUNT)
    cells = {"file": one.file, "found": words[f"verify.found.{one.found}"], "of": clean(one.source or ""), "rows": rows}
    return TableRow(cells)


def _todo(findings: Sequence[Finding], words: Words) -> list[str]:
    """What to do, once for each weight."""
    weights = [weight for weight in Weight if any(one.found.weight is weight for one in findings)]
    return [words[f"verify.todo.{weight}"] for weight in weights]


def _as_json(one: Finding) -> dict[str, Any]:
    return {
        "file": one.file,
        "found": str(one.found),
        "weight": str(one.found.weight),
        "of": one.source,
        "rows": one.rows,
    }
