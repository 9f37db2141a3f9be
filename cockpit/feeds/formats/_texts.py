"""Texts of the catalogue as `{zh, en}` tables, for names of facts in bodies."""

from __future__ import annotations

from functools import lru_cache

from cockpit.model.messages import LANGUAGES, texts


@lru_cache(maxsize=500)
def _both(id_: str) -> tuple[tuple[str, str], ...]:
    return tuple((lang, texts(lang)(id_)) for lang in LANGUAGES)


def both(id_: str) -> dict[str, str]:
    """A text of the catalogue in both languages."""
    return dict(_both(id_))
