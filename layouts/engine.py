"""Draws a layout: builds the panels that it names and keeps them where the solver says, while the window changes.

    panels = Panels()
    layout = read_layout_file(shipped("duty"), panels)
    engine = LayoutEngine(context, panels)
    engine.set_layout(layout)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from cockpit.model.layout import Layout, Overlay, Rect, Region, least_size, solve
from widgets.kit.panel import Panel, PanelContext

_Key = tuple[str, str, int]
"""What makes two places the same panel: its id, its options, and which of several alike it is."""


def shipped(name: str) -> Path:
    """The file of a preset that ships (`duty`)."""
    return Path(__file__).parent / f"{name}.toml"


class UnbuiltPanel(Panel):
    """Stands where a panel could not be built; says so in its own frame, and tries again when asked."""

    def __init__(self, ctx: PanelContext, panel_id: str, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setObjectName(panel_id)
        self.header.set_title(ctx.t("layout.unbuilt", panel=panel_id))

    def reopen(self) -> None:
        """Ask the engine for a new try."""
        self.reopened.emit()

    def retranslate(self) -> None:
        super().retranslate()
        self.header.set_title(self.ctx.t("layout.unbuilt", panel=self.objectName()))


class LayoutEngine(QWidget):
    """The widget that a layout fills.

    Attributes:
        layout_now: the layout shown, None before the first.
        panels_changed: other panels are shown than before (after `set_layout`, `show_region`, a panel built anew).
    """

    panels_changed = Signal()

    def __init__(self, ctx: PanelContext, panels: Mapping[str, type], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.layout_now: Layout | None = None
        self._classes = panels
        self._built: dict[_Key, QWidget] = {}
        self._at: dict[str, _Key] = {}
        self._places: dict[str, Region | Overlay] = {}
        self._shown: set[str] = set()

    def set_layout(self, layout: Layout) -> None:
        """Show another layout. Panels that both have stay as they are; the others are built, or put aside hidden."""
        self.layout_now = layout
        self._places = layout.panels()
        self._at = {}
        counts: dict[tuple[str, str], int] = {}
        for name, place in self._places.items():
            alike = (place.panel, repr(sorted(place.options.items())))
            number = counts.get(alike, 0)
            counts[alike] = number + 1
            self._at[name] = (*alike, number)
        self._shown &= self._places.keys()
        self._arrange()
        self.updateGeometry()
        self.panels_changed.emit()

    def show_region(self, name: str, shown: bool = True) -> None:
        """Show or hide an optional region or overlay; the others make room. A name the layout lacks does nothing."""
        if name not in self._places or (name in self._shown) == shown:
            return
        self._shown ^= {name}
        self._arrange()
        self.updateGeometry()
        self.panels_changed.emit()

    def is_shown(self, name: str) -> bool:
        place = self._places.get(name)
        return place is not None and (not place.optional or name in self._shown)

    def panels(self) -> dict[str, QWidget]:
        """The panels shown, by name of their region, in reading order; those that could not be built are among them."""
        return {name: self._built[key] for name, key in self._at.items() if self.is_shown(name) and key in self._built}

    def everything(self) -> list[QWidget]:
        """All panels built, put aside or not: a new language or theme is told to each."""
        return list(self._built.values())

    def panel(self, panel_id: str) -> QWidget | None:
        """The first panel shown with this id."""
        for name, widget in self.panels().items():
            if self._places[name].panel == panel_id:
                return widget
        return None

    def rects(self) -> dict[str, Rect]:
        """Where each region is, for the size of now."""
        if self.layout_now is None:
            return {}
        return solve(self.layout_now, self.width(), self.height(), frozenset(self._shown))

    def minimumSizeHint(self) -> QSize:
        if self.layout_now is None:
            return QSize(0, 0)
        return QSize(*least_size(self.layout_now, frozenset(self._shown)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        rects = self.rects()
        placed: set[_Key] = set()
        before: QWidget | None = None
        for name in self._places:
            rect = rects.get(name)
            if rect is None:
                continue
            key = self._at[name]
            placed.add(key)
            widget = self._built.get(key) or self._build(name)
            widget.setGeometry(rect.x, rect.y, rect.w, rect.h)
            if not widget.isVisibleTo(self):
                widget.show()
            if isinstance(self._places[name], Overlay):
                widget.raise_()
            if before is not None:
                QWidget.setTabOrder(before, widget)
            before = widget
        for key, widget in self._built.items():
            if key not in placed:
                widget.hide()

    def _build(self, name: str) -> QWidget:
        place = self._places[name]
        try:
            widget: QWidget = self._classes[place.panel](self.ctx, parent=self, **place.options)
        except Exception as error:  # our bug or a third party's: it costs this panel and no other
            widget = self._unbuilt(name, place, error)
        self._built[self._at[name]] = widget
        return widget

    def _unbuilt(self, name: str, place: Region | Overlay, error: Exception) -> QWidget:
        for left_over in self.findChildren(QWidget, place.panel):
            if left_over.parent() is self and left_over not in self._built.values():
                left_over.setParent(None)
                left_over.deleteLater()
        panel = UnbuiltPanel(self.ctx, place.panel, self)
        panel.fail(error)
        panel.reopened.connect(lambda: self._try_again(name))
        return panel

    def _try_again(self, name: str) -> None:
        old: Any = self._built.pop(self._at[name], None)
        if old is not None:
            old.hide()
            old.deleteLater()
        self._arrange()
        self.panels_changed.emit()


