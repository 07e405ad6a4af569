"""Does a file keep the contract of its source: no column that is new, and no more rows rejected than may be lost?

Money is never lost in silence: where nothing is said, not one row may be rejected for its amount. A row that states
no amount at all loses none, and is rejected alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from opsctl.config.headers import header_key
from opsctl.config.patterns import extract
from opsctl.core.errors import NewColumn, RefusedFile, TooManyRejected
from opsctl.core.naming import fold, nearest
from opsctl.core.personal import masked
from opsctl.ingest.account import CONFLICT, Input, Rejected
from opsctl.ingest.remarks import Note
from opsctl.schemas import tables
from opsctl.schemas.checks import EMPTY
from opsctl.schemas.kinds import Kind
from opsctl.schemas.table import columns

if TYPE_CHECKING:
    from opsctl.config.contract import Contract, NewColumns
    from opsctl.ingest.claim import Claim
    from opsctl.ingest.written import Raw

ATTRIBUTE = "attribute_"
_SHOWN = 5
INCOMPLETE = "its platform says that data may be missing in it: export it again later"


# --- columns --------------------------------------------------------------------------------------------


def rule_of(claim: Claim, contract: Contract) -> NewColumns:
    """What becomes of new columns. Most exports have many that nobody wants; what people made themselves has few."""
    own = claim.mapping is None or claim.table == "cohort"
    return contract.columns or ("evolve" if own else "discard")


def new_columns(claim: Claim, contract: Contract) -> list[str]:
    """The columns of a file that neither its mapping nor the project names; nameless ones are none."""
    named = _named(claim) | {header_key(name) for name in contract.unread}
    return [name for name in claim.unused if fold(name) and header_key(name) not in named]


def _named(claim: Claim) -> set[str]:
    """What a mapping names of a file without reading it."""
    if claim.mapping is None:
        return set()
    export = claim.mapping.export
    ruled = (name for rule in export.rows.drop for name in rule.where)
    return {header_key(name) for name in (*export.file.header_has, *export.file.rows_have, *ruled)}


def under_contract(claim: Claim, header: Sequence[str], contract: Contract) -> Claim:
    """The claim with new columns of new users as their attributes, or without them, as the contract says."""
    if claim.table != "acquisition":
        return claim
    if rule_of(claim, contract) == "evolve":
        return _evolved(claim, header, contract)
    return claim if claim.mapping else _without_own_attributes(claim, header)


def _evolved(claim: Claim, header: Sequence[str], contract: Contract) -> Claim:
    new = set(new_columns(claim, contract))
    names = {f"{ATTRIBUTE}{fold(name)}": at for at, name in reversed(list(enumerate(header))) if name in new}
    told = {name: at for name, at in names.items() if masked(header[at]) == header[at] and name not in claim.positions}
    left = tuple(name for name in claim.unused if name not in {header[at] for at in told.values()})
    return replace(claim, positions={**claim.positions, **{name: (at,) for name, at in told.items()}}, unused=left)


def _without_own_attributes(claim: Claim, header: Sequence[str]) -> Claim:
    """A canonical file's attributes are those that are called so."""
    new = {
        name: at
        for name, (at, *_) in claim.positions.items()
        if name.startswith(ATTRIBUTE) and not fold(header[at]).startswith(ATTRIBUTE)
    }
    kept = {name: at for name, at in claim.positions.items() if name not in new}
    return replace(claim, positions=kept, unused=(*claim.unused, *(header[at] for at in sorted(new.values()))))


def frozen(raw: Raw, claim: Claim, contract: Contract) -> NewColumn | None:
    """The refusal of a file with new columns under `columns: freeze`."""
    new = new_columns(claim, contract) if contract.columns == "freeze" else []
    if not new:
        return None
    shown = [masked(name) for name in new]
    alike = tuple(
        (f"'{masked(name)}'", f"the nearest known name is '{close}'")
        for name in new
        if (close := nearest(name, claim.looked_for))
    )
    are = "a column is" if len(new) == 1 else f"{len(new)} columns are"
    return NewColumn(
        f"{are} new, and the columns of this source are frozen: {', '.join(shown)}",
        file=raw.name,
        line=raw.header_line,
        details=alike,
        hint=f"add a renamed one to {claim.label}; what nobody wants: `unread: [{', '.join(shown)}]` under sources",
    )


def is_incomplete(raw: Raw, claim: Claim) -> bool:
    """Does a file itself say, above its header, that data may be missing in it?"""
    pattern = claim.mapping.export.file.incomplete if claim.mapping else None
    return pattern is not None and any(extract(pattern, line) is not None for line in raw.preamble)


# --- rows -----------------------------------------------------------------------------------------------


def too_many(account: Input, contract: Contract) -> TooManyRejected | None:
    """The refusal of a file of which more rows were rejected than may be."""
    judged = account.accepted + len(account.rejected)
    limit = contract.rejects
    lost = list(account.rejected) if limit else _lost_for_money(account)
    if len(lost) <= (account.may_reject or 0):
        return None
    may = f"no more than {limit.text} may be" if limit else "none may be lost for its money"
    found = f"{len(lost):,} of {judged:,} rows {'is' if len(lost) == 1 else 'are'} rejected, and {may}"
    allowed = len(account.rejected)
    refusal = TooManyRejected(
        found,
        file=account.file,
        line=lost[0].line,
        details=tuple(_told(lost)),
        hint=f"correct them; or allow them in opsctl.yaml: `sources: [{{path: …, rejects: {allowed}}}]`,"
        f" for all files `contract: {{rejects: {allowed}}}`",
    )
    refusal.rows = tuple((row.line, row.column, row.code, row.reason) for row in account.rejected)
    return refusal


def lost_as_allowed(accounts: Iterable[Input]) -> list[Note]:
    """One note per file of which rows were rejected, and no more than its source allows."""
    return [
        Note("rejects_allowed", f"{account.file}: {len(account.rejected):,} rejected, as allowed: {_in_words(account)}")
        for account in accounts
        if account.rejected and account.rejects_are_allowed
    ]


def _in_words(account: Input) -> str:
    return "; ".join(f"{label}: {told}" for label, told in _told(account.rejected))


def _lost_for_money(account: Input) -> list[Rejected]:
    """The rows with an amount that does not count: it cannot be read, or another row contradicts it."""
    money = {name for name, column in columns(tables()[account.table]).items() if column.kind is Kind.MONEY}
    return [
        row
        for row in account.rejected
        if (row.column in money and row.code != EMPTY) or (money and row.code == CONFLICT)
    ]


def _told(rows: Sequence[Rejected]) -> list[tuple[str, str]]:
    """For each rule that is broken, its column, its reason, and the first lines."""

    def rule(row: Rejected) -> tuple[str, str, str]:
        return row.code, row.column, row.reason

    found: list[tuple[str, str]] = []
    for (code, column, reason), group in groupby(sorted(rows, key=rule), rule):
        lines = sorted(row.line for row in group)
        more = f" and {len(lines) - _SHOWN:,} more" if len(lines) > _SHOWN else ""
        label = f"{code} {column}".rstrip()
        found.append((label, f"{reason} (line {', '.join(map(str, lines[:_SHOWN]))}{more})"))
    return found


def broken(raw: Raw, claim: Claim, account: Input, contract: Contract) -> RefusedFile | None:
    """The refusal of a file that does not keep the contract of its source; None where it does."""
    return frozen(raw, claim, contract) or too_many(account, contract)
