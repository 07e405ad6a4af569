"""The page about one channel that is attached to an approval: the advice, what it rests on, and what was checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.errors import NoData
from opsctl.core.period import WEEK_DAYS, Period
from opsctl.ingest.loaded import Loaded
from opsctl.measures.known import Known
from opsctl.metrics.figure import Figure
from opsctl.reports.advice import REVIEW_DAYS, advice, because, move
from opsctl.reports.calendar import day_of, span_of
from opsctl.reports.findings import findings
from opsctl.reports.judged import check_named, judged
from opsctl.reports.plan import target_of
from opsctl.reports.prune_page import flips_of
from opsctl.reports.report import Cell, Column, Form, Lines, Number, Part, Report, Table, TableRow
from opsctl.reports.stop_case import Case, Won, case_of
from opsctl.reports.stop_json import data_of
from opsctl.reports.units import HARDLY, NEARLY_SURE, chance
from opsctl.verdicts.grounds import Basis, Beside, Check, State, accounts
from opsctl.verdicts.judgement import Judgement, Value, Verdict

MOST_NAMES = 4
MOVED = {Verdict.GROW, Verdict.TEST}
_FORMS = {"days": "{:.0f}", "usual": "{:.2f}", "lately": "{:.2f}", "gap": "{:+.0%}"}


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
    case = case_of(made, known, channel)
    _refuse_without_data(case)
    last = made.pruning.span.end
    number = f"{last:%G-W%V}-{channel}"
    return Report(
        title=words.say(f"stop.title.{case.kind}", channel=made.name(channel), number=number),
        status=words.say("prune.known", day=day_of(last, words)),
        as_of=known.evidence.as_of,
        period=made.pruning.span,
        parts=list(_parts(case, words)),
        data=data_of(case),
        inputs=loaded.inputs,
        notes=[*findings(loaded), *loaded.notes, *known.notes],
        answered=case.one.value is not None or case.basis is not None,
    )


def _refuse_without_data(case: Case) -> None:
    """Nobody signs away a channel on figures that may be half of the truth."""
    name, english = case.one.channel, Words("en")
    if case.one.verdict is Verdict.NO_DATA:
        told = "; ".join(because(why, english) for why in case.one.reasons)
        raise NoData(f"nothing can be advised of '{name}': {told}", hint="set that right, then ask again")
    data = next(check for check in case.checks if check.code == "data")
    if case.is_proposal and data.state is not State.PASSED:
        told = _told(data, case, english)
        raise NoData(
            f"no proposal is made for '{name}' on data that are not whole: {told}",
            hint="complete them, then ask again; opsctl prune shows the verdict as it stands",
        )


def _parts(case: Case, words: Words) -> Iterable[Part]:
    yield Lines(words["stop.advice"], _advised(case, words))
    yield Lines(words[f"stop.what.{case.kind}"], [_what(case, words)])
    if case.basis:
        yield Lines(words["stop.basis"], [_weeks(case.basis, words)])
        yield _table(case, case.basis, words)
    if case.one.value is not None and case.one.spend_now:
        yield Lines(words["stop.money"], [_money(case, case.one.value, words)])
        if case.missed is not None:
            wrong = _wrong(case, case.one.value.high, case.missed, words)
            yield Lines(words[f"stop.wrong.{case.kind}"], [wrong])
    yield Lines(words["stop.checked"], [_checked(case, check, words) for check in case.checks])
    if case.is_proposal:
        yield Lines(words[f"stop.after.{case.kind}"], _after(case, words))
    if flips := flips_of(case.made, case.one):
        yield Lines(words["stop.flips"], [words["list.or"].join(flips)])
    if case.is_proposal:
        review = day_of(case.made.pruning.span.end + timedelta(days=REVIEW_DAYS), words)
        yield Lines(words["stop.sign"], [words["stop.signed"], words.say("stop.done", review=review)])


def _advised(case: Case, words: Words) -> list[str]:
    """The move, the chance that it is wrong; and why, where the figures below do not say it."""
    one = case.one
    told = advice(one, words)
    if case.is_proposal or one.verdict in MOVED or one.verdict is Verdict.CUT:
        told = move(one, case.made.name(one.channel), case.made.pruning.span.end, words)
    likely = "" if one.p_below is None else _worth_it(1 - one.p_below, words)
    reasons = words["list.clause"].join(because(why, words) for why in one.reasons)
    return [words["stop.sentence"].join(filter(None, (told, likely))), *([] if case.kind == "cut" else [reasons])]


def _worth_it(likely: float, words: Words) -> str:
    """How likely it is worth its money, the ends of the scale in words."""
    told = chance(likely)
    key = {HARDLY: "stop.chance.none", NEARLY_SURE: "stop.chance.sure"}.get(told, "stop.chance")
    return words.say(key, chance=told)


def _what(case: Case, words: Words) -> str:
    """Whose accounts and how many campaigns it is about, and whether one of them would carry itself."""
    found = accounts(case.known.evidence, case.one.channel, case.span)
    named = words["list.separator"].join(found[:MOST_NAMES])
    told = words.say("stop.accounts", accounts=named, count=len(found)) if found else words["stop.no_accounts"]
    agencies = {one.account.agency for one in case.known.arrivals if case.one.channel in one.channels}
    if told_of := sorted(name for name in agencies if name):
        told += words.say("stop.agencies", agencies=words["list.separator"].join(told_of))
    campaigns = [one for one in case.made.pruning.campaigns if one.channel == case.one.channel and one.spend_now]
    if not campaigns:
        return words["list.clause"].join([told, words["stop.no_campaigns"]])
    best = max(campaigns, key=_middle)
    over = sum(_middle(one) >= case.made.pruning.line for one in campaigns)
    numbers = {"count": len(campaigns), "over": over, "days": case.made.settings.policy.value_days}
    name, value = case.made.campaign(best.campaign), f"{_middle(best):.2f}"
    key = "stop.campaigns" if over else "stop.campaigns.none"
    return words["list.clause"].join([told, words.say(key, best=name, value=value, **numbers)])


def _middle(of: Judgement) -> float:
    return of.value.middle if of.value else 0.0


# --- the basis --------------------------------------------------------------------------------------------


def _weeks(of: Basis, words: Words) -> str:
    weeks, span = of.span.days // WEEK_DAYS, span_of(of.span, words)
    return words.say("stop.weeks", weeks=weeks, span=span, users=f"{of.users:,}", day=of.day)


def _table(case: Case, of: Basis, words: Words) -> Table:
    columns = [
        Column("metric", words["stop.metric"], numeric=False),
        Column("own", case.made.name(case.one.channel)),
        Column("others", words.say("stop.others", count=len(of.others)), 1),
        Column("line", words["stop.line"], 2),
        Column("note", words["stop.note"], 3, numeric=False),
    ]
    return Table(columns, [TableRow(cells) for cells in _rows(case, of, words)], "basis")


def _rows(case: Case, of: Basis, words: Words) -> Iterable[Mapping[str, Cell]]:
    value, policy = case.one.value, case.made.settings.policy
    error = of.retention.own.error
    stray = "" if error is None else words.say("stop.error", error=f"{error * 100:.1f}")
    yield {
        "metric": words.say("prune.column.retention", day=of.day),
        "own": of.retention.own,
        "others": of.retention.others,
        "line": Number(_line(case, of.retention.own, float(policy.low_efficiency.line)), Form.RATE),
        "note": words["list.clause"].join(filter(None, (stray, _often(of.retention, words)))),
    }
    yield {
        "metric": words.say("stop.cost_per_kept", day=of.day),
        "own": of.cost.own,
        "others": of.cost.others,
        "line": Number(_line(case, of.cost.own, None), Form.PRICE),
        "note": _often(of.cost, words),
    }
    if value is not None:
        yield {
            "metric": words.say("stop.value", days=policy.value_days),
            "own": Number(value.middle, Form.MULTIPLE, value.low, value.high),
            "others": Number(case.others_value, Form.MULTIPLE),
            "line": Number(case.made.pruning.line, Form.MULTIPLE),
            "note": "",
        }


def _line(case: Case, of: Figure, otherwise: float | None) -> float | None:
    """The channel's own target of a metric, else that of everybody, else what policy says."""
    targets, span = case.made.settings.project.targets, case.span
    found = [target_of(targets, of.metric.name, span, name) for name in (case.one.channel, None)]
    return next((float(one) for one in found if one is not None), otherwise)


def _often(of: Beside, words: Words) -> str:
    """In how many of its weeks the channel was the worse one."""
    if not of.weeks:
        return ""
    side = "above" if of.own.metric.better == "lower" else "below"
    often = "every" if of.worse == of.weeks else "some" if of.worse else "never"
    return words.say(f"stop.{side}.{often}", worse=of.worse, weeks=of.weeks)


# --- money ------------------------------------------------------------------------------------------------


def _money(case: Case, value: Value, words: Words) -> str:
    spent = case.one.spend_now * WEEK_DAYS

    def side(number: float) -> str:
        way = "loses" if number < 0 else "gains"
        key = f"stop.{way}" if case.made.pruning.line == 1 else f"stop.{way}.line"
        return words.say(key, money=_amount(case, abs(number), words), line=f"{case.made.pruning.line:.2f}")

    return words.say(
        "stop.recovered",
        spent=_amount(case, spent, words),
        days=case.made.settings.policy.value_days,
        profit=_amount(case, value.middle * spent, words),
        middle=side(case.surplus(value.middle)),
        high=side(case.surplus(value.high)),
    )


def _wrong(case: Case, high: float, missed: float, words: Words) -> str:
    """What the proposal costs a week if the truth is at the upper end."""
    key = f"stop.missed.{case.kind}" if missed > 0 else f"stop.not_wrong.{case.kind}"
    line = f"{case.made.pruning.line:.2f}"
    return words.say(key, high=f"{high:.2f}", line=line, money=_amount(case, missed, words))


def _amount(case: Case, number: float, words: Words) -> str:
    currency = case.made.settings.project.currency
    return words.say("stop.amount", amount=f"{number:,.0f}", unit=words.get(f"unit.money.{currency}", currency))


# --- checks -----------------------------------------------------------------------------------------------


def _checked(case: Case, check: Check, words: Words) -> str:
    about = words[f"stop.check.{check.code}"]
    return words.say(f"stop.{check.state.value}", code=about, told=_told(check, case, words))


def _told(check: Check, case: Case, words: Words) -> str:
    numbers = {name: _FORMS.get(name, "{:.0%}").format(number) for name, number in check.numbers.items()}
    return words.say(f"stop.check.{check.code}.{check.reason or check.state.value}", weeks=case.weeks, **numbers)


# --- afterwards -------------------------------------------------------------------------------------------


def _after(case: Case, words: Words) -> list[str]:
    """Where the money goes, what it wins there, and what becomes of the headline figures; bad ones too."""
    today = case.today and words.say(
        "stop.today", channel=case.made.name(case.one.channel), users=f"{case.today.users:,.0f}"
    )
    goes = [_where_to(case, words), *([_with_kept(today, case.today, case, words)] if today and case.today else [])]
    headline = _headline(case, words)
    return [words["list.clause"].join(goes), *([headline] if headline else []), words["stop.plan"]]


def _where_to(case: Case, words: Words) -> str:
    gainers = case.gainers
    if not gainers:
        return words["stop.unspent"]
    names = words["list.separator"].join(case.made.name(one.channel) for one in gainers)
    money = _amount(case, case.moved * WEEK_DAYS, words)
    won = _won(case.gained, case, words) if case.gained else words["stop.won.unknown"]
    beyond = any(why.code == "beyond_seen" for one in gainers for why in one.reasons)
    seen = words["stop.beyond" if beyond else "stop.within"]
    told = words["stop.comma"].join([words.say("stop.moved", money=money, channels=names, won=won), seen])
    left = (case.freed - case.moved) * WEEK_DAYS
    rest = words.say("stop.rest", money=_amount(case, left, words)) if left >= 1 else ""
    return words["list.clause"].join(filter(None, (told, rest)))


def _won(of: Won, case: Case, words: Words) -> str:
    return _with_kept(words.say("stop.won", users=f"{of.users:,.0f}"), of, case, words)


def _with_kept(told: str, of: Won, case: Case, words: Words) -> str:
    if of.kept is None:
        return told
    kept = words.say("stop.staying", kept=f"{of.kept:,.0f}", day=case.made.settings.policy.low_efficiency.day)
    return words["stop.comma"].join([told, kept])


def _headline(case: Case, words: Words) -> str:
    """Cost per user and per kept user of all paid channels, before and after."""
    effect = case.made.effect
    if effect is None:
        return ""
    cost, kept = effect.cpa, effect.cost_per_kept
    key = "stop.cpa.rises" if effect.is_dearer else "stop.cpa"
    told = words.say(key, now=f"{cost.now:,.2f}", after=f"{cost.after:,.2f}")
    if kept is None:
        return told
    day = case.made.settings.policy.low_efficiency.day
    beside = words.say("stop.kept", day=day, now=f"{kept.now:,.1f}", after=f"{kept.after:,.1f}")
    return words["list.clause"].join([told, beside])
