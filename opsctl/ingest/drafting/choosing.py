"""Which canonical table the rows of an unknown file are: decided by what is there, the surest sign first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from opsctl.ingest.drafting.fitting import COMBINED, Match, Matches, fitted
from opsctl.ingest.drafting.nature import TIMES, Look, Nature
from opsctl.ingest.drafting.sheet import Sheet
from opsctl.ingest.drafting.vocabulary import Sureness, Vocabulary
from opsctl.ingest.drafting.wide import ChannelOf, Spread, spread
from opsctl.schemas import tables

_ONCE = 0.9  # of the rows of new users, at least so many have a user of their own


@dataclass(frozen=True)
class Choice:
    """The table, and for its columns those of the file; `spread` where they are melted."""

    table: str
    matches: Matches
    spread: Spread | None = None

    @property
    def used(self) -> frozenset[int]:
        """The positions of the file's columns that are spoken for."""
        own = {match.look.at for match in self.matches.values()}
        combined = {look.at for name in COMBINED & self.matches.keys() for look in self.matches[name].parts}
        return frozenset(own | combined | (self.spread.used if self.spread else set()))


def choose(sheet: Sheet, vocabulary: Vocabulary, channel_of: ChannelOf) -> Choice | None:
    """The table that a sheet's rows could become; None where nothing in it is of any."""
    found = {table: fitted(table, sheet.usable, vocabulary) for table in tables()}
    wide = spread(sheet, channel_of)
    if wide is not None and not _is_plainly_spend(found["spend"], wide):
        rest = [look for look in sheet.usable if look.at not in wide.used]
        return Choice(wide.table, _beside(fitted(wide.table, rest, vocabulary), wide), wide)
    if table := _table(found, sheet):
        return _with_guesses(sheet, table, found[table])
    return None


def _is_plainly_spend(matches: Matches, wide: Spread) -> bool:
    """Whether a sheet of spend merely has a column of next-day retention too."""
    return wide.into == "offset" and _sure(matches, "spend") and sum(map(len, wide.columns.values())) == 1


def _beside(matches: Mapping[str, Match], wide: Spread) -> dict[str, Match]:
    """What a melted table has beside its melted columns."""
    return {name: match for name, match in matches.items() if name != wide.into and name not in wide.columns}


def _table(found: Mapping[str, Matches], sheet: Sheet) -> str | None:
    order, spend, cohort = found["order"], found["spend"], found["cohort"]
    if "order" in order and "paid" in order and _is_about_orders(order):
        return "order"
    if users := _of_users(found, sheet):
        return users
    if _sure(spend, "spend") or {"impressions", "clicks"} <= spend.keys():
        return "spend"
    timed = any(look.is_time for look in sheet.usable)
    counted = timed and ("users" in cohort or {"offset", "active"} <= cohort.keys())
    if counted and ("spend" not in spend or _is_surer(cohort.get("users"), spend["spend"])):
        return "cohort"
    if "spend" in spend or (timed and _only_amount(sheet)):
        return "spend"
    return None


def _is_surer(one: Match | None, other: Match) -> bool:
    return one is not None and one.sureness < other.sureness


def _is_about_orders(order: Matches) -> bool:
    return order["order"].sureness is Sureness.SURE and order["order"].look.distinct > 1


def _of_users(found: Mapping[str, Matches], sheet: Sheet) -> str | None:
    """The table acquisition or activity, where every row is about one user at one time."""
    user = found["activity"].get("user") or found["acquisition"].get("user")
    if user is None or not any(look.is_time for look in sheet.usable):
        return None
    if user.sureness > Sureness.MAYBE or _sure(found["spend"], "spend") or user.look.nature is Nature.DECIMAL:
        return None
    if user.look.nature is Nature.WHOLE and user.look.distinct < user.look.filled / 2 and "users" in found["cohort"]:
        return None  # a count of users
    if _sure(found["activity"], "event"):
        return "activity"
    once = user.look.distinct >= _ONCE * user.look.filled
    if _sure(found["acquisition"], "acquired_at") and (once or not _sure(found["activity"], "at")):
        return "acquisition"
    return "acquisition" if once else "activity"


def _sure(matches: Matches, name: str) -> bool:
    return name in matches and matches[name].sureness is Sureness.SURE


def _only_amount(sheet: Sheet) -> Look | None:
    amounts = [look for look in sheet.usable if look.nature is Nature.DECIMAL]
    return amounts[0] if amounts else None


# --- what is told by its values alone -------------------------------------------------------------------

_TIME_OF = {"spend": "day", "cohort": "day", "acquisition": "acquired_at", "activity": "at", "order": "paid_at"}


def _with_guesses(sheet: Sheet, table: str, matches: Matches) -> Choice:
    """The columns that a table cannot do without, by the kind of their values where no name tells them."""
    made = dict(matches)
    time, used = _TIME_OF[table], {match.look.at for match in matches.values()}
    wanted = {time: TIMES} | ({"spend": frozenset({Nature.DECIMAL})} if table == "spend" else {})
    for name, natures in wanted.items():
        fitting = [look for look in sheet.usable if look.nature in natures and look.at not in used]
        if name not in made and fitting:
            first, *others = fitting
            made[name] = Match(first, Sureness.KIND, tuple(others))
            used.add(first.at)
    if "campaign" not in made and "campaign_id" in made:  # an id is all that a campaign is called here
        made["campaign"] = made.pop("campaign_id")
    if table == "order" and "paid_at" not in made and "created_at" in made:
        made["paid_at"] = Match(made["created_at"].look, Sureness.KIND)
    return Choice(table, made)
