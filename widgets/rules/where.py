"""Further conditions of a rule as a person types them: “name=泵站*; value=10..20”. No Qt."""

from __future__ import annotations

from typing import Any

from cockpit.model.tables import TABLES, TEXT


def where_text(where: dict[str, Any]) -> str:
    """Further conditions as they are typed: “state=0; value=10..20”."""
    words = []
    for name, want in where.items():
        said = (
            f"{want[0]:g}..{want[1]:g}" if isinstance(want, list) else f"{want:g}" if isinstance(want, float) else want
        )
        words.append(f"{name}={said}")
    return "; ".join(str(one) for one in words)


def read_where(text: str, topic: str) -> dict[str, str | float | list[float]]:
    """“state=0; value=10..20; name=泵站*” column by column; what a column of words says is a word, also if it is
    42 or nothing.

    Raises:
        ValueError: a piece that can not be read; the error is that piece.
    """
    words = {column.name for column in TABLES[topic].columns if column.dtype == TEXT}
    where: dict[str, str | float | list[float]] = {}
    for piece in text.replace("；", ";").split(";"):
        if not piece.strip():
            continue
        name, equals, said = (part.strip() for part in piece.replace("＝", "=").partition("="))
        if not (name and equals and (said or name in words)):
            raise ValueError(piece.strip())
        low, dots, high = said.partition("..")
        if name in words:
            where[name] = said
            continue
        try:
            where[name] = [float(low), float(high)] if dots else float(said)
        except ValueError:
            raise ValueError(piece.strip()) from None
    return where
