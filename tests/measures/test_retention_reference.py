"""Every definition of retention against a few plain lines of Python, on small random worlds."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.notation import every_figure, frame, of_frames, sides

few = settings(deadline=None, max_examples=60)  # each example answers 24 metrics
SHANGHAI = ZoneInfo("Asia/Shanghai")
STARTS = [date(2024, 1, 20), date(2023, 12, 20), date(2025, 1, 15), date(2025, 2, 14), date(2024, 6, 1)]
NUMBERS = [1, 7, 31]

Acquired = list[tuple[str, int]]  # user, day
Came = set[tuple[str, int]]
Meant = tuple[int, int | None, int]  # first, last (None: whatever was seen), matures


def shares(acquired: Acquired, came: Came, until: int, meant: Meant) -> tuple[int, int]:
    """Of the users whose day `matures` has been seen, those who came on a day from `first` to `last`."""
    first, last, matures = meant
    mature = [(user, day) for user, day in acquired if day + matures <= until]
    back = [
        1
        for user, day in mature
        if any(who == user and day + first <= on <= (until if last is None else day + last) for who, on in came)
    ]
    return len(back), len(mature)


def definitions(n: int) -> dict[str, Meant]:
    return {
        f"retention_d{n}": (n, n, n),
        f"retention_d{n}_onebased": (n - 1, n - 1, n - 1),
        f"retention_d{n}_within": (1, n, n),
        f"retention_d{n}_unbounded": (n, None, n),
        f"retention_d{n}_unbounded_30": (n, n + 30, n + 30),
        f"return_rate_{n}_{n + 22}": (n, n + 22, n + 22),
    }


user = st.sampled_from("abcdef")
day = st.integers(0, 75)


@few
@given(
    start=st.sampled_from(STARTS),
    acquired=st.lists(st.tuples(user, day), min_size=1, max_size=6),
    came=st.lists(st.tuples(user, day), max_size=25),
    until=day,
)
def test_every_definition_is_what_its_words_say(
    start: date, acquired: Acquired, came: list[tuple[str, int]], until: int
) -> None:
    def on(number: int) -> date:
        return start + timedelta(days=number)

    rows = {
        "acquisition": [{"user": user, "acquired_at": on(day), "channel": "A"} for user, day in acquired],
        "activity": [{"user": user, "at": on(day), "event": "open"} for user, day in came],
    }
    last_seen = min(until, max((day for _, day in came), default=-1))
    found = of_frames(
        {name: frame(name, each) for name, each in rows.items()},
        until=on(until),
        seen={"activity": on(last_seen)},
    )
    names = {name: meant for n in NUMBERS for name, meant in definitions(n).items()}
    figures = every_figure(found, list(names))[()]
    known = [(user, day) for user, day in acquired if day <= until]
    for name, meant in names.items():
        if not came:
            assert figures[name].reason == "not_supplied"
            continue
        expected = shares(known, set(came), last_seen, meant)
        one = figures[name]
        assert (one.users, one.mature) == (len(known), expected[1])
        assert one.value == (expected[0] / expected[1] if expected[1] else None)
        assert one.reason == (None if expected[1] else "immature" if known else "no_activity")


minute = st.integers(0, 5 * 24 * 60)


@few
@given(
    acquired=st.lists(st.tuples(user, minute), min_size=1, max_size=5),
    came=st.lists(st.tuples(user, minute), min_size=1, max_size=15),
    until=st.integers(0, 5),
    n=st.integers(0, 3),
)
def test_twenty_four_hours_are_counted_by_the_clock(
    acquired: list[tuple[str, int]], came: list[tuple[str, int]], until: int, n: int
) -> None:
    start = datetime(2024, 12, 30, tzinfo=SHANGHAI)
    one_day = 24 * 60

    def at(number: int) -> datetime:
        return start + timedelta(minutes=number)

    rows = {
        "acquisition": [{"user": user, "acquired_at": at(then), "channel": "A"} for user, then in acquired],
        "activity": [{"user": user, "at": at(then), "event": "open"} for user, then in came],
    }
    end = (until + 1) * one_day
    found = of_frames({name: frame(name, each) for name, each in rows.items()}, until=at(end - 1).date())
    one = every_figure(found, [f"retention_d{n}_24h"])[()][f"retention_d{n}_24h"]
    mature = [(user, then) for user, then in acquired if then < end and then + (n + 1) * one_day <= end]
    back = [
        1
        for user, then in mature
        if any(who == user and then + n * one_day <= at < then + (n + 1) * one_day for who, at in came)
    ]
    if not any(then < end for _, then in acquired):
        assert one.reason == "no_activity"
    elif not mature:
        assert one.reason == "immature"
    else:
        assert sides(one) == (len(back), len(mature))
