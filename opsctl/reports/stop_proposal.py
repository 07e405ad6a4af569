"""The page about one channel that is attached to an approval: the advice, what it rests on, and what was checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.errors import NoData
from opsctl.core.period import WEEK_DAYS, Period
from opsctl.ingest.load import Loaded
from opsctl.measures.known import Known
from opsctl.metrics.figure import Figure
from opsctl.reports.advice import REVIEW_DAYS, advice, because, is_stop, move
from opsctl.reports.calendar import day_of, span_of
from opsctl.reports.findings import findings
from opsctl.reports.plan import target_of
from opsctl.reports.pruning import PLACES, Made, amount, check_named, flip, judged
from opsctl.reports.report import Cell, Column, Form, Lines, Number, Part, Report, Table, TableRow
from opsctl.verdicts.effect import Change
from opsctl.verdicts.grounds import Basis, Beside, Check, State, basis, checks
from opsctl.verdicts.judgement import Judgement, Verdict
from opsctl.verdicts.worth import Worth

MOST_NAMES = 4
PROPOSED = {Verdict.CUT, Verdict.REDUCE}
ADVISED = {Verdict.GROW, Verdict.TEST}


@dataclass(frozen=True)
class Case:
    """All that the page tells, before it is told."""

    made: Made
    known: Known
    one: Judgement
    basis: Basis | None
    checks: Sequence[Check]

    @property
    def name(self) -> str:
        """What a reader calls the channel."""
        return self.made.name(self.one.channel)

    @property
    def words(self) -> Words:
        """The page's language."""
        return self.made.words

    @property
    def is_proposal(self) -> bool:
        """Whether something is proposed that takes money from the channel."""
        return self.one.verdict in PROPOSED and self.one.spend_now > 0

    @property
    def kind(self) -> str:
        """Which page it is: `cut`, `reduce` or `other`."""
        return self.one.verdict.value if self.is_proposal else "other"


def stop_proposal(  # noqa: PLR0913, PLR0917 - what the command was asked
    loaded: Loaded,
    known: Known,
    settings: Settings,
    words: Words,
    channel: str,
    budget: float | None = None,
    period: Period | None = None,
) -> Report:
    """The page about a channel: a proposal to sign where it is to be stopped or reduced, else the advice as it is.

    Raises:
        NoData: The channel has no verdict, or a proposal would rest on data that are not whole.
        UnknownName: The channel did not spend.
    """
    made = judged(loaded, known, settings, words, budget, period)
    check_named([channel], made.pruning)
    case = _case(made, known, channel)
    _refuse_without_data(case)
    last = made.pruning.span.end
    return Report(
        title=words.say(f"stop.title.{case.kind}", channel=case.name, number=f"{last:%G-W%V}-{channel}"),
        status=words.say("prune.known", day=day_of(last, words)),
        as_of=known.evidence.as_of,
        period=made.pruning.span,
        parts=list(_parts(case)),
        data=_data(case),
        inputs=loaded.inputs,
        notes=[*findings(loaded), *loaded.notes, *known.notes],
        answered=case.one.value is not None,
    )


def _case(made: Made, known: Known, channel: str) -> Case:
    (one,) = (one for one in made.pruning.channels if one.channel == channel)
    found = basis(known.evidence, made.pruning, channel)
    events = made.settings.project.events
    promotions = [Period(event.start, event.end) for event in events if event.promo and event.start and event.end]
    span = found.span if found else made.pruning.span
    return Case(made, known, one, found, checks(known, made.pruning, channel, span, promotions))


def _refuse_without_data(case: Case) -> None:
    """Nobody signs away a channel on figures that may be half of the truth."""
    if case.one.verdict is Verdict.NO_DATA:
        (why,) = case.one.reasons
        sentence = f"'{case.one.channel}' has no verdict: {because(why, Words('en'))}"
        raise NoData(sentence, hint="complete the data, then ask again; opsctl prune shows all other channels")
    data = next(check for check in case.checks if check.code == "data")
    if case.is_proposal and data.state is not State.PASSED:
        code = data.reason or "incomplete"
        told = Words("en").say(f"stop.check.data.{code}", **_shares(data.numbers))
        raise NoData(
            f"no proposal is made for '{case.one.channel}': {told}",
            hint="complete the data, then ask again; opsctl prune shows the verdict as it stands",
        )


# --- for people ---------------------------------------------------------------------------------------------


def _parts(case: Case) -> Iterable[Part]:
    words = case.words
    yield Lines(words["stop.advice"], _advised(case))
    yield Lines(words[f"stop.what.{case.kind}"], [_what(case)])
    if case.basis:
        yield Lines(words["stop.basis"], [_weeks(case, case.basis)])
        yield _table(case, case.basis)
    if case.one.value is not None and case.one.spend_now:
        yield Lines(words["stop.money"], [_money(case)])
        if case.is_proposal:
            yield Lines(words["stop.wrong"], [_wrong(case)])
    yield Lines(words["stop.checked"], [_checked(case, check) for check in case.checks])
    if after := _after(case):
        yield Lines(words["stop.after"], after)
    if flips := [flip(case.made, case.one, why) for why in case.one.flips]:
        yield Lines(words["stop.flips"], [words["list.or"].join(flips)])
    if case.is_proposal:
        review = day_of(case.made.pruning.span.end + timedelta(days=REVIEW_DAYS), words)
        yield Lines(words["stop.sign"], [words.say("stop.signed", review=review)])


def _advised(case: Case) -> list[str]:
    one, words, policy = case.one, case.words, case.made.settings.policy
    told = advice(one, policy, words)
    if case.is_proposal or one.verdict in ADVISED or (one.verdict is Verdict.CUT and not one.spend_now):
        told = move(one, case.name, policy, case.made.pruning.span.end, words)
    chance = "" if one.p_below is None else _chance(1 - one.p_below, words)
    reasons = [words["list.clause"].join(because(why, words) for why in one.reasons)]
    return [words["stop.sentence"].join(filter(None, (told, chance))), *([] if case.is_proposal else reasons)]


def _chance(chance: float, words: Words) -> str:
    """How likely it is worth its money, in whole percent."""
    if chance < 0.01:  # noqa: PLR2004 - one percent
        return words["stop.chance.none"]
    if chance > 0.99:  # noqa: PLR2004 - ninety-nine percent
        return words["stop.chance.sure"]
    return words.say("stop.chance", chance=f"{chance:.0%}")


def _what(case: Case) -> str:
    """Whose accounts and how many campaigns it is about, and whether one of them would carry itself."""
    words = case.words
    accounts = _accounts(case)
    named = words["list.separator"].join(accounts[:MOST_NAMES])
    told = words.say("stop.accounts", accounts=named, count=len(accounts)) if accounts else words["stop.no_accounts"]
    campaigns = [one for one in case.made.pruning.campaigns if one.channel == case.one.channel and one.spend_now]
    if not campaigns:
        return words["list.clause"].join([told, words["stop.no_campaigns"]])
    best = max(campaigns, key=_middle)
    over = sum(_middle(one) >= case.made.pruning.line for one in campaigns)
    key = "stop.campaigns" if over else "stop.campaigns.none"
    return words["list.clause"].join(
        [
            told,
            words.say(
                key,
                count=len(campaigns),
                over=over,
                best=case.made.campaign(best.campaign),
                value=f"{_middle(best):.2f}",
                days=case.made.settings.policy.value_days,
            ),
        ]
    )


def _middle(of: Judgement) -> float:
    return of.value.middle if of.value else 0.0


def _accounts(case: Case) -> list[str]:
    """The accounts that spent for the channel in the weeks of the basis."""
    evidence, span = case.known.evidence, case.basis.span if case.basis else case.made.pruning.span
    if "account" not in evidence.supplied.get("spend", frozenset()):
        return []
    rows = evidence.spend.select("channel", "day", "account").collect()
    kept = {
        account
        for channel, day, account in rows.iter_rows()
        if channel == case.one.channel and account and day and span.start <= day <= span.end
    }
    return sorted(kept)


def _weeks(case: Case, of: Basis) -> str:
    span = span_of(of.span, case.words)
    return case.words.say("stop.weeks", weeks=of.span.days // WEEK_DAYS, span=span, users=f"{of.users:,}", day=of.day)


def _table(case: Case, of: Basis) -> Table:
    words = case.words
    columns = [
        Column("metric", words["stop.metric"], numeric=False),
        Column("own", case.name),
        Column("others", words.say("stop.others", count=len(of.others)), 1),
        Column("line", words["stop.line"], 2),
        Column("note", words["stop.note"], 3, numeric=False),
    ]
    return Table(columns, [TableRow(cells) for cells in _rows(case, of)], "basis")


def _rows(case: Case, of: Basis) -> Iterable[Mapping[str, Cell]]:
    words, one, policy = case.words, case.one, case.made.settings.policy
    retention, cost = of.retention, of.cost
    yield {
        "metric": words.say("prune.column.retention", day=of.day),
        "own": retention.own,
        "others": retention.others,
        "line": Number(_line(case, retention.own, float(policy.low_efficiency.line)), Form.RATE),
        "note": words["list.clause"].join(filter(None, (_error(retention.own, words), _often(retention, words)))),
    }
    yield {
        "metric": words.say("stop.cost_per_kept", day=of.day),
        "own": cost.own,
        "others": cost.others,
        "line": Number(_line(case, cost.own, None), Form.PRICE),
        "note": _often(cost, words),
    }
    if one.value is not None:
        yield {
            "metric": words.say("stop.value", days=policy.value_days),
            "own": Number(one.value.middle, Form.MULTIPLE),
            "others": Number(_others_value(case), Form.MULTIPLE),
            "line": Number(case.made.pruning.line, Form.MULTIPLE),
            "note": words.say("stop.range", low=f"{one.value.low:.2f}", high=f"{one.value.high:.2f}"),
        }


def _line(case: Case, of: Figure, otherwise: float | None) -> float | None:
    """The channel's own target of a metric, else that of everybody, else what policy says."""
    if case.basis is None:
        return otherwise
    targets = case.made.settings.project.targets
    found = [target_of(targets, of.metric.name, case.basis.span, name) for name in (case.one.channel, None)]
    return next((float(one) for one in found if one is not None), otherwise)


def _error(of: Figure, words: Words) -> str:
    return "" if of.error is None else words.say("stop.error", error=f"{of.error * 100:.1f}")


def _often(of: Beside, words: Words) -> str:
    """In how many of its weeks the channel was the worse one."""
    if not of.weeks:
        return ""
    side = "below" if of.own.metric.better == "higher" else "above"
    every = "every" if of.worse == of.weeks else "some"
    return words.say(f"stop.{side}.{every}", worse=of.worse, weeks=of.weeks)


def _others_value(case: Case) -> float | None:
    """What the money of all other channels together is worth."""
    known = [one for one in case.made.pruning.channels if one.channel != case.one.channel and one.value]
    spent = sum(one.spend_now for one in known)
    return sum(_middle(one) * one.spend_now for one in known) / spent if spent else None


# --- money ------------------------------------------------------------------------------------------------


def _week(case: Case, value: float) -> float:
    """What the channel brings a week above its spend, at a value per cost."""
    return (value - case.made.pruning.line) * case.one.spend_now * WEEK_DAYS


def _money(case: Case) -> str:
    value, words = case.one.value, case.words
    assert value is not None  # noqa: S101 - told only of channels whose worth is known
    spent = case.one.spend_now * WEEK_DAYS

    def side(number: float) -> str:
        key = "stop.loses" if number < 0 else "stop.gains"
        return words.say(key, money=_amount(case, abs(number)))

    return words.say(
        "stop.recovered",
        spent=_amount(case, spent),
        days=case.made.settings.policy.value_days,
        profit=_amount(case, value.middle * spent),
        middle=side(_week(case, value.middle)),
        high=side(_week(case, value.high)),
    )


def _wrong(case: Case) -> str:
    """What stopping costs a week if the truth is at the upper end."""
    value, words = case.one.value, case.words
    assert value is not None  # noqa: S101 - as above
    missed = _week(case, value.high)
    if missed <= 0:
        return words.say("stop.not_wrong", high=f"{value.high:.2f}", line=f"{case.made.pruning.line:.2f}")
    return words.say("stop.missed", high=f"{value.high:.2f}", money=_amount(case, missed))


def _amount(case: Case, number: float) -> str:
    currency = case.made.settings.project.currency
    unit = case.words.get(f"unit.money.{currency}", currency)
    return case.words.say("stop.amount", amount=f"{number:,.0f}", unit=unit)


# --- checks -----------------------------------------------------------------------------------------------


def _checked(case: Case, check: Check) -> str:
    words = case.words
    key = f"stop.check.{check.code}.{check.reason or check.state.value}"
    told = words.say(key, **_shares(check.numbers), weeks=_number_of_weeks(case))
    return words.say(f"stop.{check.state.value}", code=words[f"stop.check.{check.code}"], told=told)


def _number_of_weeks(case: Case) -> int:
    return (case.basis.span if case.basis else case.made.pruning.span).days // WEEK_DAYS


def _shares(numbers: Mapping[str, float]) -> dict[str, str]:
    forms = {"days": "{:.0f}", "usual": "{:.2f}", "lately": "{:.2f}", "gap": "{:+.0%}"}
    return {name: forms.get(name, "{:.0%}").format(number) for name, number in numbers.items()}


# --- afterwards -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moved:
    """New users of a channel a week, and those of them who stay: None where nobody knows."""

    users: float
    kept: float | None


def _won(case: Case, channel: str, spend: float) -> Moved | None:
    """What a channel wins a week at a spend a day."""
    worth, stays = case.made.pruning.worths[channel], case.made.quality
    one = next(one for one in case.made.pruning.channels if one.channel == channel)
    if not isinstance(worth, Worth) or not one.spend_now:
        return None
    times = (spend / one.spend_now) ** worth.response.elasticity if spend else 0.0
    users = worth.response.users_day * times * WEEK_DAYS
    stay = stays.channels.get(channel) if stays else None
    return Moved(users, users * stay.kept / stay.users if stay and stay.users else None)


def _gainers(case: Case) -> list[Judgement]:
    """The channels to which the plan moves money."""
    return [one for one in case.made.pruning.channels if one.spend_now and one.spend_next > one.spend_now]


def _gained(case: Case) -> Moved:
    """What the channels that are given more win a week on top."""
    pairs = [
        (after, now)
        for one in _gainers(case)
        if (after := _won(case, one.channel, one.spend_next)) and (now := _won(case, one.channel, one.spend_now))
    ]
    kept = [after.kept - now.kept for after, now in pairs if after.kept is not None and now.kept is not None]
    known = len(kept) == len(pairs)
    return Moved(sum(after.users - now.users for after, now in pairs), sum(kept) if known else None)


def _after(case: Case) -> list[str]:
    """Where the money goes, what it wins there, and what becomes of the headline figures; bad ones too."""
    words, effect = case.words, case.made.effect
    if not case.is_proposal:
        return []
    lines = [words["list.clause"].join(filter(None, (_where_to(case), _today(case))))]
    if effect and case.basis:
        cost, kept = effect.cpa, effect.cost_per_kept
        key = "stop.cpa.rises" if cost.after > cost.now else "stop.cpa.falls"
        numbers = {"now": f"{cost.now:,.2f}", "after": f"{cost.after:,.2f}"}
        told = words.say(key, **numbers)
        if kept:
            numbers = {"now": f"{kept.now:,.1f}", "after": f"{kept.after:,.1f}"}
            told = words["list.clause"].join([told, words.say("stop.kept", day=case.basis.day, **numbers)])
        lines.append(told)
    return [*lines, words["stop.plan"]]


def _where_to(case: Case) -> str:
    words, gainers = case.words, _gainers(case)
    if not gainers:
        return words["stop.unspent"]
    gained = _gained(case)
    names = words["list.separator"].join(case.made.name(one.channel) for one in gainers)
    told = words.say("stop.moved", channels=names, users=f"{gained.users:,.0f}")
    kept = "" if gained.kept is None else words.say("stop.staying", kept=f"{gained.kept:,.0f}", day=_day(case))
    beyond = any(why.code == "beyond_seen" for one in gainers for why in one.reasons)
    seen = words["stop.beyond" if beyond else "stop.within"]
    return words["stop.comma"].join(filter(None, (told, kept, seen)))


def _today(case: Case) -> str:
    won = _won(case, case.one.channel, case.one.spend_now)
    if won is None:
        return ""
    told = case.words.say("stop.today", channel=case.name, users=f"{won.users:,.0f}")
    kept = "" if won.kept is None else case.words.say("stop.staying", kept=f"{won.kept:,.0f}", day=_day(case))
    return case.words["stop.comma"].join(filter(None, (told, kept)))


def _day(case: Case) -> int:
    return case.made.settings.policy.low_efficiency.day


# --- for programs -----------------------------------------------------------------------------------------


def _data(case: Case) -> dict[str, Any]:
    one, policy = case.one, case.made.settings.policy
    stopped = is_stop(one, policy)
    return {
        "channel": one.channel,
        "verdict": one.verdict.value,
        "advice": "cut" if stopped else "reduce" if one.verdict is Verdict.CUT else one.verdict.value,
        "proposal": case.is_proposal,
        "p_below": None if one.p_below is None else round(one.p_below, PLACES),
        "checks": [_check_as_json(check) for check in case.checks],
        "basis": None if case.basis is None else _basis_as_json(case, case.basis),
        "money": _money_as_json(case),
        "after": _after_as_json(case),
        "reasons": [why.as_json() for why in one.reasons],
        "flips": [why.as_json() for why in one.flips],
    }


def _check_as_json(check: Check) -> dict[str, Any]:
    numbers = {name: round(number, PLACES) for name, number in check.numbers.items()}
    return {"code": check.code, "state": check.state.value, "reason": check.reason, "numbers": numbers}


def _basis_as_json(case: Case, of: Basis) -> dict[str, Any]:
    value, others = case.one.value, _others_value(case)
    return {
        "from": of.span.start.isoformat(),
        "to": of.span.end.isoformat(),
        "weeks": of.span.days // WEEK_DAYS,
        "users": of.users,
        "others": list(of.others),
        "retention": _beside_as_json(of.retention) | {"day": of.day},
        "cost_per_kept": _beside_as_json(of.cost),
        "value_per_cost": {
            "own": value and round(value.middle, PLACES),
            "low": value and round(value.low, PLACES),
            "high": value and round(value.high, PLACES),
            "others": None if others is None else round(others, PLACES),
            "line": case.made.pruning.line,
        },
    }


def _beside_as_json(of: Beside) -> dict[str, Any]:
    return {
        "own": of.own.as_json(),
        "others": of.others and of.others.as_json(),
        "weeks_worse": of.worse,
        "weeks": of.weeks,
    }


def _money_as_json(case: Case) -> dict[str, Any]:
    """A week's money; what it brings above its spend is below 0 where it loses."""
    value, spent = case.one.value, case.one.spend_now * WEEK_DAYS
    return {
        "spent": amount(spent),
        "profit": value and amount(value.middle * spent),
        "surplus": value and amount(_week(case, value.middle)),
        "surplus_high": value and amount(_week(case, value.high)),
        "if_wrong": value and amount(max(_week(case, value.high), 0.0)),
    }


def _after_as_json(case: Case) -> dict[str, Any] | None:
    effect = case.made.effect
    if not case.is_proposal or effect is None:
        return None
    gained, today = _gained(case), _won(case, case.one.channel, case.one.spend_now)
    return {
        "to": [one.channel for one in _gainers(case)],
        "gained": _moved_as_json(gained),
        "today": today and _moved_as_json(today),
        "cpa": _change_as_json(effect.cpa),
        "cost_per_kept": effect.cost_per_kept and _change_as_json(effect.cost_per_kept),
    }


def _moved_as_json(of: Moved) -> dict[str, Any]:
    return {"users": round(of.users, PLACES), "kept": None if of.kept is None else round(of.kept, PLACES)}


def _change_as_json(of: Change) -> dict[str, float]:
    return {name: round(getattr(of, name), PLACES) for name in ("now", "after", "low", "high")}
