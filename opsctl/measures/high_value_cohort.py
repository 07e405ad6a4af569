"""The same threshold over the first 365 days of new users: comparable across channels and years."""

from opsctl.measures.family import Family
from opsctl.measures.high_value import CONVERTED, rows

FAMILY = Family(
    table="acquisition",
    measures={"high_value_users_cohort365": CONVERTED, "mature_cohort365": CONVERTED},
    rows=rows,
    also=("order",),
)
