"""Draws a layout: builds the panels that it names and keeps them where the solver says, while the window changes.

panels = Panels()
engine = LayoutEngine(context, panels, window)
engine.show_layout(read_layout_file(path, panels))
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from cockpit.model.layout import Layout, Overlay, Rect, Region, least_size, solve
from layouts.focus import takes_focus
from layouts.panels import Panels
from layouts.unbuilt import ComingPanel, UnbuiltPanel
from widgets.kit.panel import Pane, Panel, PanelContext

_Key = tuple[str, str, int]
"""What makes two places the same panel: its id, its options, and which of several alike it is."""


def shipped(name: str) -> Path:
    """The file of a preset that ships (`duty`)."""
    return Path(__file__).parent / f"{name}.toml"


class LayoutEngine(QWidget):
    """The widget that a layout fills. A panel is built as `Class(context, parent=engine, **options of its region)`.

    Attributes:
        layout_now: the layout shown, None before the first.
        panels_changed: other panels are shown than before. arranged: each has its place of now.
    """

    panels_changed = Signal()
    arranged = Signal()

    def __init__(
        self,
        ctx: PanelContext,
        panels: Mapping[str, type],
        parent: QWidget | None = None,
        later: frozenset[str] = frozenset(),
    ) -> None:
        """
        Args:
            later: panels that are built when all is (`build_rest`): a first picture does not wait for them.
        """
        super().__init__(parent)
        self.ctx = ctx
        self.layout_now: Layout | None = None
        self._classes = panels
        self._later = later
        self._built: dict[_Key, QWidget] = {}
        self._missed: dict[_Key, frozenset[str]] = {}
        self._at: dict[str, _Key] = {}
        self._places: dict[str, Region | Overlay] = {}
        self._stacks: dict[str, tuple[str, ...]] = {}
        self._shown: set[str] = set()
        self._in_slots: dict[str, QWidget] = {}
        self._began = self._closed = False

    # -- what is shown -------------------------------------------------------------------------------------------

    def show_layout(self, layout: Layout) -> None:
        """Show a layout. Panels that the one before had too stay as they are; others are built, or put aside hidden."""
        self.layout_now = layout
        self._places = layout.panels()
        self._stacks = layout.stacks()
        self._at = {}
        counts: dict[tuple[str, str], int] = {}
        for name, place in self._places.items():
            alike = (place.panel, repr(sorted(place.options.items())))
            self._at[name] = (*alike, counts.get(alike, 0))
            counts[alike] = counts.get(alike, 0) + 1
        for widget in self._in_slots.values():
            widget.hide()
        self._rearranged()

    def show_region(self, name: str, shown: bool = True) -> None:
        """Show or hide an optional region or overlay; the others make room. One of a stack comes on top, or leaves it
        to the first. A name the layout lacks does nothing."""
        if name not in self._places or (name in self._shown) == shown:
            return
        self._shown -= set(self._stacks.get(name, ()))
        self._shown ^= {name}
        self._rearranged()

    def show_slot(self, slot: str, widget: QWidget | None) -> None:
        """Show a widget in a slot, which takes its room then; None empties it. The widget stays its owner's."""
        before = self._in_slots.get(slot)
        if before is widget:
            return
        if before is not None:
            before.hide()
        if widget is None:
            self._in_slots.pop(slot, None)
        else:
            widget.setParent(self)
            self._in_slots[slot] = widget
        self._rearranged()

    def is_shown(self, name: str) -> bool:
        place = self._places.get(name)
        if name in self._stacks:
            stack = self._stacks[name]
            return name == next((one for one in stack if one in self._shown), stack[0])
        return place is not None and (not place.optional or name in self._shown)

    def region_of(self, panel_id: str) -> str:
        """The first region or overlay of this panel, shown or not; "" where the layout has none."""
        return next((name for name, place in self._places.items() if place.panel == panel_id), "")

    def bring(self, panel_id: str) -> None:
        """Bring a panel that lies under others of its stack on top; others are left as they are."""
        name = self.region_of(panel_id)
        if name in self._stacks and not self.is_shown(name):
            self.show_region(name)

    def kept(self, panel_id: str) -> QWidget | None:
        """The first panel with this id that was built, shown or put aside."""
        name = self.region_of(panel_id)
        return self._built.get(self._at[name]) if name else None

    def beside(self, panel_id: str) -> QWidget | None:
        """What is shown where the first panel with this id has its place: it, or one of its stack."""
        name, shown = self.region_of(panel_id), self.panels()
        return next((shown[one] for one in self._stacks.get(name, (name,)) if one in shown), None)

    def panels(self) -> dict[str, QWidget]:
        """The panels shown, by name of their region, in reading order; those that could not be built are among them."""
        return {name: self._built[key] for name, key in self._at.items() if self.is_shown(name) and key in self._built}

    def panel(self, panel_id: str) -> QWidget | None:
        """The first panel shown with this id."""
        return next((w for name, w in self.panels().items() if self._places[name].panel == panel_id), None)

    def rects(self) -> dict[str, Rect]:
        """Where each region is, for the size of now."""
        if self.layout_now is None:
            return {}
        return solve(self.layout_now, self.width(), self.height(), self._occupied())

    # -- what panels are told ------------------------------------------------------------------------------------

    def refresh(self, topics: frozenset[str]) -> None:
        """Tables changed: panels that show them redraw. A panel put aside hears of it when it is shown again."""
        self._began = True
        shown = self.panels()
        aside = self._built.keys() - {self._at[name] for name in shown}
        for key in aside:
            self._missed[key] = self._missed.get(key, frozenset()) | topics
        for widget in shown.values():
            self._refresh(widget, topics)

    def age_tick(self) -> None:
        """A second passed."""
        self._tell("age_tick", self.panels().values())

    def retranslate(self) -> None:
        """The language changed; panels put aside are told too."""
        self._tell("retranslate", self._built.values())
        self._name_tabs()

    def retheme(self) -> None:
        """The theme changed; panels put aside are told too."""
        self._tell("retheme", self._built.values())

    def build_rest(self) -> None:
        """Builds what was left for later."""
        self._later = frozenset()
        coming = [key for key, widget in self._built.items() if isinstance(widget, ComingPanel)]
        for key in coming:
            frame = self._built.pop(key)
            frame.hide()
            frame.deleteLater()
        if coming:
            self._rearranged()

    def warm(self, panel_id: str) -> None:
        """Imports a panel that is not shown yet: its first showing does not wait for that, and says what is wrong."""
        with contextlib.suppress(Exception):
            self._classes[panel_id]

    def close_panels(self) -> None:
        """The window closes: every panel gets a close event, in which it ends its threads; none is built any more."""
        self._closed = True
        for widget in self._built.values():
            widget.close()

    def focus_next(self, step: int) -> None:
        """Give the keyboard to the next panel in reading order (`step` 1) or to the one before (-1)."""
        panels = list(self.panels().values())
        focus = self.window().focusWidget()
        here = next(
            (i for i, panel in enumerate(panels) if focus and (focus is panel or panel.isAncestorOf(focus))), None
        )
        start = here if here is not None else (-1 if step > 0 else 0)
        for ahead in range(1, len(panels) + 1):
            target = takes_focus(panels[(start + step * ahead) % len(panels)])
            if target is not None:
                target.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def focus_panel(self, panel_id: str) -> None:
        """Give the keyboard to the first panel shown with this id."""
        panel = self.panel(panel_id)
        target = takes_focus(panel) if panel is not None else None
        if target is not None:
            target.setFocus(Qt.FocusReason.TabFocusReason)

    # -- inside --------------------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        if self.layout_now is None:
            return QSize(0, 0)
        return QSize(*least_size(self.layout_now, self._occupied()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _occupied(self) -> frozenset[str]:
        slots = self.layout_now.slots() if self.layout_now else {}
        return frozenset(self._shown) | {slots[slot] for slot in self._in_slots if slot in slots}

    def _rearranged(self) -> None:
        self._arrange()
        for key in [self._at[name] for name in self.panels() if self._at[name] in self._missed]:
            topics = self._missed.pop(key)
            if self._began:
                self._refresh(self._built[key], topics)
                self._tell("age_tick", [self._built[key]])
        self.updateGeometry()
        self.panels_changed.emit()

    def _arrange(self) -> None:
        rects = self.rects()
        slots = self.layout_now.slots() if self.layout_now else {}
        for slot, widget in self._in_slots.items():
            if slots.get(slot) in rects:
                _place(widget, rects[slots[slot]])
        before: QWidget | None = None
        for name, place in self._places.items():
            if name not in rects:
                continue
            widget = self._built.get(self._at[name]) or self._build(name)
            _place(widget, _as_high_as_wanted(widget, place, rects[name]))
            if isinstance(place, Overlay):
                widget.raise_()
            if before is not None:
                QWidget.setTabOrder(before, widget)
            before = widget
        self._name_tabs()
        placed = {self._at[name] for name in self._places if name in rects}
        for key, widget in self._built.items():
            if key not in placed:
                widget.hide()
        self.arranged.emit()

    def _name_tabs(self) -> None:
        """The headers of stacked panels name those that lie there with them."""
        for name, stack in self._stacks.items():
            panel = self._built.get(self._at[name])
            if isinstance(panel, Panel):
                titles = ((one, self._title_id(self._places[one].panel)) for one in stack)
                tabs = [(one, self.ctx.t(title) if title else one) for one, title in titles]
                panel.header.set_tabs(tabs, name, self._pick_tab)

    def _title_id(self, panel: str) -> str:
        classes = self._classes
        return classes.title_id(panel) if isinstance(classes, Panels) else getattr(classes[panel], "title_id", "")

    def _pick_tab(self, name: str) -> None:
        self.show_region(name)
        self.focus_panel(self._places[name].panel)

    def _build(self, name: str) -> QWidget:
        place = self._places[name]
        try:
            widget: QWidget
            if place.panel in self._later or self._closed:
                widget = ComingPanel(self.ctx, self)
            else:
                widget = self._classes[place.panel](self.ctx, parent=self, **place.options)
        except Exception as error:  # a bug of ours or of a third party costs this panel and no other
            widget = self._unbuilt(name, place.panel, error)
        key = self._at[name]
        refitted = getattr(widget, "refitted", None)
        if refitted is not None:
            refitted.connect(self._arrange)
        self._built[key] = widget
        self._missed[key] = frozenset(getattr(widget, "topics", ()))
        return widget

    def _unbuilt(self, name: str, panel_id: str, error: Exception) -> QWidget:
        known = {*self._built.values(), *self._in_slots.values()}
        for half_built in self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if half_built.objectName() == panel_id and half_built not in known:
                half_built.hide()
                half_built.deleteLater()
        panel = UnbuiltPanel(self.ctx, panel_id, self)
        panel.fail(error)
        panel.reopened.connect(lambda: self._try_again(name))
        return panel

    def _try_again(self, name: str) -> None:
        broken = self._built.pop(self._at[name], None)
        if broken is not None:
            broken.hide()
            broken.deleteLater()
        self._rearranged()

    def _refresh(self, widget: QWidget, topics: frozenset[str]) -> None:
        wanted: frozenset[str] = getattr(widget, "topics", frozenset()) & topics
        if wanted and isinstance(widget, Pane) and not widget.failed:
            widget.refresh(wanted)

    @staticmethod
    def _tell(what: str, panels: Any) -> None:
        for panel in panels:
            getattr(panel, what)()


def _place(widget: QWidget, rect: Rect) -> None:
    widget.setGeometry(rect.x, rect.y, rect.w, rect.h)
    if widget.isHidden():
        widget.show()


def _as_high_as_wanted(widget: QWidget, place: Region | Overlay, rect: Rect) -> Rect:
    """The place of an overlay that needs less than it may have (`wanted_height`, `refitted` when it is another)."""
    wanted = getattr(widget, "wanted_height", None)
    if not isinstance(place, Overlay) or wanted is None or wanted >= rect.h:
        return rect
    spare = rect.h - int(wanted)
    above = spare if "bottom" in place.anchor else 0 if "top" in place.anchor else spare // 2
    return Rect(rect.x, rect.y + above, rect.w, int(wanted))
