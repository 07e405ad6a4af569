"""The definitions once more, as SQL over the raw tables: written from the words, not from the code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from opsctl.core.period import Period

Amounts = dict[str | None, dict[str | None, int | None]]  # group -> currency -> amount, None where none can be told

TABLES = """
create or replace temp table known_acquisition as select * from acquisition where day <= date '{until}';
create or replace temp table acq as select * from known_acquisition where day between date '{start}' and date '{end}';
create or replace temp table brought as
    select * from known_acquisition
    qualify row_number() over (partition by "user" order by day, acquired_at nulls last, product nulls last) = 1;
create or replace temp table act as select distinct "user", day from activity where day <= date '{until}';
create or replace temp table bill as
    select * replace (coalesce(currency, 'CNY') as currency) from spend
    where day <= date '{until}' and day between date '{start}' and date '{end}';
create or replace temp table bought as
    select "user", "order", channel, paid_day, paid_at, coalesce(currency, 'CNY') as currency, paid,
        case when coalesce(refunded_day, paid_day) <= date '{until}' then coalesce(refunded, 0) else 0 end as refunded
    from "order" where paid_day <= date '{until}' and coalesce(created_day, paid_day) <= date '{until}';
create or replace temp table sold as
    select channel, paid_day as day, currency, paid, refunded from bought
    where paid_day between date '{start}' and date '{end}';
create or replace temp table made as
    select channel, coalesce(created_day, paid_day) as day from "order"
    where coalesce(created_day, paid_day) between date '{start}' and least(date '{end}', date '{until}');
create or replace temp table net as select *, paid - refunded as net from bought where "user" is not null;
create or replace temp table buyer as
    select coalesce(b.channel, f.channel) as channel, f.paid_day as day, f."user" from (
        select * from net where net > 0
        qualify row_number() over (partition by "user" order by paid_day, paid_at nulls last, "order") = 1
    ) as f left join brought as b using ("user") where f.paid_day between date '{start}' and date '{end}';
create or replace temp table shopper as
    select channel, min(paid_day) as day, count(*) as orders from bought
    where "user" is not null and paid_day between date '{start}' and date '{end}' group by "user", channel;
create or replace temp table payer as
    select b.channel, date '{end}' as day, p.net, p.abroad from (
        select "user", sum(net) as net, bool_or(currency <> 'CNY') as abroad from net
        where paid_day between date '{window}' and date '{end}'
        group by "user" having count(*) filter (where net > 0) > 0
    ) as p left join brought as b using ("user");
"""

BACK = """
select {by} as g, null, count(*) from acq as a
where a.day + {matures} <= date '{until}'
  and exists (select 1 from act where act."user" = a."user" and act.day between a.day + {first} and {last}) group by g
"""
MATURE = "select {by} as g, null, count(*) from acq as a where a.day + {matures} <= date '{until}' group by g"
ACQUIRED = "select {by} as g, null, count(*) from acq as a group by g"
SPENT = "select {by} as g, currency, sum(spend) from bill as a group by g, currency"
MADE = "select {by} as g, null, count(*) from made as a group by g"
SOLD = "select {by} as g, null, count(*) from sold as a group by g"
GROSS = "select {by} as g, currency, sum(paid) from sold as a group by g, currency"
KEPT = "select {by} as g, currency, sum(paid - refunded) from sold as a group by g, currency"
SPENT_MATURE = (
    "select {by} as g, currency, sum(spend) from bill as a where a.day + {matures} <= date '{until}' "
    "group by g, currency"
)
UNRETURNED = """
select {by} as g, null, count(*) from acq as a
where a.day + {matures} <= date '{until}'
  and not exists (select 1 from act where act."user" = a."user" and act.day between a.day + 7 and a.day + {matures})
  and not exists (select 1 from net where net."user" = a."user") group by g
"""
EARNED = """
select {by} as g, currency, sum(net) from (
    select b.channel, n.paid_day as day, n.currency, n.net from net as n join brought as b using ("user")
    where n.paid_day between date '{start}' and date '{end}') as a group by g, currency
"""
VALUE = """
select {by} as g, n.currency, sum(n.net) from acq as a join net as n on n."user" = a."user"
where a.day + {matures} <= date '{until}' and n.paid_day between a.day and a.day + {matures} group by g, n.currency
"""
BUYERS = "select {by} as g, null, count(*) from buyer as a where a.day + {matures} <= date '{until}' group by g"
REPEATED = """
select {by} as g, null, count(*) from buyer as a
where a.day + {matures} <= date '{until}' and exists (
    select 1 from net as n
    where n.net > 0 and n."user" = a."user" and n.paid_day between a.day + 1 and a.day + {matures}) group by g
"""
SHOPPERS = "select {by} as g, null, count(*) from shopper as a group by g"
AGAIN_IN_SHOP = "select {by} as g, null, count(*) from shopper as a where a.orders > 1 group by g"
BASE = "select {by} as g, null, case when bool_or(abroad) then null else count(*) end from payer as a group by g"
HIGH = """
select {by} as g, null, case when bool_or(abroad) then null else count(*) filter (where net > 30000000) end
from payer as a group by g
"""

RETENTION = {
    "retention_d{n}": ("a.day + {n}", "{n}", "{n}"),
    "retention_d{n}_onebased": ("a.day + {n} - 1", "{n} - 1", "{n} - 1"),
    "retention_d{n}_within": ("a.day + {n}", "1", "{n}"),
    "retention_d{n}_unbounded": ("date '{until}'", "{n}", "{n}"),
    "retention_d{n}_unbounded_30": ("a.day + {n} + 30", "{n}", "{n} + 30"),
    "return_rate_{n}_30": ("a.day + 30", "{n}", "30"),
}
OTHERS = {
    "acquisitions": (ACQUIRED, None, ""),
    "spend": (SPENT, None, ""),
    "orders": (MADE, None, ""),
    "paid_orders": (SOLD, None, ""),
    "gross_paid": (GROSS, None, ""),
    "net_paid": (KEPT, None, ""),
    "roas_shop": (KEPT, SPENT, ""),
    "cpa": (SPENT, ACQUIRED, ""),
    "no_return_share_d30": (UNRETURNED, MATURE, "30"),
    "roas": (EARNED, SPENT, ""),
    "roas_d30": (VALUE, SPENT_MATURE, "30"),
    "ltv_revenue_30d": (VALUE, MATURE, "30"),
    "repurchase_rate_90d": (REPEATED, BUYERS, "90"),
    "repurchase_rate_7d": (REPEATED, BUYERS, "7"),
    "buyers_shop": (SHOPPERS, None, ""),
    "repeat_share_shop": (AGAIN_IN_SHOP, SHOPPERS, ""),
    "high_value_share": (HIGH, BASE, ""),
}
BY = {"channel": "a.channel", "week": "strftime(a.day, '%G-W%V')", "": "''"}


def queries() -> dict[str, tuple[str, str | None, Mapping[str, str]]]:
    """By metric: its numerator, its denominator, and what is to be filled in."""
    found: dict[str, tuple[str, str | None, Mapping[str, str]]] = {
        name: (top, bottom, {"matures": matures}) for name, (top, bottom, matures) in OTHERS.items()
    }
    for name, (last, first, matures) in RETENTION.items():
        for n in (1, 29):
            filled = {"last": last, "first": first, "matures": matures}
            numbers = {key: text.replace("{n}", str(n)) for key, text in filled.items()}
            found[name.replace("{n}", str(n))] = (BACK, MATURE, numbers)
    kept = {"last": "a.day + 7", "first": "7", "matures": "7"}
    found["cost_per_retained_d7"] = (SPENT_MATURE, BACK, kept)
    return found


@dataclass(frozen=True)
class Oracle:
    """The tables in DuckDB, as they are known on a day, narrowed down to a period."""

    connection: duckdb.DuckDBPyConnection
    days: Mapping[str, date]

    @classmethod
    def of(cls, frames: Mapping[str, pl.DataFrame], until: date, period: Period, window: Period) -> Oracle:
        """The tables, moved over as they are; `window` is that of high-value buyers."""
        connection = duckdb.connect()
        for name, rows in frames.items():
            connection.from_arrow(rows.to_arrow()).create(f'"{name}"')
        days = {"until": until, "start": period.start, "end": period.end, "window": window.start}
        connection.execute(TABLES.format(**days))
        return cls(connection, days)

    def amounts(self, query: str, by: str, filled: Mapping[str, str]) -> Amounts:
        """What a query finds, by group and by currency; amounts of nothing are left out."""
        inner = {name: text.format(**self.days) for name, text in filled.items()}
        rows = self.connection.execute(query.format(by=BY[by], **inner, **self.days)).fetchall()
        found: Amounts = defaultdict(dict)
        for group, currency, amount in rows:
            if amount != 0:
                found[group][currency] = amount
        return found
