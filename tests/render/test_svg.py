"""Charts show the numbers they were given, all of them and no others, however odd the data."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.config.words import Words
from opsctl.render.svg import draw, spark
from opsctl.render.svg.axis import Axis, shown_labels, ticks_of
from opsctl.render.svg.colour import BARS, DEEP, HEAT, INK, MUTED, ON_DEEP, PAPER, SERIES, night
from opsctl.render.svg.figures import short, ticks_written
from opsctl.render.svg.letters import LINE, shortened, width, wrapped
from opsctl.render.svg.line import apart
from opsctl.reports.chart import (
    BarChart,
    Chart,
    HeatMap,
    LineChart,
    Mark,
    Range,
    RangeChart,
    Scale,
    Series,
    Step,
    Waterfall,
)
from opsctl.reports.report import Sparkline
from tests.render.specimen import specimen

LOCALES = ("zh-CN", "en")
ZH, EN = Words("zh-CN"), Words("en")
CHARTS = [part for locale in LOCALES for part in specimen(locale).parts if isinstance(part, Chart)]
HOSTILE = "</svg><script>alert(1)</script>\"'&\x1b[31m\u202e]]>"
every_chart = pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: f"{type(chart).__name__} {chart.title[:12]}")
numbers = st.floats(-1e12, 1e12, allow_nan=False)
amounts = st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 4))


def drawn(chart: Chart, words: Words = EN) -> Element:
    """The picture, read by a strict reader."""
    return fromstring(draw(chart, words))  # noqa: S314 - it is our own


def texts(picture: Element) -> list[str]:
    return [element.text or "" for element in picture.iter("text")]


def marks(picture: Element, name: str) -> list[Element]:
    """What is painted in one of the colours of series."""
    keys = {f"f{colour.key}" for colour in (*SERIES, *BARS)} | {f"s{colour.key}" for colour in SERIES}
    return [element for element, painted in inherited(picture) if element.tag == name and painted & keys]


def inherited(element: Element, above: frozenset[str] = frozenset()) -> Iterator[tuple[Element, frozenset[str]]]:
    """Every element with the classes that reach it."""
    classes = above | frozenset(element.get("class", "").split())
    yield element, classes
    for child in element:
        yield from inherited(child, classes)


def attribute(element: Element, name: str) -> float:
    return float(element.get(name, "nan"))


# --- every chart ----------------------------------------------------------------------------------------


@every_chart
def test_it_says_in_words_what_it_shows(chart: Chart) -> None:
    picture = drawn(chart)
    assert [element.tag for element in picture][:2] == ["title", "desc"]
    assert (picture.findtext("title"), picture.get("role")) == (chart.title, "img")
    assert picture.findtext("desc")


@every_chart
def test_nothing_is_drawn_outside_of_it(chart: Chart) -> None:
    picture = drawn(chart)
    _, _, right, bottom = map(float, picture.get("viewBox", "").split())
    for element in picture.iter():
        places = [attribute(element, name) for name in ("x", "cx") if element.get(name)]
        heights = [attribute(element, name) for name in ("y", "cy") if element.get(name)]
        path = element.get("d", "")
        places += [float(x) for x in re.findall(r"[ML]([-\d.]+)", path)]
        heights += [float(y) for y in re.findall(r"[ML][-\d.]+ ([-\d.]+)", path)]
        assert all(0 <= x <= right for x in places), element.attrib
        assert all(0 <= y <= bottom for y in heights), element.attrib


@every_chart
def test_no_text_leaves_it_at_a_side(chart: Chart) -> None:
    picture = drawn(chart)
    right = float(picture.get("viewBox", "").split()[2])
    anchors = {id(child): group.get("text-anchor") for group in picture.iter("g") for child in group.iter("text")}
    for element in picture.iter("text"):
        anchor = element.get("text-anchor") or anchors.get(id(element)) or "start"
        wide = width(element.text or "")
        start = attribute(element, "x") - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        assert start >= -1, element.text
        assert start + wide <= right + 1, element.text


@every_chart
def test_it_is_the_same_each_time(chart: Chart) -> None:
    assert draw(chart, ZH) == draw(chart, ZH)


@every_chart
def test_what_it_is_painted_with_can_be_painted_anew_at_night(chart: Chart) -> None:
    for element in drawn(chart).iter():
        for name in ("fill", "stroke"):
            if element.get(name, "none") != "none":
                classes = [each for each in element.get("class", "").split() if each[0] == name[0]]
                assert any(f".{each}{{" in night() for each in classes), element.attrib


def named(name: str) -> list[Chart]:
    """Every kind of chart, all that can be named named so."""
    series = (Series(name, (1.0, None, 3.0)), Series(name, (None, None, None)))
    places = (name, name + "2", name + "3")
    return [
        LineChart(name, places, series, Scale.COUNT, (Mark(name, 0, 1), Mark(name, -5, 99), Mark(name, 7, 9)), 2.0),
        BarChart(name, places, series, Scale.MONEY),
        RangeChart(name, (Range(name, 1.0, 0.5, 2.0),), Scale.PRICE, 1.0),
        HeatMap(name, (name,), places, ((0.1, None, 0.3),), Scale.RATE),
        Waterfall(name, (name, 1.0), (Step(name, 0.5),), (name, 1.5), Scale.PRICE),
    ]


@pytest.mark.parametrize("kind", range(5))
@pytest.mark.parametrize("name", [HOSTILE, "", " ", "名" * 300, "a" * 300, "\n\t", "👩‍👩‍👧 e\u0301"])
def test_a_name_is_never_more_than_text(kind: int, name: str) -> None:
    picture = drawn(named(name)[kind])
    assert {element.tag for element in picture.iter()} <= {
        "svg", "title", "desc", "g", "path", "rect", "circle", "text",
    }  # fmt: skip
    assert "\x1b" not in draw(named(name)[kind], ZH)


@pytest.mark.parametrize(
    "chart",
    [
        LineChart("", (), (), Scale.RATE),
        LineChart("", ("a",), (Series("s", (None,)),), Scale.COUNT),
        LineChart("", ("a",), (Series("s", (0.0,)),), Scale.MONEY),
        BarChart("", (), (), Scale.RATE),
        BarChart("", ("a",), (Series("s", (0.0,)),), Scale.RATE),
        BarChart("", tuple(map(str, range(400))), (Series("s", (1.0,) * 400), Series("t", (2.0,) * 400)), Scale.COUNT),
        RangeChart("", (), Scale.PRICE),
        RangeChart("", (Range("a", 1.0, 1.0, 1.0),), Scale.PRICE),
        HeatMap("", (), (), (), Scale.RATE),
        HeatMap("", ("a",), ("b",), ((None,),), Scale.RATE),
        HeatMap("", ("a",), ("b",), ((0.2,),), Scale.RATE),
        Waterfall("", ("a", 0.0), (), ("b", 0.0), Scale.COUNT),
        Waterfall("", ("a", 5.0), (Step("c", -9.0), Step("d", 2.0)), ("b", -2.0), Scale.COUNT),
        Waterfall("", ("a", -0.106), (Step("c", 0.183),), ("b", 0.077), Scale.RATE),
        Waterfall("", ("a", -10.0), (Step("c", 0.5),), ("b", -9.5), Scale.PRICE),
    ],
)
def test_a_chart_of_little_or_much_is_still_a_chart(chart: Chart) -> None:
    for element in drawn(chart).iter("rect"):
        assert attribute(element, "width") >= 0
        assert attribute(element, "height") >= 0
    assert "nan" not in draw(chart, EN)


# --- axes -----------------------------------------------------------------------------------------------


@given(st.lists(numbers, max_size=6), st.integers(3, 9), st.booleans())
def test_ticks_cover_the_data_evenly_and_are_at_most_so_many(values: list[float], most: int, whole: bool) -> None:  # noqa: FBT001
    ticks = ticks_of(values, most=most, whole=whole)
    assert 2 <= len(ticks) <= most
    assert ticks[0] <= min(values, default=0)
    assert ticks[-1] >= max(values, default=0)
    steps = [b - a for a, b in pairwise(ticks)]
    assert max(steps) - min(steps) <= max(1e-6 * max(abs(tick) for tick in ticks), math.ulp(0.0))


@given(st.lists(amounts, min_size=2, max_size=2, unique=True))
def test_ticks_are_round_numbers(values: list[float]) -> None:
    exact = ticks_of(values)
    step = Fraction(f"{exact[1] - exact[0]:.6g}")
    while step < 1:
        step *= 10
    while step >= 10:
        step /= 10
    assert step in {1, 2, Fraction(5, 2), 5}
    assert all(abs(tick / (exact[1] - exact[0]) - round(tick / (exact[1] - exact[0]))) < 1e-3 for tick in exact)


@given(st.integers(0, 12))
def test_between_two_users_there_is_no_tick(most: int) -> None:
    assert all(tick == int(tick) for tick in ticks_of([0, most], whole=True))


@given(st.lists(numbers, min_size=1, max_size=6), st.sampled_from(Scale), st.sampled_from(LOCALES))
def test_every_tick_has_a_label_of_its_own(values: list[float], scale: Scale, locale: str) -> None:
    ticks = ticks_of(values, whole=scale is Scale.COUNT)
    labels = ticks_written(ticks, scale, Words(locale))
    if ticks[-1] - ticks[0] > 1e-5 * max(map(abs, ticks)) and ticks[-1] - ticks[0] > 1e-3:
        assert len(set(labels)) == len(ticks)


@pytest.mark.parametrize(
    ("values", "scale", "zh", "en"),
    [
        ([0, 0.3], Scale.RATE, "0% 10% 20% 30%", "0% 10% 20% 30%"),
        ([0.201, 0.209], Scale.RATE, "20.0% 20.2% 20.4% 20.6% 20.8% 21.0%", "20.0% 20.2% 20.4% 20.6% 20.8% 21.0%"),
        ([0, 45], Scale.PRICE, "0 10 20 30 40 50", "0 10 20 30 40 50"),
        ([0, 1.2], Scale.MULTIPLE, "0 0.25 0.50 0.75 1.00 1.25", "0 0.25 0.50 0.75 1.00 1.25"),
        ([0, 7_000], Scale.MONEY, "0 2,000 4,000 6,000 8,000", "0 2,000 4,000 6,000 8,000"),
        ([0, 55_000], Scale.MONEY, "0 2万 4万 6万", "0 20k 40k 60k"),
        ([0, 2_400_000], Scale.MONEY, "0 50万 100万 150万 200万 250万", "0 0.5M 1.0M 1.5M 2.0M 2.5M"),
        ([0, 180_000_000], Scale.COUNT, "0 0.5亿 1.0亿 1.5亿 2.0亿", "0 50M 100M 150M 200M"),
        ([-0.1, 0.1], Scale.RATE, "-10% -5% 0% 5% 10%", "-10% -5% 0% 5% 10%"),
    ],
)
def test_axes_are_written_as_the_language_writes_large_numbers(
    values: list[float], scale: Scale, zh: str, en: str
) -> None:
    ticks = ticks_of(values)
    written = [" ".join(ticks_written(ticks, scale, words)) for words in (ZH, EN)]
    assert written == [zh, en]


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0", "0"),
        (9_999, "9,999", "9,999"),
        (9_999.6, "1.00万", "10.0k"),
        (-48_291, "-4.83万", "-48.3k"),
        (99_999_999, "1.00亿", "100M"),
        (999_999, "100万", "1.00M"),
        (96_000_000, "9,600万", "96.0M"),
    ],
)
def test_a_label_is_as_short_as_its_language_has_it(value: float, zh: str, en: str) -> None:
    assert [short(value, Scale.MONEY, words) for words in (ZH, EN)] == [zh, en]


def test_the_first_month_gives_way_when_the_first_week_lies_in_the_year_before() -> None:
    labels = ["12月", *(f"{1 + week * 12 // 52}月" for week in range(51))]
    shown = shown_labels(labels, 13)
    assert [labels[at] for at in shown] == [f"{month}月" for month in range(1, 13)]
    assert shown[0] == 1


@given(st.lists(st.sampled_from(["1", "12月", "2025-01-06", "第52周"]), max_size=60), st.floats(1, 80))
def test_labels_never_touch(labels: list[str], step: float) -> None:
    shown = shown_labels(labels, step)
    assert bool(shown) == bool(labels)
    for one, other in pairwise(shown):
        assert (other - one) * step > (width(labels[one]) + width(labels[other])) / 2


@given(st.lists(st.floats(0, 200), max_size=12).map(sorted))
def test_names_at_the_right_keep_their_order_and_a_line_apart(wanted: list[float]) -> None:
    found = apart(wanted, LINE, 0, 200)
    assert all(b - a >= LINE - 1e-6 for a, b in pairwise(found))
    assert len(found) == len(wanted)
    if len(wanted) * LINE <= 200:
        assert all(-1e-6 <= place <= 200 + 1e-6 for place in found)
    if all(b - a >= LINE for a, b in pairwise(wanted)):
        assert found == pytest.approx(wanted)


# --- each kind ------------------------------------------------------------------------------------------


def line(*values: float | None, scale: Scale = Scale.PRICE) -> LineChart:
    return LineChart("t", tuple(f"{at}" for at in range(len(values))), (Series("s", values),), scale)


def test_a_gap_stays_a_gap() -> None:
    (path,) = [each for each in marks(drawn(line(*[5.0] * 20, None, *[6.0] * 20)), "path") if each.get("fill")]
    assert path.get("d", "").count("M") == 2
    assert len(re.findall(r"[ML]", path.get("d", ""))) == 40


def test_a_value_between_two_gaps_is_a_dot() -> None:
    picture = drawn(line(*[5.0] * 20, None, 7.0, None, *[6.0] * 20))
    assert len(marks(picture, "circle")) == 2  # it, and the end of the line


def test_a_line_is_named_where_it_ends_with_its_last_known_value() -> None:
    assert "s 7.25" in texts(drawn(line(5.0, 7.25, None)))
    assert "s -" in texts(drawn(line(None, None)))


def test_a_line_far_above_zero_is_not_flattened_and_one_near_it_starts_at_zero() -> None:
    assert "0" not in texts(drawn(replace(line(30.0, 33.0), places=("a", "b"))))
    assert "0" in texts(drawn(replace(line(3.0, 33.0), places=("a", "b"))))


def test_a_stretch_is_shaded_from_its_first_place_to_its_last() -> None:
    chart = replace(line(*[1.0] * 10), marks=(Mark("618", 2, 4),))
    picture = drawn(chart)
    (band,) = picture.iter("rect")
    (path,) = [each for each in marks(picture, "path") if each.get("fill")]
    points = [float(x) for x in re.findall(r"[ML]([\d.]+)", path.get("d", ""))]
    step = points[1] - points[0]
    assert attribute(band, "x") == pytest.approx(points[2] - step / 2, abs=0.2)
    assert attribute(band, "width") == pytest.approx(3 * step, abs=0.5)
    assert "618" in texts(picture)


def test_the_target_is_named_with_its_value() -> None:
    assert "目标 30.00" in texts(drawn(replace(line(1.0, 2.0), target=30.0), ZH))


def bars(*values: float | None) -> BarChart:
    return BarChart("t", tuple(f"p{at}" for at in range(len(values))), (Series("s", values),), Scale.COUNT)


def test_bars_are_as_long_as_their_values() -> None:
    heights = [attribute(each, "height") for each in marks(drawn(bars(10, 20, 5)), "rect")]
    assert heights == pytest.approx([heights[1] / 2, heights[1], heights[1] / 4], abs=0.1)


def test_what_is_unknown_is_a_dash_and_no_bar() -> None:
    picture = drawn(bars(10, None, 5))
    assert len(marks(picture, "rect")) == 2
    assert texts(picture).count("-") == 1


def test_bars_below_zero_hang_from_where_the_others_stand() -> None:
    up, down = marks(drawn(bars(10, -10)), "rect")
    assert attribute(up, "y") + attribute(up, "height") == pytest.approx(attribute(down, "y"), abs=0.1)


def test_every_bar_has_its_value_or_none_has() -> None:
    few, many = drawn(bars(*range(1, 8))), drawn(bars(*(1000 + at for at in range(60))))
    assert set(texts(few)) >= set("1234567")
    assert "1,037" not in texts(many)


def test_a_range_is_written_beside_it_and_the_line_that_decides_is_named() -> None:
    chart = RangeChart("t", (Range("a", 1.31, 1.18, 1.45),), Scale.MULTIPLE, line=1.0)
    picture = drawn(chart, ZH)
    assert {"1.31 (1.18-1.45)", "达标线 1.00"} <= set(texts(picture))
    (dot,) = marks(picture, "circle")
    (whisker,) = marks(picture, "path")
    low, high = (float(x) for x in re.findall(r"M([\d.]+) [\d.]+v", whisker.get("d", "")))
    assert (attribute(dot, "cx") - low) / (high - low) == pytest.approx((1.31 - 1.18) / (1.45 - 1.18), abs=0.01)


def test_a_cell_that_is_not_known_is_blank_and_the_others_hold_their_value() -> None:
    chart = HeatMap("t", ("a", "b"), ("1", "2"), ((0.4, 0.201), (0.35, None)), Scale.RATE)
    picture = drawn(chart)
    assert sum(path.get("d", "").count("z") for path in picture.iter("path")) == 3
    assert {"40.0%", "20.1%", "35.0%"} <= set(texts(picture))
    assert "-" not in texts(picture)


def test_a_higher_cell_is_never_paler() -> None:
    values = tuple(at / 40 for at in range(41))
    picture = drawn(HeatMap("t", ("a",), tuple(map(str, range(41))), (values,), Scale.RATE))
    places = [re.findall(r"M([\d.]+)", each.get("d", "")) for each in picture.iter("path")]
    assert [each.get("class") for each in picture.iter("path")] == [f"f{colour.key}" for colour in HEAT]
    assert [float(x) for shade in places for x in shade] == sorted(float(x) for shade in places for x in shade)


@given(st.floats(-100, 100), st.lists(st.floats(-50, 50), max_size=9))
def test_the_steps_of_a_waterfall_add_up_to_its_end(start: float, changes: list[float]) -> None:
    end = start + sum(changes)
    chart = Waterfall(
        "t", ("a", start), tuple(Step(f"s{at}", each) for at, each in enumerate(changes)), ("b", end), Scale.PRICE
    )
    (joined,) = [each for each in drawn(chart).iter("path") if each.get("stroke-dasharray")]
    levels = [float(y) for y in re.findall(r"M[\d.]+ ([\d.-]+)H", joined.get("d", ""))]
    rects = list(drawn(chart).iter("rect"))
    first, last = rects[0], rects[-1]
    edges = [attribute(last, "y"), attribute(last, "y") + attribute(last, "height")]
    assert len(rects) == len(changes) + 2
    assert len(levels) == len(changes) + 1
    assert min(abs(levels[-1] - edge) for edge in edges) <= 1.1
    assert (
        min(
            abs(levels[0] - edge)
            for edge in (attribute(first, "y"), attribute(first, "y") + attribute(first, "height"))
        )
        <= 1.1
    )


def test_steps_are_written_with_their_sign_and_rates_in_points() -> None:
    prices = Waterfall("t", ("a", 32.8), (Step("x", -6.6), Step("y", 1.0)), ("b", 27.2), Scale.PRICE)
    rates = Waterfall("t", ("a", 0.202), (Step("x", 0.092),), ("b", 0.294), Scale.RATE)
    assert texts(drawn(prices))[:4] == ["32.80", "-6.60", "+1.00", "27.20"]
    assert texts(drawn(rates, ZH))[:3] == ["20.2%", "+9.2点", "29.4%"]


def test_small_steps_of_a_large_value_are_seen_and_the_cut_foot_is_too() -> None:
    small = Waterfall("t", ("a", 1000.0), (Step("x", 5.0),), ("b", 1005.0), Scale.PRICE)
    whole = Waterfall("t", ("a", 10.0), (Step("x", 50.0),), ("b", 60.0), Scale.PRICE)
    cuts = [sum(each.get("class") == f"s{PAPER.key}" for each in drawn(one).iter("path")) for one in (small, whole)]
    assert cuts == [2, 0]
    assert attribute(list(drawn(small).iter("rect"))[1], "height") > 50


def test_a_sparkline_has_its_gaps_and_its_newest_value_marked() -> None:
    picture = fromstring(spark.draw(Sparkline((1.0, 2.0, None, 3.0, 4.0)), "n"))  # noqa: S314 - it is our own
    assert picture[0].get("d", "").count("M") == 2
    assert len(list(picture.iter("circle"))) == 1


# --- colours and letters --------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_text_can_be_read_and_every_line_be_seen(mode: str) -> None:
    paper = getattr(PAPER, mode)
    assert min(contrast(getattr(each, mode), paper) for each in (INK, MUTED)) >= 4.5
    assert min(contrast(getattr(each, mode), paper) for each in SERIES) >= 3
    for at, ground in enumerate(HEAT):
        ink = ON_DEEP if at >= DEEP else INK
        assert contrast(getattr(ground, mode), getattr(ink, mode)) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_heat_goes_one_way(mode: str) -> None:
    shades = [luminance(getattr(ground, mode)) for ground in HEAT]
    assert shades == sorted(shades, reverse=mode == "light")


@given(st.text(max_size=40), st.floats(0, 300))
def test_a_shortened_name_fits_or_is_only_its_mark(name: str, room: float) -> None:
    assert width(shortened(name, room)) <= room or shortened(name, room) == "…"


@given(st.text(st.sampled_from("ab 渠道（）m"), max_size=60), st.floats(30, 200), st.integers(1, 4))
def test_a_wrapped_name_fits_and_loses_nothing_but_blanks_unless_it_says_so(name: str, room: float, most: int) -> None:
    lines = wrapped(name, room, most)
    assert len(lines) <= most
    if not any(line.endswith("…") for line in lines):
        assert "".join(lines).replace(" ", "") == name.replace(" ", "")


def test_an_axis_puts_its_ends_where_it_was_told() -> None:
    axis = Axis((10.0, 20.0), 200.0, 0.0)
    assert [axis.at(value) for value in (10, 15, 20)] == [200, 100, 0]
