"""JUnit XML, which every CI system shows: a suite per file, in it a case per check."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from opsctl.core.clean import clean
from opsctl.render import Page
from opsctl.reports.validation import Check, Place, Validation, check_of

_NOT_XML = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}  # the two letters that are no control characters and yet forbidden


def render(validation: Validation, page: Page) -> str:  # noqa: ARG001 - every writer is called alike
    """Each file's checks: passed, failed with what was found, or skipped for what came before."""
    places = validation.places()
    told = {account.file for account in validation.inputs} | {place.file for place in places}
    names = sorted(told | set(validation.uncounted))
    suites = [_suite(name, [place for place in places if place.file == name], validation) for name in names]
    root = ET.Element("testsuites", {"name": "opsctl validate", **_counted(suites)})
    root.extend(suites)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(file: str, places: Sequence[Place], validation: Validation) -> ET.Element:
    """The checks of one file; those after the one that refused it were never made."""
    suite = ET.Element("testsuite", {"name": _harmless(file)})
    refused = file in validation.refused
    over = file in validation.uncounted
    for check in Check:
        case = ET.SubElement(suite, "testcase", {"name": check.value, "classname": _harmless(file)})
        found = [place for place in places if check_of(place.code) is check]
        if found:
            codes = ", ".join(dict.fromkeys(place.code for place in found))
            failure = ET.SubElement(case, "failure", {"type": codes, "message": _harmless(found[0].told)})
            failure.text = "\n".join(_line(place) for place in found)
            over = over or refused
        elif over or (check is Check.TOTALS and _no_totals(file, validation)):
            ET.SubElement(case, "skipped")
    suite.attrib.update(_counted([suite]))
    return suite


def _no_totals(file: str, validation: Validation) -> bool:
    return not any(account.control for account in validation.inputs if account.file == file)


def _line(place: Place) -> str:
    where = f"{place.file}:{place.line}" if place.line is not None else place.file
    return _harmless(f"{where}: {place.code}: {place.told}")


def _harmless(text: str) -> str:
    return clean(text).translate(_NOT_XML)


def _counted(suites: Sequence[ET.Element]) -> dict[str, str]:
    kinds = (("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped"))
    found = {name: str(sum(len(suite.findall(f".//{tag}")) for suite in suites)) for name, tag in kinds}
    return {**found, "errors": "0"}
