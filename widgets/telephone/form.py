"""The fields of a call: class, place, level, caller, words. What is typed lands in the draft at once."""

from __future__ import annotations

import math
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QLabel, QWidget

from cockpit.model.ports import Here, NamedPlace
from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.header import ElidedLabel
from widgets.kit.icons import icon
from widgets.kit.lineedit import LineEdit
from widgets.kit.symbols import badge
from widgets.kit.theme import Theme
from widgets.lists.areas import AreaTree
from widgets.lists.parts import PAD
from widgets.lists.question import Question
from widgets.lists.words import joined
from widgets.orders.pieces import Flow, OrderText
from widgets.telephone.draft import CallDraft
from widgets.telephone.kinds import FoundKind, find_kinds
from widgets.telephone.suggest import Choice, SuggestField

_NAME, _GAP = 44, 8
LEVELS = (1, 2, 3, 4)
MAP_KEY = "Alt+M"


class CallForm(QWidget):
    """The fields.

    Attributes:
        draft: what they hold.
        changed: the person changed something. moved: the place is another. pick: a place is wanted from the map.
    """

    changed = Signal()
    moved = Signal()
    pick = Signal()

    def __init__(self, ctx: PanelContext, areas: AreaTree, draft: CallDraft, over: QWidget) -> None:
        """
        Args:
            over: what the lists under the fields float over.
        """
        super().__init__(over)
        self.draft = draft
        self._ctx, self._areas = ctx, areas
        self._places: list[NamedPlace] = []
        self._asked: Question | None = None
        self._naming: Question | None = None
        self.kind = SuggestField(ctx, over, self)
        self.place = SuggestField(ctx, over, self)
        self.map = button("", self.pick.emit, parent=self)
        self.levels = {level: button("", kind="chip", parent=self) for level in LEVELS}
        self._group = QButtonGroup(self)
        self.name, self.number = LineEdit(self), LineEdit(self)
        self.words = OrderText(self)
        self.kind_note, self.place_note = ElidedLabel(parent=self), ElidedLabel(parent=self)
        self._names: list[tuple[QLabel, str]] = []
        self._lay_out()
        self._connect()
        self.retranslate()
        self.retheme()
        self.show_draft()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(PAD, 12, PAD, 8)
        grid.setHorizontalSpacing(_GAP)
        grid.setVerticalSpacing(0)
        grid.setColumnMinimumWidth(0, _NAME)
        grid.setColumnStretch(1, 1)
        where, who, levels = QHBoxLayout(), QHBoxLayout(), Flow(_GAP)
        for row in (where, who):
            row.setSpacing(_GAP)
        where.addWidget(self.place, 1)
        where.addWidget(self.map)
        who.addWidget(self.name, 2)
        who.addWidget(self.number, 3)
        for chip in self.levels.values():
            levels.addWidget(chip)
        self.words.setFixedHeight(84)
        rows = (
            ("kind", self.kind, self.kind_note), ("place", where, self.place_note), ("level", levels, None),
            ("caller", who, None), ("words", self.words, None),
        )  # fmt: skip
        for i, (name, field, note) in enumerate(rows):
            label = QLabel(self)
            label.setProperty("role", "t2")
            self._names.append((label, name))
            top = Qt.AlignmentFlag.AlignTop
            grid.addWidget(label, 2 * i, 0, top if name == "words" else Qt.AlignmentFlag.AlignVCenter)
            if isinstance(field, QWidget):
                grid.addWidget(field, 2 * i, 1)
            else:
                grid.addLayout(field, 2 * i, 1)
            if note is not None:
                grid.addWidget(note, 2 * i + 1, 1, Qt.AlignmentFlag.AlignTop)
            grid.setRowMinimumHeight(2 * i + 1, 26 if note is not None else 12)

    def _connect(self) -> None:
        for level, chip in self.levels.items():
            self._group.addButton(chip)
            chip.setCheckable(True)
            chip.setIconSize(QSize(16, 16))
            chip.clicked.connect(partial(self.choose_level, level))
        self.kind.asked.connect(self._type_kind)
        self.kind.list.taken.connect(self._take_kind)
        self.place.asked.connect(self._type_place)
        self.place.list.taken.connect(self._take_place)
        for field, name in ((self.name, "name"), (self.number, "number")):
            field.textChanged.connect(partial(self._write, name))
        self.words.textChanged.connect(lambda: self._write("words", self.words.toPlainText()))

    # -- what it shows

    def show_draft(self) -> None:
        """Brings the fields up to the draft."""
        draft = self.draft
        told = (
            (self.kind, draft.typed),
            (self.place, draft.place),
            (self.name, draft.name),
            (self.number, draft.number),
        )
        for field, words in told:
            if field.text() != words:
                field.blockSignals(True)
                field.setText(words)
                field.blockSignals(False)
        if self.words.toPlainText() != draft.words:
            self.words.blockSignals(True)
            self.words.setPlainText(draft.words)
            self.words.blockSignals(False)
        self._say()

    def _say(self) -> None:
        """What the class is, and where the place lies."""
        ctx, draft, t = self._ctx, self.draft, self._ctx.t
        self._group.setExclusive(False)  # or none could be the chosen one
        for level, chip in self.levels.items():
            chip.setChecked(level == draft.level)
        self._group.setExclusive(True)
        if draft.kind:
            kind = ctx.pack.kind(draft.kind)
            self.kind_note.setText(joined(t.pack(kind.group), t.pack(kind.name), kind.code))
        else:
            self.kind_note.setText(t("telephone.kind_hint") if not draft.typed else t("telephone.kind_choose"))
        if draft.placed:
            path = [area.name for area in self._areas.path(draft.area)[1:3]]
            self.place_note.setText(joined(f"{draft.lon:.4f}, {draft.lat:.4f}", *path))
        else:
            self.place_note.setText(t("telephone.place_hint") if not draft.place else t("telephone.place_choose"))

    def take_keyboard(self) -> None:
        """The keyboard goes to the first field that has nothing yet."""
        draft = self.draft
        empty = ((self.kind, draft.kind), (self.place, draft.placed), (self.words, draft.words))
        field = next((field for field, known in empty if not known), self.words)
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def fields(self) -> tuple[LineEdit | OrderText, ...]:
        """Those in which words are written."""
        return self.kind, self.place, self.name, self.number, self.words

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Where the Tab key stops, in order."""
        return self.kind, self.place, self.map, *self.levels.values(), self.name, self.number, self.words

    @property
    def composing(self) -> bool:
        """Whether an input method composes in one of the fields."""
        return any(field.composing for field in self.fields)

    # -- class and level

    def _type_kind(self, typed: str) -> None:
        self.draft.typed = typed
        self.draft.set_kind("", self._ctx.pack)
        found = find_kinds(typed, self._ctx.pack, self._ctx.t)
        self.kind.offer([self._kind_choice(one) for one in found])
        self._say()
        self.changed.emit()

    def _kind_choice(self, found: FoundKind) -> Choice:
        t, kind = self._ctx.t, found.kind
        return Choice(kind.code, t.pack(kind.name), joined(found.said, t.pack(kind.group)), kind.level)

    def _take_kind(self, code: str) -> None:
        self.draft.set_kind(code, self._ctx.pack)
        self.draft.typed = self._ctx.t.pack(self._ctx.pack.kind(code).name)
        self.show_draft()
        self.changed.emit()

    def choose_level(self, level: int, _checked: bool = True) -> None:
        """A person chooses the level; a class does not set it any more."""
        self.draft.level, self.draft.by_hand = level, True
        self._say()
        self.changed.emit()

    # -- place

    def _type_place(self, typed: str) -> None:
        draft = self.draft
        draft.place = typed
        if draft.named and draft.named not in typed:  # the mark on the map is of another place than the words
            self._forget_place()
        if self._asked is not None and self._asked.open:
            self._asked.drop()
        if typed.strip():
            self._asked = Question(self, self._found_places)
            self._ctx.gazetteer.places(typed, self._asked.answer)
        else:
            self.place.offer(())
        self._say()
        self.changed.emit()

    def _found_places(self, places: list[NamedPlace]) -> None:
        self._places = places
        t = self._ctx.t
        self.place.offer([Choice(str(i), one.words, t(f"kit.place_{one.kind}")) for i, one in enumerate(places)])

    def _take_place(self, which: str) -> None:
        place = self._places[int(which)]
        self.draft.place = self.draft.named = place.words
        self._place_at(place.lon, place.lat)

    def place_at(self, lon: float, lat: float) -> None:
        """A place from the map, WGS-84; it is called as the gazetteer calls it, unless the person named it."""
        self.draft.named = ""
        self._place_at(lon, lat)

    def _place_at(self, lon: float, lat: float) -> None:
        draft = self.draft
        draft.lon, draft.lat, draft.area = lon, lat, ""
        if self._naming is not None and self._naming.open:
            self._naming.drop()
        self._naming = Question(self, self._named)
        self._ctx.gazetteer.here(lon, lat, self._naming.answer)
        self.show_draft()
        self.changed.emit()
        self.moved.emit()

    def _named(self, here: Here) -> None:
        self.draft.area = here.area
        if not self.draft.place.strip():
            self.draft.place = here.words
        self.show_draft()
        self.changed.emit()

    def _forget_place(self) -> None:
        self.draft.lon = self.draft.lat = math.nan
        self.draft.area = self.draft.named = ""
        self.moved.emit()

    def _write(self, name: str, words: str) -> None:
        setattr(self.draft, name, words)
        self.changed.emit()

    # -- language and theme

    def retranslate(self) -> None:
        t = self._ctx.t
        for label, name in self._names:
            label.setText(t(f"telephone.{name}"))
        for field, name in (
            (self.kind, "kind"), (self.place, "place"), (self.name, "name"), (self.number, "number"),
            (self.words, "words"),
        ):  # fmt: skip
            field.setAccessibleName(t(f"telephone.{name}"))
            field.setPlaceholderText(t(f"telephone.{name}_place"))
        self.map.setText(t("telephone.on_map"))
        self.map.setToolTip(t("telephone.on_map_why", key=MAP_KEY))
        for level, chip in self.levels.items():
            chip.setText(" " + t(f"telephone.level_{level}"))
            chip.setToolTip(t("telephone.level_key", key=f"Alt+{level}"))
            chip.setAccessibleName(t(f"lists.level_{level}"))
        self._say()

    def retheme(self) -> None:
        theme = self._ctx.theme
        for level, chip in self.levels.items():
            chip.setIcon(_icon(level, theme, self.devicePixelRatioF()))
        self.map.setIcon(icon("pin", theme))
        for note in (self.kind_note, self.place_note):
            note.setFont(theme.font("small"))
            note.set_color(theme.t3)
        self.words.setFont(theme.font("body"))


def _icon(level: int, theme: Theme, dpr: float) -> QIcon:
    return QIcon(QPixmap.fromImage(badge(level, 16.0, theme, dpr)))
