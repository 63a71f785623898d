"""Maven 4's comparison of two versions, item by item and without any key: what `maven.py` must agree with.

Written after the "version order specification" of Maven's POM reference and the behaviour of Maven 4's
ComparableVersion, slowly and plainly: nested lists, compared in pairs. An item is an int, a word (`str`), a
word with its number (`tuple`), or a list.
"""

from __future__ import annotations

from typing import Any

WORDS = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"]
SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}


def parse(version: str) -> list[Any]:
    """The nested lists of a version, without the zeros that make no difference."""
    text = version.lower()
    root: list[Any] = []
    lists = [root]

    def deeper() -> None:
        inner: list[Any] = []
        lists[-1].append(inner)
        lists.append(inner)

    start, digit, joined = 0, False, False
    for place, sign in enumerate(text):
        if sign == ".":
            lists[-1].append(_item(text[start:place], digit, joined) if place > start else 0)
            start, joined = place + 1, False
        elif sign == "-":
            if place > start and not digit and text[place + 1 : place + 2].isdigit():
                joined = True
                continue
            lists[-1].append(_item(text[start:place], digit, joined) if place > start else 0)
            start, joined = place + 1, False
            deeper()
        elif sign.isdigit():
            if not digit and place > start:
                joined = True
                if lists[-1]:
                    deeper()
            digit = True
        else:
            if digit and place > start:
                lists[-1].append(_item(text[start:place], True, joined))
                start, joined = place, False
                deeper()
            digit = False
    if start < len(text):
        if not digit and lists[-1]:
            deeper()
        lists[-1].append(_item(text[start:], digit, joined))
    for one in reversed(lists):
        _trim(one)
    return root


def _item(text: str, digit: bool, joined: bool) -> Any:
    if joined:
        text = text.replace("-", "")
        word = text.rstrip("0123456789")
        return SHORT.get(word, word), int(text[len(word) :])
    return int(text) if digit else text


def _trim(items: list[Any]) -> None:
    for place in range(len(items) - 1, -1, -1):
        if items[place] not in (0, []):
            continue
        following = items[place + 1] if place + 1 < len(items) else ""
        first = following[0] if isinstance(following, list) else following
        if isinstance(first, str) or (isinstance(first, tuple) and isinstance(following, list)):
            del items[place]
    if len(items) == 1 and isinstance(items[0], list):
        items[:] = items[0]


def _word(word: str) -> tuple[int, str]:
    word = {"cr": "rc", "ga": "", "final": "", "release": ""}.get(word, word)
    return (WORDS.index(word), "") if word in WORDS else (len(WORDS), word)


def _sign(a: Any, b: Any) -> int:
    return int(a > b) - int(a < b)


def _against_nothing(item: Any) -> int:
    """An item against what is missing."""
    if isinstance(item, int):
        return _sign(item, 0)
    if isinstance(item, str):
        return _sign(_word(item), _word(""))
    if isinstance(item, tuple):
        return _against_nothing(item[0]) or _sign(item[1], 0)
    return next((sign for sign in map(_against_nothing, item) if sign), 0)


def _items(a: Any, b: Any) -> int:
    """Two items of any kinds, either of which may be missing (None)."""
    if a is None:
        return 0 if b is None else -_against_nothing(b)
    if b is None:
        return _against_nothing(a)
    if isinstance(a, int) or isinstance(b, int):
        return _sign(a, b) if isinstance(a, int) and isinstance(b, int) else int(isinstance(a, int)) or -1
    if isinstance(a, list) and isinstance(b, list):
        for place in range(max(len(a), len(b))):
            one = a[place] if place < len(a) else None
            other = b[place] if place < len(b) else None
            if sign := _items(one, other):
                return sign
        return 0
    if isinstance(a, list):
        first = _items(a[0] if a else None, b)
        return first or next((sign for sign in map(_against_nothing, a[1:]) if sign), 0)
    if isinstance(b, list):
        return -_items(b, a)
    return _words(a, b)


def _words(a: str | tuple[str, int], b: str | tuple[str, int]) -> int:
    """Two words, each perhaps with its number."""
    word, count = a if isinstance(a, tuple) else (a, None)
    other, other_count = b if isinstance(b, tuple) else (b, None)
    if sign := _sign(_word(word), _word(other)):
        return sign
    if not _against_nothing(word):
        return _sign(count or 0, other_count or 0)
    return _sign(-1 if count is None else count, -1 if other_count is None else other_count)


def compare(first: str, second: str) -> int:
    return _items(parse(first), parse(second))
