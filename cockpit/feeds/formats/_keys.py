"""Reads the `mapping` of a feed key by key; what is wrong with it is a sentence that names the key."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from cockpit.model.errors import UserError

Plain = str | int | float | bool


class Keys:
    """A table of a mapping. Every key has to be asked for once before `done`, which refuses what is left over.

    Args:
        table: as TOML gives it.
        path: where it stands, for the sentences (`columns.level`).
    """

    def __init__(self, table: Any, path: str = "") -> None:
        if not isinstance(table, dict):
            raise UserError("formats.not_a_table", detail=path or "mapping")
        self.path = path
        self._table = table
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    @property
    def whole_table(self) -> dict[str, Any]:
        """All of it, for someone else to read."""
        return dict(self._table)

    def names(self) -> list[str]:
        return [str(name) for name in self._table]

    def take(self, key: str) -> Any:
        """Its value as it is, None where it is not there."""
        self._asked.add(key)
        return self._table.get(key)

    def text(self, key: str, default: str = "") -> str:
        value = self.take(key)
        if value is None:
            return default
        if not isinstance(value, str):
            raise UserError("formats.not_a_text", detail=self.at(key))
        return value

    def one_of(self, key: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(key, default)
        if value not in allowed:
            raise UserError("formats.not_one_of", detail=f"{self.at(key)} ({', '.join(allowed)})")
        return value

    def number(self, key: str, default: float) -> float:
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e15 or value != value:
            raise UserError("formats.not_a_figure", detail=self.at(key))
        return float(value)

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise UserError("formats.not_in_range", detail=f"{self.at(key)} ({low}–{high})")
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.take(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise UserError("formats.not_a_flag", detail=self.at(key))
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A text, or a list of texts."""
        value = self.take(key)
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise UserError("formats.not_texts", detail=self.at(key))
        return tuple(value)

    def table(self, key: str) -> Keys:
        """A table below this one, empty where there is none."""
        value = self.take(key)
        return Keys({} if value is None else value, self.at(key))

    def words(self, key: str) -> dict[str, Plain]:
        """A list of words to what they mean: texts, numbers or flags."""
        value = self.take(key)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(one, Plain) for one in value.values()):
            raise UserError("formats.not_words", detail=self.at(key))
        return {str(word): meaning for word, meaning in value.items()}

    def kinds(self, key: str) -> dict[str, str]:
        """A list of words to texts."""
        found = self.words(key)
        if not all(isinstance(one, str) for one in found.values()):
            raise UserError("formats.not_words", detail=self.at(key))
        return {word: str(meaning) for word, meaning in found.items()}

    def zone(self, key: str) -> ZoneInfo | None:
        name = self.text(key)
        if not name:
            return None
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):  # OSError: a name that is a folder
            raise UserError("formats.no_such_zone", detail=f"{self.at(key)} = {name}") from None

    def done(self) -> None:
        """Refuse keys that nobody asked for.

        Raises:
            UserError: there is one.
        """
        for key in self._table:
            if key not in self._asked:
                raise UserError("formats.unknown_key", detail=self.at(str(key)))
