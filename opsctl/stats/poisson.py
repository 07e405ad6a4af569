"""Poisson regression with prior beliefs and weeks that scatter beyond chance, by Newton's steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

ROUNDS = 4  # of fitting the curve and the noise in turn
STEPS = 40
CLOSE = 1e-10
WIDEST_STEP = 1.0


@dataclass(frozen=True, slots=True)
class Noise:
    """The usual scatter of an observation around its mean beyond chance, in logs, worth so many observations."""

    usual: float
    observations: float


def fitted(
    rows: Sequence[Sequence[float]], counts: Sequence[float], prior: Sequence[tuple[float, float]], noise: Noise
) -> tuple[list[float], list[list[float]]]:
    """The most probable coefficients of log E[count] = row . coefficients, and their covariance.

    Args:
        rows: One per count, as long as `prior`.
        counts: What was observed.
        prior: Each coefficient's mean and precision (1 / variance) before looking.
        noise: How far counts scatter beyond chance before looking.
    """
    design, observed = np.array(rows, dtype=float), np.array(counts, dtype=float)
    mean, precision = np.array([one[0] for one in prior]), np.diag([one[1] for one in prior])
    found, extra = mean.copy(), noise.usual**2
    curvature = precision
    for _ in range(ROUNDS):
        found, curvature = _mode(design, observed, (mean, precision), found, extra)
        extra = _extra_variance(observed, np.exp(design @ found), noise)
    covariance: list[list[float]] = np.linalg.inv(curvature).tolist()
    return [float(one) for one in found], covariance


def _mode(
    design: Floats, counts: Floats, prior: tuple[Floats, Floats], start: Floats, extra: float
) -> tuple[Floats, Floats]:
    """The most probable coefficients by Newton's steps, and the curvature there."""
    found = start
    curvature = prior[1]
    for _ in range(STEPS):
        mean = np.exp(design @ found)
        weight = 1 / (1 + extra * mean)
        slope = design.T @ ((counts - mean) * weight) - prior[1] @ (found - prior[0])
        curvature = design.T @ (design * (mean * weight)[:, None]) + prior[1]
        step = np.clip(np.linalg.solve(curvature, slope), -WIDEST_STEP, WIDEST_STEP)
        found = found + step
        if np.abs(step).max() < CLOSE:
            break
    return found, curvature


def _extra_variance(counts: Floats, mean: Floats, noise: Noise) -> float:
    """How much the counts scatter beyond chance, drawn to what is usual."""
    freedom = max(len(counts) - 2, 1)

    def too_much(extra: float) -> bool:
        return float(((counts - mean) ** 2 / (mean + extra * mean**2)).sum()) > freedom

    low, high = 0.0, 4.0
    for _ in range(50 if too_much(0.0) else 0):
        middle = (low + high) / 2
        low, high = (middle, high) if too_much(middle) else (low, middle)
    return (low * freedom + noise.usual**2 * noise.observations) / (freedom + noise.observations)
