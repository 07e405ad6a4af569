"""Verdicts: evidence becomes advice, or an explanation, with its uncertainty; one file per kind."""
