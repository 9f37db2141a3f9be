"""Texts: core code raises `Message(id, params)`, and whoever shows it asks the one gettext catalogue.

The catalogue is `assets/translations/<lang>/*.po` (one file a room, merged); Chinese is complete, English follows, and
a test holds the two to the same ids and the same placeholders. Pack texts are `{zh, en}` tables, never in here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache

import msgspec
import polib

from cockpit.paths import assets_dir

LANGUAGES = ("zh", "en")


class Message(msgspec.Struct, frozen=True):
    """What is to be said, before it is said in a language.

    Attributes:
        id: id in the catalogue, `room.words_of_it`.
        params: values for the placeholders; a value may itself be a Message or a `{zh, en}` table.
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

    def unit(self, unit: Mapping[str, str] | str) -> str:
        """The unit of a number: cm as it is, 人 in this language; "" where this language says none (个)."""
        return unit if isinstance(unit, str) else unit.get(self.lang, unit["zh"])

    def _value(self, value: object) -> object:
        if isinstance(value, Message):
            return self(value)
        if isinstance(value, Mapping) and "zh" in value:
            return self.pack(value)
        if isinstance(value, Mapping) and value.keys() == {"id", "params"}:  # a Message that was kept or sent as JSON
            return self(Message(str(value["id"]), dict(value["params"])))
        return value

    def ids(self) -> frozenset[str]:
        return frozenset(self._entries)


@lru_cache(maxsize=len(LANGUAGES))
def texts(lang: str) -> Texts:
    """The shipped catalogue of `lang` (`zh` or `en`), with zh behind it for what en lacks."""
    entries: dict[str, str] = {}
    for code in dict.fromkeys(("zh", lang)):
        for path in sorted((assets_dir() / "translations" / code).glob("*.po")):
            for entry in polib.pofile(str(path), encoding="utf-8"):
                if entry.msgstr:
                    entries[entry.msgid] = entry.msgstr
    return Texts(lang, entries)


def language() -> str:
    """The language of the command line: `COCKPIT_LANG`, else English where the locale is English, else Chinese."""
    named = os.environ.get("COCKPIT_LANG", "")[:2]
    if named in ("zh", "en"):
        return named
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if locale.startswith("en") else "zh"
