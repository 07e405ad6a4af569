"""The words of reports: every one of them is said somewhere."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

import opsctl
from opsctl.config import yaml
from opsctl.core.paths import shipped

PACKAGE = Path(opsctl.__file__).parent
OF_A_CHAPTER = "year."  # the review of a year says its own words without their prefix


@dataclass
class Said:
    """The texts of the program that may name a word: whole, with {fields}, and what is put behind another text."""

    texts: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    endings: set[str] = field(default_factory=set)

    def read(self, file: Path) -> None:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Constant(value=str(text)):
                    (self.endings if text.startswith(".") else self.texts).add(text)
                case ast.JoinedStr(values=[ast.Constant(value=str(first)), *_]) if re.match(r"[a-z_]+\.", first):
                    parts = (
                        re.escape(str(one.value)) if isinstance(one, ast.Constant) else ".+" for one in node.values
                    )
                    self.patterns.add("".join(parts))

    def says(self, key: str) -> bool:
        """Is a word named, as it is or by what is put behind its beginning?"""
        begins = [key.removesuffix(text) for text in self.endings if key.endswith(text)]
        return any(self._names(one) for one in (key, key.removeprefix(OF_A_CHAPTER), *begins))

    def _names(self, key: str) -> bool:
        return key in self.texts or re.fullmatch("|".join(sorted(self.patterns)), key) is not None


def test_there_is_no_word_that_nothing_says() -> None:
    catalog = yaml.read(shipped("configs/locales/en.yaml"), "en").value
    assert isinstance(catalog, dict)
    said = Said()
    for file in PACKAGE.rglob("*.py"):
        said.read(file)
    assert [key for key in catalog if not said.says(key)] == []
