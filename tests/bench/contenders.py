"""Who takes part: scripts in DuckDB, Polars and pandas, and every way in which opsctl answers."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.bench import answers, data
from tests.bench.timing import Contender, Failed, Step, Usage, measured, used

PEERS = Path(__file__).with_name("peers")
OURS = ("duckdb_best", "polars_best")
# Scripts beside the generator, and the largest scale on which each is worth the wait.
OTHERS = {"duckdb_hash": "L", "duckdb_naive": "M", "polars_lazy": "L", "pandas_typical": "S"}
OTHERS_CSV = {"duckdb_csv": "M"}
SCALES = ("S", "M", "L")
THREADS = "2"  # as many as the scripts give themselves
COMMAND = str(Path(sys.executable).with_name("opsctl"))
ENVIRONMENT = {"POLARS_MAX_THREADS": THREADS, "PYTHONPATH": str(data.ROOT), "OPSCTL_NO_CACHE": "1"}
# A store is built when it has given its first answer: that makes what the next ones use. So both are told as one, too.
INGEST, FIRST, BUILD = "opsctl ingest", "opsctl first", "opsctl build"
CACHED = {**ENVIRONMENT, "OPSCTL_NO_CACHE": ""}


class WrongAnswer(Exception):
    """Two contenders do not agree."""


@dataclass(frozen=True)
class Way:
    """A contender, the form that its data have, and whether it is a rival in DuckDB, by whose fastest all are told."""

    contender: Contender
    form: str
    duckdb: bool = False

    @property
    def name(self) -> str:
        """The contender's."""
        return self.contender.name


@dataclass
class Judge:
    """Holds the answers of everybody to those of the first."""

    reference: answers.Answers | None = field(default=None)

    def check(self, name: str, given: answers.Answers) -> None:
        """One more set of answers.

        Raises:
            WrongAnswer: They are not those of the first.
        """
        if self.reference is None:
            self.reference = given
        if found := answers.differences(self.reference, given):
            raise WrongAnswer(f"{name} answers differently: {len(found)} differences, such as {found[0]}")


def question(paths: Sequence[str], project: Path, as_of: str = data.AS_OF) -> list[str]:
    """The whole job as one command of opsctl; without paths it asks the store."""
    splits = [text for by in answers.SPLITS for text in ("--by", by)]
    metrics = ",".join(answers.METRICS)
    return [COMMAND, "query", metrics, *paths, "-C", str(project), *splits, "--as-of", as_of, "--json", "-q"]


def ingest(paths: Sequence[str], project: Path) -> list[str]:
    """The command that takes files into a project's store."""
    return [COMMAND, "ingest", *paths, "-C", str(project), "-q"]


@dataclass(frozen=True)
class Ways:
    """All contenders on the data of one scale; `work` is a folder for what they write."""

    of: data.Data
    work: Path
    judge: Judge = field(default_factory=Judge)

    def all(self) -> list[Way]:
        """In the order in which they run: the store is asked after it was built."""
        return [*self.scripts(), *self.bare(), *self.stored()]

    def scripts(self) -> Iterator[Way]:
        """The scripts that are there."""
        for form, arguments, others in (("parquet", (), OTHERS), ("csv", ("csv",), OTHERS_CSV)):
            if form == "csv" and not self.of.csv:
                continue
            for name in OURS:
                yield self._script(PEERS / f"{name}.py", form, arguments)
            for name, largest in others.items():
                script = data.BESIDE / "peers" / f"{name}.py"
                if script.is_file() and SCALES.index(self.of.scale) <= SCALES.index(largest):
                    yield self._script(script, form, ())

    def bare(self) -> Iterator[Way]:
        """Files and no store."""
        project = data.project(self.work / "bare")
        for form, paths in (("parquet", self.of.parquet), ("csv", self.of.csv)):
            if paths:
                asked = Step(question(data.paths(paths), project), ENVIRONMENT)
                yield self._asking(f"opsctl {form}", form, [asked])

    def stored(self) -> Iterator[Way]:
        """A store is filled and asked for the first time, again, once more with nothing new, and with one more day."""
        store, day = self.work / "store", self.work / "day"
        fill = Step(ingest(data.paths(self.of.parquet), store), ENVIRONMENT)
        yield Way(Contender(INGEST, [fill], lambda: data.project(store), lambda: None), "parquet")
        asked = Step(question([], store), ENVIRONMENT)
        yield self._asking(FIRST, "parquet", [asked])
        yield self._asking("opsctl store", "parquet", [asked])
        again = Step(question([], store), CACHED)
        yield self._asking("opsctl unchanged", "parquet", [again], lambda: used(again))
        more = Step(ingest(data.paths(self.of.last_day.parquet), day), ENVIRONMENT)
        daily = Step(question([], day), ENVIRONMENT)
        yield self._asking("opsctl one more day", "parquet", [more, daily], self._on_the_day_before)

    def _on_the_day_before(self) -> None:
        """A project that knows all days but the last and was asked about them; made once, copied after."""
        made, day = self.work / "made", self.work / "day"
        if not made.is_dir():
            used(Step(ingest(data.paths(self.of.but_last_day.parquet), data.project(made)), ENVIRONMENT))
            used(Step(question([], made, data.DAY_BEFORE), ENVIRONMENT))
        shutil.rmtree(day, ignore_errors=True)
        shutil.copytree(made, day)

    def _script(self, script: Path, form: str, arguments: Sequence[str]) -> Way:
        out = self.work / f"{script.stem}.{form}.json"
        step = Step([sys.executable, str(script), str(self.of.folder), str(out), *arguments], ENVIRONMENT)
        name = f"{script.stem} {form}" if arguments else script.stem

        def check() -> None:
            self.judge.check(name, answers.of_peer(out))

        contender = Contender(name, [step], lambda: out.unlink(missing_ok=True), check)
        return Way(contender, form, duckdb=script.stem.startswith("duckdb"))

    def _asking(self, name: str, form: str, steps: Sequence[Step], prepare: Callable[[], object] = lambda: None) -> Way:
        """A way whose last step answers."""
        out = self.work / f"{name.replace(' ', '_')}.json"

        def check() -> None:
            self.judge.check(name, answers.of_opsctl(out))

        return Way(Contender(name, [*steps[:-1], replace(steps[-1], out=out)], prepare, check), form)


def taking_part(ways: Sequence[Way]) -> tuple[list[Way], dict[str, str]]:
    """Who can run at all, each tried once, and why the others cannot.

    Raises:
        WrongAnswer: One of them answers something else than the others.
    """
    able, unable = [], {}
    for way in ways:
        try:
            measured(way.contender)
        except Failed as error:
            unable[way.name] = str(error)
        else:
            able.append(way)
    return able, unable


def with_build(found: Mapping[str, Sequence[Usage]]) -> dict[str, Sequence[Usage]]:
    """What was measured, and the building of the store as one."""
    parts = zip(found.get(INGEST, ()), found.get(FIRST, ()), strict=False)
    build = [ingested.then(answered) for ingested, answered in parts]
    return {**found, **({BUILD: build} if build else {})}


def rivals(ways: Sequence[Way]) -> dict[str, list[str]]:
    """For every way the scripts in DuckDB that read the same files."""
    found = {way.name: [one.name for one in ways if one.duckdb and one.form == way.form] for way in ways}
    return {**found, BUILD: found[OURS[0]]}
