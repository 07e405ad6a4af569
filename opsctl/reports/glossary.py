"""What names mean, from the names themselves: metrics, tables, codes of refusals and rules, exit codes, methods."""

from __future__ import annotations

import inspect
import json as encoder
import re
from typing import Any

from opsctl.config.policy import POLICY_FILE
from opsctl.core.errors import ExitCode, UnknownName, every_error
from opsctl.core.naming import did_you_mean
from opsctl.core.paths import shipped
from opsctl.core.period import year
from opsctl.core.rules import RULES
from opsctl.metrics import example_of, load, templates
from opsctl.schemas import tables
from opsctl.schemas.table import columns

EXIT_CODES = "exit-codes"
METHOD = "prune"
POLICY = "policy"
EXAMPLES = "\nExamples:"
_ANY_YEAR = year(2025)
_NEED = {True: "required", False: "optional"}


def everything() -> str:
    """The names of all that can be explained, by kind."""
    metrics = [_line(template) for template in templates()]
    codes = [f"  {code}  {_summary(kind)}" for code, kind in every_error().items()]
    rules = [f"  {code}  {sentence}" for code, sentence in RULES.items()]
    return "\n".join(
        [
            "metrics",
            *metrics,
            "",
            "tables",
            *(f"  {name}" for name in tables()),
            "",
            "codes",
            *sorted([*codes, *rules]),
            "",
            *(f"  {name}" for name in _TOPICS),
            "",
        ]
    )


def _line(template: str) -> str:
    metric = load(example_of(template))
    return f"  {template:<34} {metric.en} / {metric.zh}"


def _summary(of: object) -> str:
    return (inspect.getdoc(of) or "").partition("\n")[0]


def entry(name: str, *, json: bool) -> str:
    """The explanation of one name.

    Raises:
        UnknownName: Nothing is called so; the nearest is named.
    """
    found = _found(name)
    beside = _table(name) if found.get("kind") == "metric" and name in tables() else None  # `spend` is both
    if json:
        whole = {"schema_version": 1, **found, **({"table": beside} if beside else {})}
        return encoder.dumps(whole, ensure_ascii=False, indent=2) + "\n"
    return _text(found) + (f"\n{_text(beside)}" if beside else "")


def _text(found: dict[str, Any]) -> str:
    lines = (f"{label}: {_flat(value)}" if label != "text" else f"\n{value}" for label, value in found.items())
    return "\n".join(lines) + "\n"


def _flat(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _found(name: str) -> dict[str, Any]:
    if name in _TOPICS:
        return {"name": name, "text": _TOPICS[name]()}
    if name.upper() in every_error():
        return _error(name.upper())
    if name.upper() in RULES:
        return {"name": name.upper(), "kind": "rule of a row", "text": RULES[name.upper()]}
    if name in tables() and name not in templates():
        return _table(name)
    if re.search(r"[A-Z]", name) and name in templates():
        return _metric(example_of(name))
    try:
        return _metric(name)
    except UnknownName:
        known = [*every_error(), *RULES, *tables(), *_TOPICS, *(example_of(template) for template in templates())]
        raise UnknownName(
            f"nothing is called '{name}'", hint=did_you_mean(name, known) or "opsctl explain --list prints all names"
        ) from None


def _exit_codes() -> str:
    return "\n".join(f"{code.value:>3}  {code.sentence}" for code in ExitCode)


def _method() -> str:
    from opsctl.verdicts import prune  # noqa: PLC0415 - numpy is slow to import, and no other name needs it

    return inspect.cleandoc(prune.__doc__ or "")


def _policy() -> str:
    """The shipped thresholds, each with its comment in both languages."""
    return shipped(POLICY_FILE).read_text("utf-8").rstrip()


_TOPICS = {EXIT_CODES: _exit_codes, METHOD: _method, POLICY: _policy}


def _error(code: str) -> dict[str, Any]:
    kind = every_error()[code]
    return {
        "name": code,
        "kind": kind.__name__,
        "zh": kind.zh,
        "exit_code": int(kind.exit_code),
        "text": inspect.getdoc(kind) or "",
    }


def _table(name: str) -> dict[str, Any]:
    table = tables()[name]
    lines = [
        f"  {column.name:<18} {column.kind.value:<18} {_NEED[column.required]:<10} {column.field.title}"
        for column in columns(table).values()
    ]
    rules = [f"  rule: {inspect.getdoc(function)}" for function in table.rules().values()]
    return {
        "name": name,
        "kind": "canonical table",
        "merge": table.MERGE.value,
        "key": list(table.KEY),
        "text": "\n".join([inspect.getdoc(table) or "", "", *lines, *rules]),
    }


def _metric(name: str) -> dict[str, Any]:
    metric = load(name)
    definition = metric.definition if isinstance(metric.definition, str) else metric.definition(_ANY_YEAR)
    return {
        "name": metric.name,
        "kind": "metric",
        "zh": metric.zh,
        "en": metric.en,
        "definition": definition,
        "shape": metric.shape.value,
        "better": metric.better or "-",
        "interval": metric.interval.value,
        "measures": list(metric.parameters),
        "text": f"{metric.doc.partition(EXAMPLES)[0].rstrip()}\n\n{metric.says}",
    }
