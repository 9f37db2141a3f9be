"""What stands above the vital signs: search, levels, filters, order; under it the area and what may be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from widgets.kit.buttons import Segments, button, dress_icon_button, icon_button
from widgets.kit.context import PanelContext
from widgets.kit.lineedit import LineEdit
from widgets.lists.areas import AreaTree
from widgets.lists.chips import LevelChip
from widgets.lists.words import joined
from widgets.signs.asked import LEVELS, Answer, Asked, Order

_SEARCH_MS = 150


class _Search(LineEdit):
    """The search field; Down, Enter and Escape go on to the list."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not self.composing and key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        elif not self.composing and key == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        else:
            super().keyPressEvent(event)


class SignBar(QWidget):
    """The two lines.

    Attributes:
        asked: what is asked. changed: (asked) a person asks otherwise.
        area: (code) another area is wanted.
    """

    changed = Signal(object)
    area = Signal(str)

    def __init__(self, ctx: PanelContext, areas: AreaTree, asked: Asked, doing: Mapping[str, Callable[[], object]]):
        """Args: doing: `import` and `export`."""
        super().__init__()
        self.ctx, self._areas, self.asked = ctx, areas, asked
        self._answer = Answer()
        self._wait = QTimer(self, singleShot=True, interval=_SEARCH_MS)
        self._wait.timeout.connect(self._search)
        self.search = _Search(self)
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _text: self._wait.start())
        self.chips = {level: LevelChip(level, ctx.theme, self) for level in LEVELS}
        for level, chip in self.chips.items():
            chip.clicked.connect(lambda _on=False, level=level: self._toggle_level(level))
        self.abnormal = button("", lambda: self._set(abnormal=not self.asked.abnormal), "chip", parent=self)
        self.pinned = button("", lambda: self._set(pinned=not self.asked.pinned), "chip", parent=self)
        self.owner = icon_button("filter", "", ctx.theme)
        self.order = icon_button("sort", "", ctx.theme)
        for made, fill in ((self.owner, self._fill_owner), (self.order, self._fill_order)):
            self._menu(made, fill)
        self.crumbs = Crumbs(ctx, areas, self)
        self.crumbs.chosen.connect(self.area)
        self.below = Segments([("own", ""), ("below", "")], "below" if asked.below else "own", self)
        self.below.chosen.connect(lambda id: self._set(below=id == "below"))
        self.take_in = button("", doing["import"], "chip", parent=self)
        self.hand_out = button("", doing["export"], "chip", parent=self)
        for made in (self.take_in, self.hand_out):
            made.setCheckable(False)
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 8)
        column.setSpacing(6)
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(6)
        self.search.setMinimumWidth(120)
        self.search.setMaximumWidth(280)
        first.addWidget(self.search, 3)
        first.addSpacing(4)
        for chip in self.chips.values():
            first.addWidget(chip)
        first.addStretch(1)
        for made in (self.abnormal, self.pinned, self.owner, self.order):
            first.addWidget(made)
        second.setSpacing(6)
        second.addWidget(self.crumbs, 1)
        for made in (self.below, self.take_in, self.hand_out):
            second.addWidget(made)
        column.addLayout(first)
        column.addLayout(second)

    @staticmethod
    def _menu(made: QToolButton, fill: Callable[[QMenu], None]) -> None:
        menu = QMenu(made)
        menu.aboutToShow.connect(lambda: (menu.clear(), fill(menu)))
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        made.setMenu(menu)

    # -- what is asked

    def ask(self, asked: Asked) -> None:
        """Asks this, and shows that it is asked."""
        self.asked = asked
        self._show_asked()
        self.changed.emit(asked)

    def _set(self, **changes: object) -> None:
        self.ask(replace(self.asked, **changes))

    def _search(self) -> None:
        text = " ".join(self.search.text().split())
        if text != self.asked.text:
            self._set(text=text)

    def _toggle_level(self, level: int) -> None:
        self._set(levels=self.asked.levels ^ {level})

    def _show_asked(self) -> None:
        asked = self.asked
        if " ".join(self.search.text().split()) != asked.text:
            self.search.setText(asked.text)
            self._wait.stop()
        for level, chip in self.chips.items():
            chip.setChecked(level in asked.levels)
        self.abnormal.setChecked(asked.abnormal)
        self.pinned.setChecked(asked.pinned)
        self.below.set_current("below" if asked.below else "own")
        self.owner.setDown(bool(asked.owner or asked.fed))
        self._say_menus()

    def show_answer(self, answer: Answer) -> None:
        """Counts of levels, owners to choose from."""
        self._answer = answer
        for level, chip in self.chips.items():
            chip.show_count(answer.levels.get(level, 0), self.ctx.t)
            words = self.ctx.t(f"lists.level_{level}")
            chip.setToolTip(self.ctx.t("signsui.level_chip", level=words, n=answer.levels.get(level, 0)))
        self.crumbs.show_area(self.asked.area)

    def _fill_owner(self, menu: QMenu) -> None:
        t, group = self.ctx.t, QActionGroup(menu)
        fed = menu.addAction(t("signsui.fed"))
        fed.setCheckable(True)
        fed.setChecked(self.asked.fed)
        fed.triggered.connect(lambda _on=False: self._set(fed=not self.asked.fed))
        menu.addSeparator()
        names = {sign.owner["zh"]: sign.owner for sign in self._signs() if sign.owner.get("zh")}
        for owner, count in (("", 0), *self._answer.owners.items()):
            words = t("signsui.n_of_owner", owner=t.pack(names[owner]), n=count) if owner else t("signsui.any_owner")
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(owner == self.asked.owner)
            action.triggered.connect(lambda _on=False, owner=owner: self._set(owner=owner))
            group.addAction(action)

    def _signs(self) -> tuple[object, ...]:
        return self.ctx.signs.known.signs if self.ctx.signs is not None else ()

    def _fill_order(self, menu: QMenu) -> None:
        group = QActionGroup(menu)
        for order in Order:
            action = menu.addAction(self.ctx.t(f"signsui.order_{order}"))
            action.setCheckable(True)
            action.setChecked(order is self.asked.order)
            action.triggered.connect(lambda _on=False, order=order: self._set(order=order))
            group.addAction(action)

    # -- words and colours

    def retranslate(self) -> None:
        t = self.ctx.t
        self.search.setPlaceholderText(t("signsui.search"))
        self.search.setAccessibleName(t("signsui.search"))
        self.abnormal.setText(t("signsui.abnormal"))
        self.pinned.setText(t("signsui.pinned"))
        self.pinned.setToolTip(t("signsui.pinned_tip"))
        self.below.set_words("own", t("signsui.own"))
        self.below.set_words("below", t("signsui.below"))
        self.below.setToolTip(t("signsui.below_tip"))
        self.take_in.setText(t("signsui.import"))
        self.hand_out.setText(t("signsui.export"))
        self._say_menus()
        self.crumbs.retranslate()
        self.show_answer(self._answer)

    def _say_menus(self) -> None:
        t, theme = self.ctx.t, self.ctx.theme
        names = {sign.owner["zh"]: sign.owner for sign in self._signs() if sign.owner.get("zh")}
        owner = t.pack(names.get(self.asked.owner, self.asked.owner)) if self.asked.owner else t("signsui.any_owner")
        told = joined(t("signsui.owner_is", owner=owner), t("signsui.fed") if self.asked.fed else "")
        dress_icon_button(self.owner, "filter", told, theme)
        dress_icon_button(
            self.order, "sort", t("signsui.order_is", order=t(f"signsui.order_{self.asked.order}")), theme
        )

    def retheme(self) -> None:
        for chip in self.chips.values():
            chip.theme = self.ctx.theme
            chip.update()
        self._say_menus()
        self.crumbs.retheme()


class Crumbs(QWidget):
    """The areas from the city down to the one that is shown, and a menu of those right below."""

    chosen = Signal(str)

    def __init__(self, ctx: PanelContext, areas: AreaTree, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx, self._areas = ctx, areas
        self._shown: tuple[object, ...] = ()
        self._code = ctx.pack.code
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self.buttons: dict[str, QPushButton] = {}
        self.down: QPushButton | None = None

    def show_area(self, code: str, anew: bool = False) -> None:
        """Shows the way to an area."""
        ctx = self.ctx
        path = [(area.code, area.name) for area in self._areas.path(code)] or [(code, "")]
        if path[0][0] != ctx.pack.code:
            path.insert(0, (ctx.pack.code, ""))
        path = [(one, name or (ctx.t.pack(ctx.pack.name) if one == ctx.pack.code else one)) for one, name in path]
        below = self._areas.children(code)
        shown = (tuple(path), len(below))
        if shown == self._shown and not anew:
            return
        had = next((one for one, made in self.buttons.items() if made.hasFocus()), "")
        self._shown, self._code = shown, code
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.buttons, self.down = {}, None
        for i, (one, name) in enumerate(path):
            if i:
                self._row.addWidget(self._label("›"))
            made = self.buttons[one] = button(name, lambda one=one: self.chosen.emit(one), "quiet", parent=self)
            made.setEnabled(one != code)
            if one == code:
                made.setStyleSheet(f"color: {ctx.theme.hex('t1')}; font-weight: 700;")
            self._row.addWidget(made)
        if below:
            self._offer_below(len(below), int(below[0].tier))
        self._row.addStretch(1)
        if had in self.buttons and self.buttons[had].isEnabled():
            self.buttons[had].setFocus()

    def _label(self, text: str) -> QLabel:
        made = QLabel(text, self)
        made.setProperty("role", "t3")
        return made

    def _offer_below(self, count: int, tier: int) -> None:
        ctx = self.ctx
        name = ctx.t.pack(ctx.pack.tiers[tier]) if tier < len(ctx.pack.tiers) else ""
        self._row.addWidget(self._label("›"))
        made = self.down = button(ctx.t("signsui.areas_below", n=count, tier=name), None, "quiet", parent=self)
        menu = QMenu(made)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        made.setMenu(menu)
        self._row.addWidget(made)

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        for area in self._areas.children(self._code):
            menu.addAction(area.name).triggered.connect(lambda _on=False, code=area.code: self.chosen.emit(code))

    def retranslate(self) -> None:
        self.show_area(self._code, anew=True)

    def retheme(self) -> None:
        self.show_area(self._code, anew=True)
