"""Uncertainty as pure functions of counts: intervals, dispersion, posteriors. No table and no metric is known here."""
