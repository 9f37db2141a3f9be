"""Chinese words as they are typed on a Latin keyboard: syllables without tones, and their initials (`js` for 积水)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=8192)
def pinyin(text: str) -> tuple[str, ...]:
    """Syllables of the Chinese characters of a text, without tones; other letters stand for themselves."""
    if text.isascii():
        return ()
    from pypinyin import Style, lazy_pinyin  # with its dictionary of phrases, 0.3 s

    syllables = lazy_pinyin(plain(text).replace(" ", ""), style=Style.NORMAL)
    return tuple(s for s in syllables if s)


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Lower case, full-width letters made narrow, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def begins(word: str, text: str) -> bool:
    """Whether a plain Latin word spells the beginning of a Chinese text, in full or by initials."""
    syllables = pinyin(text) if len(word) > 1 and word.isascii() else ()
    return "".join(syllables).startswith(word) or "".join(s[0] for s in syllables).startswith(word)
