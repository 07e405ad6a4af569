"""opsctl: channel performance from the exports of ad platforms, apps, shops and WeCom.

One data flow; every arrow is a package below, and imports point down this list only::

    cli       one file per command: parse, call, write, exit
    render    one file per output format: Report -> bytes
    reports   one file per report -> Report
    verdicts  evidence -> advice with its doubt; why a figure moved
    metrics   one file per metric: a formula over measures, its words, its worked example
    measures  days, purchases and day sums, and the families of totals over them
    store     what a project keeps between runs, and the key of its personal ids
    ingest    bytes -> text rows -> canonical tables, with an account that adds up
    config    opsctl.yaml, mappings, policy, words: strict YAML -> values
    schemas   one file per canonical table: a pydantic model that is also its polars check
    stats     intervals, posteriors, decompositions, fits: pure functions of numbers
    core      errors, money, days and periods, paths
"""

__version__ = "0.1.0"
