"""What briefing is wanted: kind, period, area or event, language."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from cockpit.geo.areas import Areas
from cockpit.model.briefings import TemplateFacts, Wanted
from cockpit.model.clock import local
from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.ports.briefings import Briefings
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit

LAST, NOW, OTHER = "last", "now", "other"
DEEPEST = 2
"""Tier of the smallest areas that can be chosen: streets."""


class Form(QWidget):
    """
    Attributes:
        changed: something else is chosen.
        template, when, area, lang: the choices. day: of another period. event: number of the event.
    """

    changed = Signal()

    def __init__(self, ctx: PanelContext, port: Briefings, known: Sequence[TemplateFacts], parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx, self._port = ctx, port
        self._known = {one.id: one for one in known}
        t = ctx.t
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self.template = self._choice("briefing.which", [(t.pack(one.name), one.id) for one in known])
        periods = [(t(f"briefing.when_{one}"), one) for one in (LAST, NOW, OTHER)]
        self._when_label, self.when = self._labelled("briefing.when", periods)
        self.day = LineEdit(self)
        self.day.setPlaceholderText(t("briefing.when_hint"))
        self.day.setAccessibleName(t("briefing.when_other"))
        self.day.setText(f"{local(ctx.clock.now()):%Y-%m-%d}")
        self._column.addWidget(self.day)
        self._event_label = label(t("briefing.of_event"), self)
        self._column.addWidget(self._event_label)
        self.event = LineEdit(self)
        self.event.setAccessibleName(t("briefing.of_event"))
        self._column.addWidget(self.event)
        self._area_label, self.area = self._labelled("briefing.where_area", self._areas())
        self.lang = self._choice("briefing.in_language", [(t("briefing.zh"), "zh"), (t("briefing.en"), "en")])
        self.lang.setCurrentIndex(max(0, self.lang.findData(t.lang)))
        for box in (self.template, self.when, self.area, self.lang):
            box.currentIndexChanged.connect(self._changed)
        for line in (self.day, self.event):
            line.textChanged.connect(self._changed)
        self._from_desk()
        self._changed()

    def _labelled(self, title: str, rows: Sequence[tuple[str, str]]) -> tuple[QWidget, QComboBox]:
        words = self._ctx.t(title)
        head = label(words, self)
        self._column.addWidget(head)
        box = QComboBox(self)
        box.setAccessibleName(words)
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for text, data in rows:
            box.addItem(text, data)
        self._column.addWidget(box)
        return head, box

    def _choice(self, title: str, rows: Sequence[tuple[str, str]]) -> QComboBox:
        return self._labelled(title, rows)[1]

    def _areas(self) -> list[tuple[str, str]]:
        """The city, its districts, their streets; a street a little to the right."""
        pack, t = self._ctx.pack, self._ctx.t
        rows = [(t("briefing.whole_city", city=t.pack(pack.name)), "")]
        try:
            areas = Areas.load(pack.folder)
        except UserError:
            return rows
        for district in areas.of_tier(1):
            rows.append((district.name, district.code))
            rows += [(f"　{street.name}", street.code) for street in areas.children(district.code)]
        return rows

    def _from_desk(self) -> None:
        """Begins with what the seat looks at: the selected event or case, the area of the scope."""
        ctx = self._ctx
        topic, key = ctx.selection.item
        if topic in ("case", "event"):
            self.event.setText(self._number(topic, key))
        drill = ctx.drill
        if drill is not None and (at := self.area.findData(drill.scope.area)) > 0:
            self.area.setCurrentIndex(at)

    def _number(self, topic: str, key: str) -> str:
        if topic == "event":
            return key
        case = self._ctx.cases.case(key) if self._ctx.cases is not None else None
        return case.number if case is not None else ""

    @property
    def facts(self) -> TemplateFacts:
        """The template that is chosen."""
        return self._known[self.template.currentData()]

    def _changed(self) -> None:
        event = self.facts.kind == "event"
        for widget in (self._event_label, self.event):
            widget.setVisible(event)
        for widget in (self._when_label, self.when, self._area_label, self.area):
            widget.setVisible(not event)
        self.day.setVisible(not event and self.when.currentData() == OTHER)
        self.changed.emit()

    def wanted(self, format: str) -> Wanted | Message:
        """What is chosen, or why it can not be made so."""
        facts = self.facts
        if facts.kind == "event":
            if not self.event.text().strip():
                return Message("briefing.which_event")
            return Wanted(facts.id, 0, "", self.event.text().strip(), format, self.lang.currentData())
        word = self.when.currentData()
        at = self._port.instant(facts.id, self.day.text() if word == OTHER else word)
        if isinstance(at, Message):
            return at
        return Wanted(facts.id, at, self.area.currentData(), "", format, self.lang.currentData())
