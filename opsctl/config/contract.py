"""What a project demands of a file before its rows count: of its columns, of rows that are rejected, of its totals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from opsctl.config.kinds import Text
from opsctl.config.strict import Strict, said

NewColumns: TypeAlias = Literal["freeze", "evolve", "discard"]

_HUNDRED = Decimal(100)
_WRITTEN = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([%％])?")


@dataclass(frozen=True, slots=True)
class Limit:
    """How much is too much: an amount, or a share of the whole; `text` is how it was written."""

    amount: Decimal
    of_the_whole: bool
    text: str

    def of(self, whole: Decimal | int) -> Decimal:
        """The most that is allowed of a whole.

        Examples:
            >>> Limit(Decimal("0.005"), True, "0.5%").of(1000), Limit(Decimal(20), False, "20").of(1000)
            (Decimal('5.000'), Decimal('20'))
        """
        return self.amount * whole if self.of_the_whole else self.amount


def _limit(value: Any, *, whole: bool) -> Limit:
    found = _WRITTEN.fullmatch(value) if isinstance(value, str) else None
    number, share = (Decimal(found[1]), bool(found[2])) if found else (Decimal(0), False)
    if not found or (share and number > _HUNDRED) or (whole and not share and number % 1):
        raise said("is no limit", "write a number such as 20, or a share such as 0.5%")
    return Limit(number / _HUNDRED if share else number, share, found[0])


def _rows(value: Any) -> Limit:
    return _limit(value, whole=True)


def _amount(value: Any) -> Limit:
    return _limit(value, whole=False)


Rejects = Annotated[Limit, BeforeValidator(_rows)]
Tolerance = Annotated[Limit, BeforeValidator(_amount)]


class Contract(Strict):
    """What is demanded of a file; the keys of a source come before those of the project."""

    columns: NewColumns | None = Field(
        None,
        description="A column that the mapping does not name: freeze refuses the file, evolve takes it along (new users"
        " get it as an attribute, elsewhere it is said), discard leaves it out; unset: discard, of canonical and"
        " summary tables evolve.",
    )
    unread: tuple[Text, ...] = Field(
        (), description="Columns of the file that are known and wanted by nobody: they are never new."
    )
    rejects: Rejects | None = Field(
        None,
        description="How many rows may be rejected, such as 20 or 0.5%, before the file is refused; unset: any number,"
        " but none for its amount of money.",
    )
    tolerance: Tolerance | None = Field(
        None,
        description="How far the rows may be from a total that the file states, such as 0.05 or 0.1%; unset: as far as"
        " rounding of its rows explains.",
    )

    def over(self, general: Contract) -> Contract:
        """These demands, and where they say nothing the general ones; columns known to either are known."""
        return Contract.model_construct(
            columns=self.columns if self.columns is not None else general.columns,
            unread=(*self.unread, *general.unread),
            rejects=self.rejects if self.rejects is not None else general.rejects,
            tolerance=self.tolerance if self.tolerance is not None else general.tolerance,
        )
