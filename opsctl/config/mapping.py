"""What a mapping may say: how one export of one platform becomes rows of one canonical table.

The language is closed and has no expressions: what it cannot say is a new key here, not a program in YAML.
"""

from __future__ import annotations

import re
from collections import abc
from decimal import Decimal
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from opsctl.config.kinds import Currency, Encoding, Flag, Names, Pattern, Text, Whole, Zone, one_or_more
from opsctl.config.strict import Strict, said, told
from opsctl.core.naming import nearest

TableName: TypeAlias = Literal["spend", "acquisition", "activity", "order", "cohort"]
DateOrder: TypeAlias = Literal["ymd", "mdy", "dmy"]
DecimalMark: TypeAlias = Literal[".", ","]
Basis: TypeAlias = Literal["event", "click", "billing"]

EMPTY = "empty"  # in `where`, a cell with nothing in it
UNITS: abc.Mapping[str, Decimal] = {
    "fen": Decimal("0.01"),
    "wan": Decimal(10_000),
    "seconds": Decimal(1),
    "millis": Decimal("0.001"),
    "micros": Decimal("0.000001"),
    "percent": Decimal("0.01"),
    "ratio": Decimal(1),
}
_SOURCES = ("from", "const", "sum", "text", "file", "first_of", "days_to", "days_after_start")
_FIELD = re.compile(r"\{([^{}]+)\}")
_CURRENCY = re.compile(r"[A-Z]{3}")


def _unit(value: str) -> str:
    if value in UNITS or _CURRENCY.fullmatch(value):
        return value
    close = nearest(value, UNITS)
    known = ", ".join(UNITS)
    raise said("is no unit", f"did you mean '{close}'?" if close else f"a currency such as CNY, or {known}")


def _template(value: str) -> str:
    if _FIELD.search(value) and not re.search(r"[{}]", _FIELD.sub("", value)):
        return value
    raise said("names no column", "write the names in braces, such as '{日期} {时间}'")


def _delimiter(value: str) -> str:
    if len(value) == 1:
        return value
    raise said("is not one character", r'write a tab as "\t", in double quotes')


# In brackets a tag is never taken for a key of the file.
def _bases_tag(value: Any) -> str:
    return "<each>" if isinstance(value, dict) else "<one>"


Bases = Annotated[
    Annotated[Basis, Tag("<one>")] | Annotated[dict[Text, Basis], Tag("<each>")], Discriminator(_bases_tag)
]


class FileText(Strict):
    """A value that stands outside the rows: in the lines above the header, or in the file's name."""

    preamble: Pattern | None = Field(None, description="A pattern over each line above the header.")
    name: Pattern | None = Field(None, description="A pattern over the folder's and the file's name.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.preamble is None) == (self.name is None):
            raise told("says where in the file by one of preamble, name")
        return self


class When(Strict):
    """In which rows a column has a value: by the word that another column has there, such as an order's status.

    Its words are all known: a row with any other is rejected, since nobody can tell what it means.
    """

    column: Names = Field(description="The column of words, today's name first.")
    holds: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(
        alias="is", description="The words of rows that have the value; `empty` for nothing."
    )
    lacks: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(
        alias="is_not", description="The words of rows that do not."
    )


class Column(Strict):
    """Where the values of one canonical column come from: exactly one of its first eight keys."""

    names: Names | None = Field(None, alias="from", description="The column's name, today's first.")
    first_of: Annotated[tuple[Text, ...], Field(min_length=2)] | None = Field(
        None, description="Columns of which a row's value is that of the first it fills."
    )
    const: Text | None = Field(None, description="The same value in every row.")
    sum: Annotated[tuple[Text, ...], Field(min_length=2)] | None = Field(
        None, description="Columns whose numbers are added."
    )
    text: Annotated[str, AfterValidator(_template)] | None = Field(
        None, description="A text built of columns, such as '{日期} {小时}:00'."
    )
    file: FileText | None = Field(None, description="From the lines above the header, or the file's name.")
    days_to: Names | None = Field(
        None, description="For offset: the column of a date; the days from the row's `day` to it."
    )
    days_after_start: Names | None = Field(
        None, description="For day: the column of a number; the day so many days after the first of the file's period."
    )
    year: Literal["file"] | None = Field(
        None, description="For a day without a year, with from: `file`, the year that puts it into the file's period."
    )
    unit: Annotated[str, AfterValidator(_unit)] | None = Field(
        None,
        description="The unit of the file: a currency, fen, wan, micros; percent or ratio of the users; "
        "seconds, millis or micros since 1970.",
    )
    when: When | None = Field(None, description="Which rows have it, by the word of another column.")
    if_empty: Text | None = Field(None, description="Of a text: what stands for a cell with nothing in it.")
    zone: Zone | None = Field(None, description="The time zone of the moments in this column.")
    basis: Bases | None = Field(
        None, description="The day on which conversions are booked; one for all names, or one for each."
    )
    optional: Flag = Field(default=False, description="Whether a file without it is still this export.")

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, value: Any) -> Any:
        if value is None:
            raise said("names no column of the file")
        return {"from": value} if isinstance(value, str | list) else value

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [source for source in _SOURCES if self._source(source) is not None]
        if self.year is not None and given != ["from"]:
            raise told("says a year, but no column of days without one", "write it beside 'from'")
        if len(given) == 1:
            return self
        if given:
            raise told(f"says both {' and '.join(given)}", "keep one")
        raise told("says nothing of where its values come from", f"write one of {', '.join(_SOURCES)}")

    def _source(self, name: str) -> object:
        return getattr(self, "names" if name == "from" else name)

    @property
    def needs_period(self) -> bool:
        """Whether its days are whole only with the period that the file is of."""
        return self.days_after_start is not None or self.year is not None

    @property
    def as_it_stands(self) -> bool:
        """Whether its values are cells of the file that nothing else has a say in."""
        return (
            self.text is None
            and self.first_of is None
            and not self.needs_period
            and self.when is None
            and self.if_empty is None
        )

    @property
    def looked_for(self) -> tuple[tuple[str, ...], ...]:
        """The columns of the file it needs; for each, its possible names, today's first.

        Examples:
            >>> Column.model_validate(["消耗", "总花费"]).looked_for
            (('消耗', '总花费'),)
            >>> Column.model_validate({"text": "{日期} {小时}"}).looked_for
            (('日期',), ('小时',))
        """
        names = next((one for one in (self.names, self.days_to, self.days_after_start) if one is not None), None)
        if names is not None:
            return (names,)
        found = self.sum or self.first_of or _FIELD.findall(self.text or "")
        return tuple((name,) for name in found)


class Preamble(Strict):
    """Patterns over the lines above the header; the first group, or the whole, is the value."""

    period: Pattern | None = Field(None, description="The day or days that the file covers.")
    account: Pattern | None = Field(None, description="The account's name or id.")
    currency: Pattern | None = Field(None, description="The currency of its money.")


class FileName(Preamble):
    """Patterns over the folder's and the file's name, for exports that carry no such column."""

    channel: Pattern | None = Field(None, description="The channel's id, name or alias.")
    product: Pattern | None = Field(None, description="The product.")


class FileShape(Strict):
    """How to know a file of this export, and how it is written."""

    header_has: Names = Field((), description="Names that all must be in the header.")
    header_lacks: tuple[Text, ...] = Field((), description="Names of which none is in its header.")
    rows_have: dict[Text, Text] = Field(
        {}, description="Where two exports have one header: columns and the value that every row of this one has."
    )
    total_rows: tuple[Text, ...] = Field((), description="The first words of rows that hold totals.")
    cap: Annotated[tuple[Whole, ...], BeforeValidator(one_or_more)] = Field(
        (), description="How many rows the platform exports at most: a file with just as many was cut off."
    )
    incomplete: Pattern | None = Field(
        None, description="A pattern over the lines above the header: where one has it, data may be missing."
    )
    preamble: Preamble = Field(Preamble(), description="What the lines above the header tell.")
    name: FileName = Field(FileName(), description="What the file's name tells.")
    encoding: Encoding | None = Field(None, description="Such as gb18030; unset: found out.")
    delimiter: Annotated[str, AfterValidator(_delimiter)] | None = Field(
        None, description="The character between cells; unset: found out."
    )


class Drop(Strict):
    """Rows that are no data; they are counted under their reason."""

    where: Annotated[dict[Text, str], Field(min_length=1)] = Field(
        description="Columns and the value that all of them must have; `empty` for nothing."
    )
    reason: Text = Field(description="What these rows are, such as 'test order'.")


class Rows(Strict):
    """Which rows of the file are not rows of the table."""

    drop: tuple[Drop, ...] = Field((), description="Rules; a row that meets one is dropped and counted.")
    each: Literal["item"] | None = Field(
        None, description="Of table order, where each row is an item: the items of one order are added up."
    )


class MeltedColumn(Strict):
    """One canonical column that the file spreads over many."""

    names: Annotated[dict[Text, Names], Field(min_length=1)] = Field(
        alias="from", description="For each value of the melted key, the column's names, today's first."
    )
    unit: Annotated[str, AfterValidator(_unit)] | None = Field(None, description="As in a column.")


class Melt(Strict):
    """A wide table made long: 次日留存, 3日留存, 7日留存 become rows with offset 1, 3, 7."""

    into: Text = Field(description="The canonical column that tells the melted columns apart.")
    columns: Annotated[dict[Text, MeltedColumn], Field(min_length=1)] = Field(
        description="The canonical columns that are spread."
    )

    @property
    def keys(self) -> tuple[str, ...]:
        """Every value of the melted key, in the order in which they are written."""
        return tuple(dict.fromkeys(key for column in self.columns.values() for key in column.names))


class Summary(Strict):
    """What the numbers of a table of cohorts mean; its source fixed them, so they must be said."""

    day_base: Whole = Field(description="Its source's number for the day of acquisition: 0 or 1.", le=1)
    day_unit: Literal["calendar", "24h", "week"] = Field(
        description="Local dates, 24 hours from the acquisition, or whole weeks."
    )
    amounts: Literal["daily", "cumulative"] = Field(description="Whether day N is of that day, or up to it.")


class Example(Strict):
    """A small file of this export and the rows it becomes: the proof that the mapping reads it."""

    name: Text = Field("example.csv", description="The file's name, where the mapping reads it.")
    export: Text = Field(description="The lines of the file.")
    becomes: tuple[dict[Text, str | None], ...] = Field(description="The canonical rows.")


class Export(Strict):
    """One format that a platform exports."""

    report: str = Field("", description="What the platform calls this export.")
    table: TableName = Field(description="The canonical table that its rows become.")
    file: FileShape = Field(FileShape(), description="How to know such a file.")
    breakdown: Text | None = Field(None, description="The finest thing a row is about, such as ad_group.")
    columns: dict[Text, Column] = Field(description="For each canonical column, where its values come from.")
    attributes: dict[Text, Names] = Field({}, description="Further properties of a new user, to group by.")
    rows: Rows = Field(Rows(), description="Rows to leave out.")
    nulls: tuple[str, ...] = Field((), description="What stands for a missing value, beside an empty cell.")
    timezone: Zone | None = Field(None, description="The zone of its days and moments; unset: the source's.")
    currency: Currency | None = Field(None, description="The currency of its money; unset: the source's.")
    decimal: DecimalMark | None = Field(None, description="The decimal mark; unset: found out for the file.")
    dates: DateOrder | None = Field(None, description="The order of day, month and year; unset: found out.")
    melt: Melt | None = Field(None, description="How a wide table becomes a long one.")
    summary: Summary | None = Field(None, description="For table cohort: what its numbers mean.")
    example: Example | None = Field(None, description="A file and its rows.")

    @model_validator(mode="after")
    def _fits_its_table(self) -> Self:
        if self.table == "cohort" and self.summary is None:
            raise told("'summary' is missing", "say day_base, day_unit and amounts")
        if self.attributes and self.table != "acquisition":
            raise told("only the table acquisition has attributes", at=("attributes",))
        if self.rows.each is not None and self.table != "order":
            raise told("only the table order is of items", at=("rows", "each"))
        return self


class Platform(Strict):
    """A platform, and the formats that it exports."""

    platform: Text = Field(description="Its id, such as oceanengine.")
    exports: Annotated[tuple[Export, ...], Field(min_length=1)] = Field(description="One entry per format.")

    @model_validator(mode="before")
    @classmethod
    def _single_export(cls, value: Any) -> Any:
        """One export may stand alone, without a list around it."""
        if not isinstance(value, dict) or "exports" in value or "table" not in value:
            return value
        entry = {key: below for key, below in value.items() if key != "platform"}
        return {"platform": value.get("platform") or "project", "exports": [entry]}

    @field_validator("exports")
    @classmethod
    def _told_apart(cls, exports: tuple[Export, ...]) -> tuple[Export, ...]:
        """Of several exports, one without a name goes by its table."""
        if len(exports) == 1:
            return exports
        return tuple(one if one.report else one.model_copy(update={"report": one.table}) for one in exports)
