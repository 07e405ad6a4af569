"""What `opsctl inspect` saw of a file, for people or for programs."""

from __future__ import annotations

import json

from rich.cells import cell_len

from opsctl.core.clean import clean
from opsctl.core.errors import BadOption
from opsctl.ingest.inspection import Seen

FIRST_ROWS = 10
LONGEST = 40


def written(seen: Seen, format_: str) -> str:
    """The file as it was seen, as `table` or `json`.

    Raises:
        BadOption: Another format.
    """
    if format_ == "json":
        return json.dumps(seen.as_json(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    if format_ != "table":
        raise BadOption(f"inspect writes table or json, not {format_}")
    return (
        "\n".join([*_facts(seen), "", *_rows(seen), *_left_out(seen), *_totals(seen), *_refusal(seen)]).rstrip() + "\n"
    )


def _facts(seen: Seen) -> list[str]:
    delimiter = {"\t": "tab", None: "-"}.get(seen.delimiter, f"'{seen.delimiter}'")
    facts = [
        ("file", seen.file),
        ("encoding", seen.encoding or "-"),
        ("delimiter", delimiter),
        ("claimed by", seen.mapping or "nobody"),
        ("rows", f"{len(seen.rows):,} kept, {len(seen.rejected):,} rejected, {len(seen.dropped):,} left out"),
    ]
    return [f"{label:<11}{clean(text)}" for label, text in facts] + [
        f"note       {clean(one)}" for one in seen.warnings
    ]


def _rows(seen: Seen) -> list[str]:
    """The first rows, column by column: a wide export fits on no screen side by side."""
    shown = [["" if cell is None else str(cell) for cell in row] for row in seen.rows[:FIRST_ROWS]]
    width = max((cell_len(clean(name)) for name in seen.header), default=0)
    lines: list[str] = []
    for at, name in enumerate(seen.header):
        cells = " | ".join(_short(row[at]) for row in shown[:3])
        label = clean(name)
        lines.append(f"{label}{' ' * (width - cell_len(label))}  {cells}")
    return [*lines, ""] if lines else []


def _short(text: str) -> str:
    shown = clean(text)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 3] + "..."


def _left_out(seen: Seen) -> list[str]:
    rejected = [f"rejected   line {line}: {clean(reason)}" for line, reason in sorted(seen.rejected)[:FIRST_ROWS]]
    dropped = [f"left out   line {line}: {clean(reason)}" for line, reason in sorted(seen.dropped)[:FIRST_ROWS]]
    return [*rejected, *dropped]


def _totals(seen: Seen) -> list[str]:
    """Each total of the file beside what its rows add up to."""
    return [
        f"total      {clean(one.column)} {'agrees' if one.ok else 'differs'}: {clean(one.told)}" for one in seen.control
    ]


def _refusal(seen: Seen) -> list[str]:
    return [clean(line) for line in seen.refused.lines()] if seen.refused else []
