"""How well typed words fit a text: as written, in pinyin, by pinyin initials (`js` finds 积水), or letters in order."""

from __future__ import annotations

from cockpit.model.pinyin import pinyin, plain

_WHOLE, _START, _WORD, _INSIDE, _INITIALS, _LETTERS = 100.0, 80.0, 70.0, 60.0, 50.0, 20.0


def score(typed: str, *texts: str) -> float:
    """How well `typed` fits the best of `texts`; 0 when a word of it fits none. Greater is better."""
    words = plain(typed).split()
    if not words:
        return 1.0
    return min(max((_fit(word, text) for text in texts), default=0.0) for word in words)


def _fit(word: str, text: str) -> float:
    best = _as_written(word, plain(text))
    if best >= _INSIDE or not word.isascii():
        return best
    syllables = pinyin(text)
    if not syllables:
        return best
    initials = "".join(s[0] for s in syllables)
    spelled = "".join(syllables)
    if initials.startswith(word):
        best = max(best, _INITIALS + 9 - min(len(initials) - len(word), 9))
    elif word in initials:
        best = max(best, _INITIALS - 5)
    elif spelled.startswith(word):
        best = max(best, _INITIALS)
    elif len(word) > 2 and word in spelled:
        best = max(best, _INITIALS - 8)
    return best


def _as_written(word: str, text: str) -> float:
    if word == text:
        return _WHOLE
    if text.startswith(word):
        return _START
    if f" {word}" in text:
        return _WORD
    if word in text:
        return _INSIDE
    if len(word) > 2 and _in_order(word, text):
        return _LETTERS * len(word) / max(len(text), 1)
    return 0.0


def _in_order(word: str, text: str) -> bool:
    """Whether the letters of `word` come in `text` in their order, the first one at the start of one of its words."""
    rest = iter(text)
    if not any(part.startswith(word[0]) for part in text.split()):
        return False
    return all(letter in rest for letter in word)
