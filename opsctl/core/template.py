"""Names with numbers in them: `retention_dN` stands for retention_d1, retention_d7, retention_d30 and so on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

LONGEST = 3_650  # ten years: a larger number is a slip of the finger


@dataclass(frozen=True)
class Template:
    """A name whose capital letters stand for whole numbers."""

    text: str

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"[A-Z]", lambda found: rf"(?P<{found[0]}>0|[1-9]\d{{0,3}})", self.text))

    @cached_property
    def _constant(self) -> str:
        """What stands before the first number."""
        return re.split(r"[A-Z]", self.text, maxsplit=1)[0]

    @cached_property
    def letters(self) -> tuple[str, ...]:
        """The capital letters, in their order."""
        return tuple(re.findall(r"[A-Z]", self.text))

    def match(self, name: str) -> dict[str, int] | None:
        """The numbers that turn this template into `name`, or None.

        Examples:
            >>> Template("return_rate_A_B").match("return_rate_8_30")
            {'A': 8, 'B': 30}
            >>> Template("cpa").match("cpc") is None
            True
        """
        if not name.startswith(self._constant):
            return None  # of most names: to compile all patterns would take longer than a small report
        found = self._pattern.fullmatch(name)
        if found is None:
            return None
        numbers = {letter: int(digits) for letter, digits in found.groupdict().items()}
        return numbers if all(number <= LONGEST for number in numbers.values()) else None

    def fill(self, numbers: dict[str, int]) -> str:
        """The name with the numbers in place of the letters.

        Examples:
            >>> Template("retention_dN").fill({"N": 7})
            'retention_d7'
        """
        return re.sub(r"[A-Z]", lambda found: str(numbers[found[0]]), self.text)
