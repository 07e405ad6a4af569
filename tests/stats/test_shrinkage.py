"""Estimates drawn to each other as far as their noise deserves: published figures, hand arithmetic, and laws."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsctl.stats.shrinkage import Estimate, between, between_within, credible, towards_mean

# The log odds ratios of the 13 trials of BCG vaccine against tuberculosis (Colditz et al. 1994), whose variance between
# trials by DerSimonian and Laird is 0.366 (metafor: rma(ai, bi, ci, di, data=dat.bcg, measure="OR", method="DL")).
BCG = [
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
    (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232), (17, 1699, 65, 1600),
    (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
]  # fmt: skip

logs = st.floats(-3, 3)
variances = st.floats(0.001, 10)
groups = st.lists(st.tuples(logs, variances), min_size=1, max_size=12)


def test_the_variance_between_groups_by_hand() -> None:
    """Mean 1, Q = 2 x 1 / 0.5 = 4, one degree of freedom, scale 4 - 8 / 4 = 2: (4 - 1) / 2."""
    assert between([0.0, 2.0], [0.5, 0.5]) == 1.5


def test_the_variance_between_groups_of_unequal_noise_by_hand() -> None:
    """Weights 4, 2, 1 of values 0, 1, 3: mean 5/7, Q = (4 x 25 + 2 x 4 + 256) / 49, scale 7 - 21/7 = 4."""
    spread = (4 * 25 + 2 * 4 + 1 * 256) / 49
    assert between([0.0, 1.0, 3.0], [0.25, 0.5, 1.0]) == pytest.approx((spread - 2) / 4)


def test_the_published_figure_of_the_bcg_trials() -> None:
    values = [math.log(a * d / (b * c)) for a, b, c, d in BCG]
    noise = [sum(1 / count for count in trial) for trial in BCG]
    assert between(values, noise) == pytest.approx(0.366, abs=0.0005)


def test_groups_that_differ_less_than_chance_do_not_differ() -> None:
    assert between([0.9, 1.1], [1.0, 1.0]) == 0.0
    assert [one.mean for one in towards_mean([0.9, 1.1], [1.0, 1.0])] == pytest.approx([1.0, 1.0])


def test_one_group_alone_stays_where_it_is() -> None:
    (alone,) = towards_mean([0.7], [0.2])
    assert alone.mean == pytest.approx(0.7)
    assert alone.variance == pytest.approx(0.2)


def test_the_noisier_a_group_the_further_it_is_drawn_by_hand() -> None:
    """Between 1.5; each keeps 1.5 / 2 of its distance from 1, with 0.75 x 0.5 left and 1/16 of the mean's 1."""
    low, high = towards_mean([0.0, 2.0], [0.5, 0.5])
    assert (low.mean, high.mean) == (0.25, 1.75)
    assert low.variance == pytest.approx(0.75 * 0.5 + 0.25**2 * 1.0)


@given(groups)
def test_nobody_is_drawn_past_the_mean_or_away_from_it(of: list[tuple[float, float]]) -> None:
    values, noise = zip(*of, strict=True)
    drawn = towards_mean(values, noise)
    assert all(min(values) - 1e-9 <= one.mean <= max(values) + 1e-9 for one in drawn)
    assert all(0 < one.variance <= own + 1e-9 for one, own in zip(drawn, noise, strict=True) if len(values) == 1)
    spread = between(values, noise)
    assert all(
        one.variance <= max(own, 1 / sum(1 / (v + spread) for v in noise)) + 1e-9
        for one, own in zip(drawn, noise, strict=True)
    )


@given(groups, st.permutations(range(12)))
def test_the_order_of_groups_is_of_no_account(of: list[tuple[float, float]], order: list[int]) -> None:
    mixed = [at for at in order if at < len(of)]
    straight = towards_mean(*zip(*of, strict=True))
    turned = towards_mean(*zip(*(of[at] for at in mixed), strict=True))
    for place, at in enumerate(mixed):
        assert turned[place].mean == pytest.approx(straight[at].mean, abs=1e-9)


def test_members_differ_around_the_mean_of_their_own_group() -> None:
    """Two groups far apart, in each the members 2 apart: as if both were one pair."""
    pair, far = ([0.0, 2.0], [0.5, 0.5]), ([10.0, 12.0], [0.5, 0.5])
    assert between_within([pair, far]) == pytest.approx(between(*pair))
    assert between_within([pair, ([5.0], [0.1])]) == pytest.approx(between(*pair))


def test_what_is_usual_weighs_as_many_members_as_it_is_worth() -> None:
    """1.5 seen with one degree of freedom, 0.3 believed for three: (1.5 + 0.9) / 4."""
    assert between_within([([0.0, 2.0], [0.5, 0.5])], usual=0.3, usual_groups=3) == pytest.approx(0.6)
    assert between_within([], usual=0.3, usual_groups=3) == pytest.approx(0.3)
    assert between_within([]) == 0.0


def test_credibility_is_buhlmann_s_n_over_n_plus_k() -> None:
    """Of n users a variance of 4 / n, between members 0.1: k = 40."""
    for users in (10, 40, 360):
        found = credible(1.0, 4 / users, 0.1)
        assert found.mean == pytest.approx(users / (users + 40))
    assert credible(1.0, 0.5, 0.5) == Estimate(0.5, 0.25)
    assert credible(1.0, 0.5, 0.0) == Estimate(0.0, 0.0)
