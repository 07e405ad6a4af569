"""How a year's review says a number: with its unit, its change in the right words, one unit per column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from opsctl.config.settings import Settings
from opsctl.config.words import Words
from opsctl.core.period import Period
from opsctl.metrics.figure import Figure
from opsctl.metrics.metric import Metric, Shape
from opsctl.reports.calendar import day_of, span_of
from opsctl.reports.report import Form, Number
from opsctl.reports.scopes import EVERYBODY, Scope
from opsctl.reports.units import LARGE, SCALES, form_of, form_of_amount, formed
from opsctl.reports.year_end.figures import Pair, value_of

FLAT = 0.02  # a smaller change of a year's spend is called level
_SCOPES = frozenset({"all", "paid", "public", "private", "emerging", "organic", "shop"})
_UNSEEN = 0.0005  # what rounds to nothing


@dataclass(frozen=True, slots=True)
class Unit:
    """How the numbers of a column or a row are written, and what its title says of it."""

    form: Form
    label: str


@dataclass(frozen=True)
class Wording:
    """The words of one language, with the names that a project gives its channels."""

    words: Words
    settings: Settings
    code: str

    @property
    def chinese(self) -> bool:
        """Whether it is Chinese that is written."""
        return self.words.locale.startswith("zh")

    def say(self, key: str, **fields: object) -> str:
        """A sentence of the review."""
        return self.words.say(f"year.{key}", **fields)

    # --- names ------------------------------------------------------------------------------------------

    def channel(self, name: str) -> str:
        """What a reader calls a channel."""
        return self.settings.project.channel_name(name, self.words.locale)

    def names(self, channels: Iterable[str]) -> str:
        """Several channels in one sentence."""
        return self.listed([self.channel(name) for name in channels])

    def those(self, channels: Sequence[str]) -> str:
        """Several channels and, in Chinese, how many: 抖音、快手两家."""
        names = self.names(channels)
        return self.words.get(f"year.those.{len(channels)}", "{names}").format_map({"names": names})

    def them(self, channels: Sequence[str]) -> str:
        """Several channels that were named just before: 这两家; one, by its name."""
        return self.words.get(f"year.them.{len(channels)}", self.names(channels))

    def listed(self, texts: Sequence[str]) -> str:
        """Several things in one sentence."""
        return self._joined(texts, self.words["list.separator"], self.words["year.list.last"])

    def series(self, texts: Sequence[str]) -> str:
        """Several statements in one sentence, none of which has commas of its own."""
        return self._joined(texts, self.words["year.comma"], self.words["year.comma.last"])

    @staticmethod
    def _joined(texts: Sequence[str], between: str, last: str) -> str:
        return last.join(filter(None, (between.join(texts[:-1]), *texts[-1:])))

    def metric(self, metric: Metric) -> str:
        """What a reader calls a metric."""
        return self.words.get(f"year.metric.{metric.name}", metric.title(self.words.locale))

    def of(self, scope: Scope, metric: Metric) -> str:
        """A metric of a scope."""
        name = self.metric(metric)
        if scope == EVERYBODY:
            return self.say("of_everybody", metric=name)
        return self.say("of_scope", scope=self.scope(scope), metric=name)

    def scope(self, scope: Scope) -> str:
        """What a scope is called within a sentence."""
        name = scope.name(self.words)
        return name[:1].lower() + name[1:] if scope.key in _SCOPES else name

    def day(self, day: date) -> str:
        """A day without its year."""
        return day_of(day, self.words)

    def span(self, period: Period) -> str:
        """Days without their year."""
        return span_of(period, self.words)

    # --- numbers ----------------------------------------------------------------------------------------

    def money(self, amount: float) -> str:
        """An amount in the project's currency, large ones in 万 or k."""
        form = form_of_amount(amount, self.words.locale)
        key = "money.large" if form in SCALES else "money"
        return self.say(key, amount=formed(amount, form), currency=self.currency)

    @property
    def currency(self) -> str:
        """What the currency of the review is called."""
        return self.words.get(f"year.currency.{self.code}", self.code)

    def value(self, figure: Figure) -> str:
        """A figure with its unit; unknown: why."""
        value = value_of(figure)
        if value is None:
            return self.words[f"reason.{figure.reason.value}"] if figure.reason else "-"
        return self.worth(value, figure.metric)

    def worth(self, value: float, metric: Metric) -> str:
        """A value of a metric with its unit."""
        match metric.shape:
            case Shape.MONEY:
                return self.money(value)
            case Shape.PRICE:
                return self.say("money", amount=formed(value, Form.PRICE), currency=self.currency)
            case Shape.RATE | Shape.MULTIPLE:
                return formed(value, form_of(metric.shape))
            case _:
                return self.count(value, metric)

    def count(self, value: float, metric: Metric | None = None) -> str:
        """People, or orders, large numbers in 万."""
        unit = self.words.get(f"year.unit.{metric.name}", "") if metric else self.words["year.unit.acquisitions"]
        form = self._form_of_count(value)
        key = "count.large" if form in SCALES else "count"
        return self.say(key, count=formed(value, form), unit=unit).rstrip()

    def unit(self, metric: Metric, values: Iterable[float | None]) -> Unit:
        """How a column or row of one metric is written: in one unit, by the largest of its values."""
        most = max((abs(value) for value in values if value is not None), default=0.0)
        match metric.shape:
            case Shape.MONEY:
                form, unit = form_of_amount(most, self.words.locale), self.currency
                return Unit(form, self.say("money.unit.large", currency=unit) if form in SCALES else unit)
            case Shape.PRICE | Shape.RATE | Shape.MULTIPLE:
                return Unit(form_of(metric.shape), self.currency if metric.shape is Shape.PRICE else "")
            case _:
                form, unit = self._form_of_count(most), self.words.get(f"year.unit.{metric.name}", "")
                return Unit(form, self.say("count.unit.large", unit=unit) if form in SCALES else unit)

    def _form_of_count(self, most: float) -> Form:
        """People in 万 where they are many; in English always one by one."""
        return Form.TEN_THOUSANDS if self.chinese and abs(most) >= LARGE else Form.COUNT

    def titled(self, name: str, unit: Unit) -> str:
        """A name as a title, with its unit where it has one."""
        return capital(self.say("with_unit", name=name, unit=unit.label) if unit.label else name)

    def sentence(self, text: str) -> str:
        """A sentence with its first letter and its stop."""
        return self.say("sentence", text=capital(text))

    def clauses(self, texts: Sequence[str]) -> str:
        """Several statements as one sentence."""
        return self.sentence(self.words["year.clause"].join(texts))

    def sentences(self, texts: Iterable[str]) -> str:
        """Several statements, each a sentence."""
        return self.words["year.join"].join(map(self.sentence, texts))

    def month(self, number: int) -> str:
        """A month's name."""
        return self.words[f"year.month.{number}"]

    # --- changes ----------------------------------------------------------------------------------------

    def signed(self, pair: Pair) -> str | None:
        """A change as a table writes it: +12.4%, rates in points."""
        if pair.now.metric.shape is Shape.RATE:
            return None if pair.change is None else self.points(pair.change)
        return None if pair.relative is None else percent(pair.relative)

    def change(self, pair: Pair) -> Number | None:
        """A change as a cell of a column that has but one metric; of rates, in points."""
        if pair.now.metric.shape is Shape.RATE:
            return None if pair.change is None else Number(pair.change, Form.POINTS)
        return None if pair.relative is None else Number(pair.relative, Form.CHANGE)

    def change_title(self, metric: Metric) -> str:
        """What such a column is called."""
        return self.say("column.yoy.points" if metric.shape is Shape.RATE else "column.yoy")

    def points(self, difference: float) -> str:
        """A difference of rates with its sign."""
        return self.say("points", points=tidy(f"{difference * 100:+.1f}"))

    def moved(self, pair: Pair) -> str | None:
        """A change as prose tells it: 增长 12.4%, 提高 5.7 个百分点; None where it is not known."""
        shape = pair.now.metric.shape
        size = pair.change if shape is Shape.RATE else pair.relative
        if size is None:
            return None
        if pair.now.metric.name == "spend" and abs(size) < FLAT:
            return self.say("level", by=percent(size))
        return self.moved_by(size, shape)

    def moved_by(self, size: float, shape: Shape) -> str:
        """A change of some size in words."""
        if abs(size) < _UNSEEN:
            return self.say("same")
        by = self.say("by.points", points=f"{abs(size) * 100:.1f}") if shape is Shape.RATE else f"{abs(size):.1%}"
        return self.say(f"moved.{shape.value}.{'up' if size > 0 else 'down'}", by=by)

    def is_level(self, pair: Pair) -> bool:
        """Whether prose calls a change none: of a year's spend where it is small, of everything where it is unseen."""
        shape = pair.now.metric.shape
        size = pair.change if shape is Shape.RATE else pair.relative
        return size is not None and abs(size) < (FLAT if pair.now.metric.name == "spend" else _UNSEEN)

    def told(self, name: str, pair: Pair, before: str) -> str:
        """A metric in a sentence, beside what it was where that is known."""
        now, moved, metric = self.value(pair.now), self.moved(pair), pair.now.metric.name
        fields = {"name": name, "now": now, "since": before, "moved": moved}
        if moved is None or pair.before is None:
            return self._for(metric, "told").format_map(fields)
        key = "told.level" if self.is_level(pair) else "told.beside"
        return self._for(metric, key).format_map(fields | {"before": self.value(pair.before)})

    def _for(self, metric: str, key: str) -> str:
        """A template, where a language needs another one for a metric that one: people are, money is."""
        return self.words.get(f"year.{key}.{metric}", self.words[f"year.{key}"])

    def from_to(self, name: str, pair: Pair) -> str:
        """A metric that went from one value to another; where only one is known, that one."""
        if pair.values is None or pair.before is None:
            return self._for(pair.now.metric.name, "told").format_map({"name": name, "now": self.value(pair.now)})
        before, now = pair.values
        way = "up" if now > before else "down"
        key = f"from_to.{pair.now.metric.shape.value}.{way}"
        return self.words.get(f"year.{key}", self.words[f"year.from_to.{way}"]).format_map(
            {"name": name, "before": self.value(pair.before), "now": self.value(pair.now)}
        )


def capital(text: str) -> str:
    """A text that begins with a large letter, where its script has any."""
    return text[:1].upper() + text[1:]


def percent(part: float) -> str:
    """A relative change with its sign."""
    return tidy(f"{part:+.1%}")


def tidy(text: str) -> str:
    """A change that rounds to nothing has no sign."""
    return text if any(digit in text for digit in "123456789") else text.lstrip("+-")


def in_unit(value: float | None, unit: Unit) -> Number | None:
    """A number in the unit that its row's name says, also where a file carries it unrounded."""
    if value is None:
        return None
    scale = SCALES.get(unit.form)
    return Number(value / scale, Form.PRICE) if scale else Number(value, unit.form)


def number(figure: Figure | None, unit: Unit) -> Number | None:
    """A figure in the unit of its row."""
    return None if figure is None else in_unit(value_of(figure), unit)
