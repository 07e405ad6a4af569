"""What readers see: every report as HTML in both languages, looked at in a browser; run with `make gallery`.

Pictures are written for eyes; what a machine can judge fails: a message on the console, a request for anything,
a page wider than its window, text of a chart too small to read, a table that does not sort.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from opsctl.config.words import Words  # noqa: E402 - the tests are no installed package
from opsctl.render import Page, render  # noqa: E402
from tests.bench.browser import Browser, Tab, found  # noqa: E402
from tests.render.specimen import specimen  # noqa: E402

GALLERY = ROOT / "build" / "gallery"
LOCALES = ("zh-CN", "en")
COMMANDS = {
    "report": ("report", "sample_data/"),
    "report-month": ("report", "sample_data/", "--period", "2025-11"),
    "prune": ("prune", "sample_data/", "--as-of", "2025-06-30"),
    "why": ("why", "cpa", "sample_data/", "--period", "2025-12"),
    "year-end": ("year-end", "2025", "sample_data/"),
}
DESKTOP, PHONE = 1280, 390
UPRIGHT, ACROSS = 703, 1031  # pixels of A4 between its margins
SMALLEST = 9.5  # pixels of a chart's letters on a phone

TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
LETTERS = """Math.min(99, ...[...document.querySelectorAll("figure svg")].map(svg =>
    12 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width))"""
CUT = """[...document.querySelectorAll("FIGURES .scroll")]
    .filter(each => each.scrollWidth > each.clientWidth).length"""
UNSORTED = """[...document.querySelectorAll("thead th:not(.l)")].filter(head => {
    head.click();
    return [...head.closest("table").tBodies].filter(body => !body.className).some(body => {
        const values = [...body.rows].map(row => row.cells[head.cellIndex])
            .map(cell => parseFloat(cell.dataset.v ?? cell.textContent.replace(/,/g, "")));
        const known = values.filter(value => value === value);
        return known.some((value, at) => at && known[at - 1] < value) || values.slice(0, known.length).includes(NaN);
    });
}).length"""


def pages() -> Iterator[Path]:
    """Every report's page, written anew."""
    GALLERY.mkdir(parents=True, exist_ok=True)
    for locale in LOCALES:
        path = GALLERY / f"specimen.{locale}.html"
        path.write_text(render(specimen(locale), "html", Page(Words(locale))), encoding="utf-8", newline="\n")
        yield path
        for name, command in COMMANDS.items():
            path = GALLERY / f"{name}.{locale}.html"
            program = [sys.executable, "-m", "opsctl", *command, "--locale", locale, "--quiet", "-o", str(path)]
            subprocess.run(program, check=True, cwd=ROOT)
            yield path


def desktop(tab: Tab, page: Path) -> list[str]:
    """By day, on a wide screen; its tables are sorted once the picture is taken."""
    tab.open(page, width=DESKTOP)
    page.with_suffix(".desktop.png").write_bytes(tab.picture())
    return ["a table does not sort"] * bool(tab.run(UNSORTED))


def night(tab: Tab, page: Path) -> list[str]:
    """In the dark."""
    tab.open(page, width=DESKTOP, dark=True)
    page.with_suffix(".dark.png").write_bytes(tab.picture())
    return []


def phone(tab: Tab, page: Path) -> list[str]:
    """On a phone: what is too wide scrolls within the page, and nothing shrinks until it cannot be read."""
    tab.open(page, width=PHONE, phone=True)
    page.with_suffix(".phone.png").write_bytes(tab.picture())
    small = tab.run(LETTERS)
    return ["the page is wider than a phone"] * (tab.run(TOO_WIDE) > 0) + [f"letters of {small:.1f}px"] * (
        small < SMALLEST
    )


def paper(tab: Tab, page: Path) -> list[str]:
    """Printed from a dark screen: white all the same, and nothing cut off."""
    tab.open(page, width=DESKTOP, dark=True)
    page.with_suffix(".pdf").write_bytes(tab.paper())
    tab.print_to(UPRIGHT)
    cut = tab.run(CUT.replace("FIGURES", "figure:not(.across)"))
    tab.print_to(ACROSS)
    cut += tab.run(CUT.replace("FIGURES", "figure.across"))
    return ["something is wider than the paper"] * bool(cut)


LOOKS: tuple[Callable[[Tab, Path], list[str]], ...] = (desktop, night, phone, paper)


def wrong(browser: Browser, page: Path) -> list[str]:
    """What is wrong with a page, however it is looked at."""
    complaints: list[str] = []
    for look in LOOKS:
        tab = browser.tab()
        found = [*look(tab, page), *tab.said, *(f"wants {address}" for address in tab.wanted)]
        complaints += [f"{page.name}, {look.__name__}: {each}" for each in found]
        tab.close()
    return complaints


def main() -> int:
    """Write pages and pictures; 1 when something is wrong with one of them, 2 when there is no browser."""
    written = list(pages())
    program = found()
    if program is None:
        print(f"{len(written)} pages in {GALLERY.relative_to(ROOT)}; no Chromium on the path, so nobody looked at them")
        return 2
    with Browser(program) as browser:
        complaints = [each for page in written for each in wrong(browser, page)]
    print(f"{len(written)} pages and their pictures in {GALLERY.relative_to(ROOT)}", *complaints, sep="\n")
    return int(bool(complaints))


if __name__ == "__main__":
    sys.exit(main())
