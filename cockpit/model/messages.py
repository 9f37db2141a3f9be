"""Texts: core code raises `Message(id, params)`, and whoever shows it asks the one gettext catalogue.

The catalogue is `assets/translations/<lang>/*.po` (one file a room, merged); Chinese is complete, English follows, and
a test holds the two to the same ids and the same placeholders. Pack texts are `{zh, en}` tables, never in here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import msgspec

from cockpit.paths import assets_dir

LANGUAGES = ("zh", "en")


class Message(msgspec.Struct, frozen=True):
    """What is to be said, before it is said in a language.

    Attributes:
        id: id in the catalogue, `room.words_of_it`.
        params: values for the placeholders; a value may itself be a Message, a `{zh, en}` table, or several of them.
    """

    id: str
    params: dict[str, object] = {}

    def in_chinese(self) -> str:
        return texts("zh")(self)


class Texts:
    """The catalogue in one language, called with an id or a Message."""

    def __init__(self, lang: str, entries: Mapping[str, str]) -> None:
        self.lang = lang
        self._entries = entries

    def __call__(self, what: str | Message, /, **params: object) -> str:
        """The sentence for an id or a Message.

        An id the catalogue lacks is shown as it is: a reader of a log can still search for it.
        """
        message = what if isinstance(what, Message) else Message(what)
        given = {**message.params, **params}
        text = self._entries.get(message.id, message.id)
        if not given:
            return text
        values = {k: self._value(v) for k, v in given.items()}
        try:
            return text.format(**values)
        except (KeyError, IndexError, ValueError):
            return text

    def pack(self, text: Mapping[str, str] | str) -> str:
        """A pack's own `{zh, en}` text in this language; zh where there is no other."""
        if isinstance(text, str):
            return text
        return text.get(self.lang) or text["zh"]

    def unit(self, unit: Mapping[str, str] | str, value: float | None = None) -> str:
        """The unit of a number: cm as it is, 人 in this language; "" where this language says none (个).

        Args:
            value: that it stands beside: of `tree|trees` the first is said of 1.
        """
        if isinstance(unit, str):
            return unit
        one, _, more = unit.get(self.lang, unit["zh"]).partition("|")
        return one if not more or value in (1, -1) else more

    def _value(self, value: object) -> object:
        if isinstance(value, Message):
            return self(value)
        if isinstance(value, Mapping) and "zh" in value:
            return self.pack(value)
        if isinstance(value, Mapping) and value.keys() == {"id", "params"}:  # a Message that was kept or sent as JSON
            return self(Message(str(value["id"]), dict(value["params"])))
        if isinstance(value, list | tuple):
            return ("、" if self.lang == "zh" else ", ").join(str(self._value(one)) for one in value)
        return value

    def ids(self) -> frozenset[str]:
        return frozenset(self._entries)


def capital(words: str) -> str:
    """As it begins a line: English words with a capital, 汉字 as they are."""
    return words[:1].upper() + words[1:]


@lru_cache(maxsize=len(LANGUAGES))
def texts(lang: str) -> Texts:
    """The shipped catalogue of `lang` (`zh` or `en`), with zh behind it for what en lacks."""
    entries: dict[str, str] = {}
    for code in dict.fromkeys(("zh", lang)):
        for path in sorted((assets_dir() / "translations" / code).glob("*.po")):
            entries.update(entries_of(path))
    return Texts(lang, entries)


def entries_of(path: Path) -> dict[str, str]:
    """What a catalogue says: those of its texts that are there.

    Raises:
        OSError: it is damaged.
    """
    text = path.read_text(encoding="utf-8")
    found = _ENTRY.findall(text)
    if _ODD.search(text) or len(found) != len(_ID.findall(text)):  # more than ours have
        import polib

        return {entry.msgid: entry.msgstr for entry in polib.pofile(str(path), encoding="utf-8") if entry.msgstr}
    pairs = ((_said(ident), _said(words)) for ident, words in found)
    return {ident: words for ident, words in pairs if ident and words}


def _said(quoted: str) -> str:
    """The text of quoted lines."""
    text = quoted[1:-1] if "\n" not in quoted else "".join(line.strip()[1:-1] for line in quoted.splitlines())
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), text) if "\\" in text else text


_LINES = r'("(?:[^"\\\n]|\\.)*"(?:\n"(?:[^"\\\n]|\\.)*")*)'
_ENTRY = re.compile(rf"^msgid {_LINES}\nmsgstr {_LINES}$", re.MULTILINE)
_ID = re.compile(r"^msgid ", re.MULTILINE)
_ODD = re.compile(r"^(?:#|[ \t]+\S|msgctxt|msgid_plural|msgstr\[)", re.MULTILINE)
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
"""Catalogues are read at every start, in a tenth of the time that polib takes for all that a catalogue may be."""


def language() -> str:
    """The language of the command line: `COCKPIT_LANG`, else English where the locale is English, else Chinese."""
    named = os.environ.get("COCKPIT_LANG", "")[:2]
    if named in ("zh", "en"):
        return named
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if locale.startswith("en") else "zh"
