"""Chinese words as they are typed on a Latin keyboard: syllables without tones, and their initials (`js` for 积水)."""

from __future__ import annotations

import importlib.util
import sys
import threading
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from cockpit.model.typed import from_json

_PHRASES = "pypinyin.phrases_dict"
_loading = threading.Lock()


@lru_cache(maxsize=8192)
def pinyin(text: str) -> tuple[str, ...]:
    """Syllables of the Chinese characters of a text, without tones; other letters stand for themselves."""
    if text.isascii():
        return ()
    return tuple(s for s in _dictionary()(plain(text).replace(" ", "")) if s)


class _Phrases(dict[str, Any]):
    """The dictionary of phrases as its file has it, each entry made when it is asked for: all of them at once would be
    two hundred thousand lists."""

    def __getitem__(self, phrase: str) -> list[list[str]]:
        return from_json(super().__getitem__(phrase), type=list[list[str]])

    def copy(self) -> _Phrases:
        return self


def _dictionary() -> Callable[[str], list[str]]:
    with _loading:
        return _read()


@lru_cache(maxsize=1)
def _read() -> Callable[[str], list[str]]:
    """Reads the dictionary, a tenth of a second."""
    found = importlib.util.find_spec("pypinyin")
    if _PHRASES not in sys.modules and found is not None and found.submodule_search_locations:
        file = Path(found.submodule_search_locations[0]) / "phrases_dict.json"
        if file.is_file():  # else another version, which keeps them as it likes
            phrases: Any = ModuleType(_PHRASES)
            phrases.phrases_dict = _Phrases(from_json(file.read_bytes(), type=dict[str, msgspec.Raw]))
            sys.modules[_PHRASES] = phrases
    from pypinyin import Style, lazy_pinyin

    return lambda text: lazy_pinyin(text, style=Style.NORMAL)


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Lower case, full-width letters made narrow, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def begins(word: str, text: str) -> bool:
    """Whether a plain Latin word spells the beginning of a Chinese text, in full or by initials."""
    syllables = pinyin(text) if len(word) > 1 and word.isascii() else ()
    return "".join(syllables).startswith(word) or "".join(s[0] for s in syllables).startswith(word)
