"""What was spent, shown, clicked and claimed: sums of the spend table."""

from __future__ import annotations

from datetime import date

import polars as pl

from opsctl.measures.dimension import split, torn
from opsctl.measures.evidence import Ask, Evidence
from opsctl.measures.family import COUNT, SPEND, TORN, Family, Measure, Reason, Request, Unit, Wanted, later

CLAIMED = Measure(Unit.QUANTITY, unit_column="goal", mixed=Reason.MIXED_GOALS, settles="conversions_event")
_BESIDE = "_with_"


def rows(evidence: Evidence, ask: Ask, wanted: Wanted) -> pl.LazyFrame | None:
    """Spend rows of the period; `X_with_Y` is X over the rows that also know Y, so that a ratio is fair."""
    billed = split(evidence, ask, "spend", evidence.kept(evidence.spend_by(ask.dimensions).filter(ask.touches())))
    if billed is None:
        return None
    part = torn(ask, evidence.until("spend"))
    return billed.with_columns(
        currency=pl.col("currency").fill_null(evidence.currency),
        goal=pl.concat_str(pl.col("conversion_goal", "conversion_basis").fill_null(""), separator="/"),
        **{name: _amount(evidence, name, request) for name, request in wanted.items()},
        **{
            f"{TORN}{name}": (part | _half_mature(evidence, request)).cast(pl.Int64) for name, request in wanted.items()
        },
    )


def _amount(evidence: Evidence, name: str, request: Request) -> pl.Expr:
    if request.numbers:
        return _mature_spend(evidence, request)
    amount, _, beside = name.partition(_BESIDE)
    return pl.when(pl.col(beside).is_not_null()).then(amount) if beside else pl.col(amount)


def _judged_by(evidence: Evidence, request: Request) -> date | None:
    return evidence.through("order" if "orders" in request.template else "activity")


def _mature_spend(evidence: Evidence, request: Request) -> pl.Expr:
    """Spend on the days whose new users can all be judged by now; of what names no day nobody knows."""
    through = _judged_by(evidence, request)
    if through is None:
        return pl.lit(None, pl.Int64)
    mature = later("day", request.numbers["N"]) <= through
    return pl.when(mature).then("spend").when(mature.not_()).then(pl.lit(0, pl.Int64))


def _half_mature(evidence: Evidence, request: Request) -> pl.Expr:
    """True of rows that span days whose new users can be judged by now, and days whose cannot."""
    through = _judged_by(evidence, request) if request.numbers else None
    if through is None:
        return pl.lit(value=False)
    n = pl.duration(days=request.numbers["N"])
    ends = pl.coalesce("through", "day") + n
    return ((pl.col("day") + n <= through) & (ends > through)).fill_null(value=False)


FAMILY = Family(
    table="spend",
    measures={
        "spend": SPEND,
        "impressions": COUNT,
        "clicks": COUNT,
        "conversions": CLAIMED,
        "spend_with_impressions": SPEND,
        "spend_with_clicks": SPEND,
        "spend_with_conversions": SPEND,
        "impressions_with_clicks": COUNT,
        "clicks_with_impressions": COUNT,
        "clicks_with_conversions": COUNT,
        "conversions_with_clicks": CLAIMED,
        "spend_mature_dN": SPEND,
        "spend_mature_orders_dN": SPEND,
    },
    rows=rows,
)
