"""What in a text belongs to one person: mobile numbers, id cards, e-mail addresses, tokens; and how it is masked.

A masked text still tells two apart, as far as people need to find a file or a campaign again: 138****8000.
"""

from __future__ import annotations

import re
from itertools import pairwise

_DIGIT = "[0-9０-９]"
_MOBILE = rf"[1１][3-9３-９]{_DIGIT}(?:{_DIGIT}{{8}}|[\s\-]{_DIGIT}{{4}}[\s\-]{_DIGIT}{{4}})"
# Anything that may hold one of them: what it does not find needs no closer look. One pattern that Rust reads as well.
SUSPECT = (
    rf"{_MOBILE}|[0-9]{{17}}[0-9Xx]|[@＠]|[A-Za-z0-9_\-]{{24,}}"
    r"|sk-|gh[op]_|xox|AKIA|AIza|eyJ|(?i:token|secret|passw|session|cookie|key|signature|bearer)"
)
# Eleven digits with four decimals are an amount of money, as opsctl writes it.
_PHONE = re.compile(rf"(?<!{_DIGIT})(?:(?:\+|00)?86[\s\-]?)?({_MOBILE})(?!{_DIGIT}|\.[0-9]{{4}}(?![0-9.]))")
_ID_CARD = re.compile(
    r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)
# What is long is read once: each pattern begins where its characters begin, and takes them without giving any back.
_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]++[@＠]([\w\-]++(?:\.[\w\-]++)+)")
_NAMED_SECRET = re.compile(
    r"(?i)((?:token|secret|passw(?:or)?d|session|cookie|api_?key|signature)[a-z_]{0,40}\s{0,9}[=:]\s{0,9}|bearer\s{1,9})"
    r"([^\s&;,'\"]{6,})"
)
_WORD = re.compile(r"[A-Za-z0-9_\-]{24,}")
_JWT = re.compile(r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_\-]{6,999}+\.[A-Za-z0-9_\-]{6,}(?:\.[A-Za-z0-9_\-]*)?")
_KNOWN_PREFIX = re.compile(r"(?<![A-Za-z0-9])(?:sk-|ghp_|gho_|xox[abp]-|AKIA|AIza)[A-Za-z0-9_\-]{12,}")
_QUOTED = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`""")
_PLAIN_WORD = re.compile(r"[(\[]?[A-Za-z_]{1,20}[)\].,:;]?")
_SEPARATORS = re.compile(r"[_\-]")
_RESTLESS = 0.45  # of neighbours that are of different kinds: 0.62 in random letters and digits, below 0.4 in names
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def masked(text: str) -> str:
    """A text without what belongs to one person, which is told apart and not told.

    Masked are Chinese mobile numbers, id cards with a valid check digit, e-mail addresses and tokens. A person's
    name cannot be known from others and stays.

    Examples:
        >>> masked("拉新-13800138000"), masked("订单 ann.li@example.com.csv"), masked("11010519491231002X")
        ('拉新-138****8000', '订单 a***@example.com.csv', '110105********002X')
        >>> masked("CN_iOS_Broad_2025Q1_Video_v2"), masked("creative 1714550597000")
        ('CN_iOS_Broad_2025Q1_Video_v2', 'creative 1714550597000')
    """
    found = _ID_CARD.sub(_card, text)
    found = _PHONE.sub(lambda phone: f"{phone[1][:3]}****{phone[1][-4:]}", found)
    found = _EMAIL.sub(lambda email: f"{email[0][0]}***@{email[1]}", found)
    found = _NAMED_SECRET.sub(lambda secret: secret[1] + "***", found)
    for known in (_JWT, _KNOWN_PREFIX):
        found = known.sub(lambda token: _ends(token[0]), found)
    return _WORD.sub(lambda word: _ends(word[0]) if _is_token(word[0]) else word[0], found)


def withheld(text: str) -> str:
    """A message of a program with nothing in it that could be a value: only plain words stay.

    Examples:
        >>> withheld("cannot cast '13800138000' of column paid: got 张三 at row 7")
        'cannot cast … of column paid: got … at row …'
    """
    return " ".join(word if _PLAIN_WORD.fullmatch(word) else "…" for word in _QUOTED.sub("…", text).split())


def is_id_card(text: str) -> bool:
    """Whether a text is the number of a Chinese id card: eighteen characters, a date among them, a right check digit.

    Examples:
        >>> is_id_card("11010519491231002X"), is_id_card("110105194912310021")
        (True, False)
    """
    if not _ID_CARD.fullmatch(text):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return _CHECKS[total % 11] == text[-1].upper()


def _card(found: re.Match[str]) -> str:
    return f"{found[0][:6]}********{found[0][-4:]}" if is_id_card(found[0]) else found[0]


def _ends(token: str) -> str:
    return f"{token[:4]}…{token[-4:]}"


def _is_token(word: str) -> bool:
    """Whether a long word was drawn by a machine: its capitals, small letters and digits follow no order."""
    letters = _SEPARATORS.sub("", word)
    kinds = ["d" if letter.isdigit() else "u" if letter.isupper() else "l" for letter in letters]
    changes = sum(one != other for one, other in pairwise(kinds))
    return len(set(kinds)) == len("dul") and changes >= _RESTLESS * (len(kinds) - 1)
