"""The page of a thing that is in no table of the picture: what whoever brought it knows of it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from cockpit.model.messages import Texts
from widgets.kit.records import Record
from widgets.lists.page import Desk, Page
from widgets.lists.page_things import icon_sign, near_events
from widgets.lists.parts import PAD, Head, Line, SectionHead, Sentence, words

LONG = 24
"""Letters of a value from which it stands on lines of its own."""


class RecordThing(Page):
    """A feature of an imported layer: its attributes, where it comes from, events near by."""

    topic = "layer"
    watches = frozenset()

    def __init__(self, desk: Desk, key: str, row: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(desk, key, row, parent)
        self._lines = self.block(above=6, below=8)
        self._near = self.block()
        self.begin()
        at = row["record"].place
        if at is not None:
            self._near.fill(near_events(desk, {"lon": at[0], "lat": at[1]}))

    def show_row(self) -> None:
        desk = self.desk
        theme, t = desk.ctx.theme, desk.ctx.t
        record: Record = self.row["record"]
        self.head.fill([Head(theme, icon_sign("layers", desk), record.title, record.under)])
        parts: list[QWidget] = []
        for name, value in record.lines:
            if len(value) <= LONG:
                parts.append(Line(theme, name, words(value), pad=PAD))
            else:
                parts += [Sentence(theme, f"{name}：{value}" if _chinese(t) else f"{name}: {value}")]
        if not record.lines:
            parts.append(Sentence(theme, t("layers.no_attributes"), "t3", "small"))
        parts.append(SectionHead(theme, t("layers.record_source"), lambda: ""))
        parts.append(Sentence(theme, record.source, "t3", "small"))
        if record.place is not None:
            lon, lat = record.place
            parts.append(self.line("place", desk.place({"lon": lon, "lat": lat})))
        self._lines.fill(parts)

    def _same(self, row: dict[str, Any]) -> bool:
        mine, other = self.row["record"], row["record"]
        return (mine.title, mine.under, mine.lines) == (other.title, other.under, other.lines)


def _chinese(t: Texts) -> bool:
    return t.lang == "zh"
