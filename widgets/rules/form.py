"""The form of one rule: the fields that its kind has, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QWidget

from cockpit.model.alarms import RULE_KINDS, Rule, Window
from cockpit.model.messages import Message
from cockpit.model.tables import TABLES
from widgets.kit.buttons import Segments
from widgets.kit.context import PanelContext
from widgets.kit.lineedit import LineEdit
from widgets.lists.areas import AreaTree
from widgets.rules.fields import Choice, NumberField, SpanField
from widgets.rules.ground import ring_of
from widgets.rules.where import read_where, where_text
from widgets.rules.words import (
    NAMED_BY,
    STATES,
    TOPICS,
    flood_words,
    kinds_of,
    measures_of,
    state_words,
    states_of,
    unit_of,
)

LEVELS = ("1", "2", "3", "4")
_USES = {
    "threshold": {"measure", "bounds", "hysteresis", "delay"},
    "rate": {"measure", "bounds", "per", "hysteresis", "delay"},
    "absence": {"silence", "delay"},
    "count": {"measure", "bounds", "hysteresis", "more_than", "per", "tier", "delay"},
    "combination": {"parts", "per", "tier", "delay"},
    "geofence": {"ring", "delay"},
}
"""Rows of the form that a kind of rule has beside those that all have."""


class RuleForm(QWidget):
    """The form.

    Attributes:
        changed: emitted when a person changed anything.
    """

    changed = Signal()

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        t, self._ctx = ctx.t, ctx
        self._rule = Rule("", {"zh": ""}, "threshold", "sensor", measure="value")
        self._areas = AreaTree(ctx.picture["area"])
        self._filling = False
        self._floods: dict[str, str] = {}
        self._rows: dict[str, QWidget] = {}
        self.form = QFormLayout(self)
        self.form.setContentsMargins(0, 0, 12, 12)
        self.form.setHorizontalSpacing(16)
        self.form.setVerticalSpacing(8)
        self.form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.name, self.name_en = LineEdit(self), LineEdit(self)
        self.enabled = QCheckBox(t("rulesui.enabled"), self)
        self.level = Segments([(n, ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ")[int(n) - 1]) for n in LEVELS], "3", self)
        self._level = "3"
        self.kind = Choice(self, [(kind, t(f"rulesui.kind_{kind}")) for kind in RULE_KINDS])
        self.topic = Choice(self, [(topic, t(f"rulesui.topic_{topic}")) for topic in TOPICS])
        self.what = Choice(self)
        self.area = Choice(self, self._area_choices())
        self.stands, self.more = Choice(self), LineEdit(self)
        self.measure = Choice(self)
        self.above, self.below, self.hysteresis = NumberField(self), NumberField(self), NumberField(self)
        self.unit = QLabel(self)
        self.per, self.silence, self.count = SpanField(self, t), SpanField(self, t), NumberField(self)
        self.delay, self.off_delay = SpanField(self, t), SpanField(self, t)
        self.tier = Choice(self, [("-1", t("rulesui.tier_all")), *self._tiers()])
        self.parts, self.any = (
            self._list(),
            Choice(self, [("all", t("rulesui.parts_all")), ("any", t("rulesui.parts_any"))]),
        )
        self.ring = Choice(self, [("", t("rulesui.ring_kept")), *self._area_choices()[1:]])
        self.inside = Choice(self, [("in", t("rulesui.inside")), ("out", t("rulesui.outside"))])
        self.start, self.end = LineEdit(self), LineEdit(self)
        self.days = [QCheckBox(t(f"rulesui.day_{n}"), self) for n in range(1, 8)]
        self.case_kind = Choice(self, [("", t("rulesui.no_case")), *self._case_kinds()])
        self.latched = QCheckBox(t("rulesui.latched"), self)
        self.parent_rule, self.flood = Choice(self), LineEdit(self)
        self.owner, self.why, self.guide = LineEdit(self), LineEdit(self), LineEdit(self)
        self._lay_out()
        self._listen()

    # -- how it is laid out ----------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        t = self._ctx.t
        self.name_en.setPlaceholderText(t("rulesui.name_en"))
        self._row("name", self._beside(self.name, self.name_en))
        self._row("state", self._beside(self.enabled, self.latched))
        self._row("level", self._beside(self.level))
        self._row("kind", self.kind)
        self._row("topic", self._beside(self.topic, self.what))
        self._row("area", self.area)
        self._row("stands", self.stands)
        self.more.setPlaceholderText(t("rulesui.more_hint"))
        self._row("more", self.more)
        self._row("measure", self.measure)
        self._row("bounds", self._beside(self._small("above"), self.above, self._small("below"), self.below, self.unit))
        self._row("hysteresis", self._beside(self.hysteresis, self._small("hysteresis_why")))
        self._row("per", self._beside(self.per))
        self._row("more_than", self._beside(self.count, self._small("things")))
        self._row("silence", self._beside(self.silence, self._small("silence_why")))
        self._row("tier", self.tier)
        self._row("parts", self.parts)
        self._row("any", self.any)
        self._row("ring", self._beside(self.inside, self.ring))
        self._row("delay", self._beside(self.delay, self._small("delay_on"), self.off_delay, self._small("delay_off")))
        for field in (self.start, self.end):
            field.setFixedWidth(72)
            field.setPlaceholderText("00:00")
        self._row("hours", self._beside(self.start, QLabel("–", self), self.end, self._small("hours_why")))
        self._row("days", self._beside(*self.days))
        self._row("case_kind", self.case_kind)
        self._row("parent", self.parent_rule)
        self.flood.setPlaceholderText(t("rulesui.flood_hint"))
        self._row("flood", self.flood)
        self._row("owner", self.owner)
        self._row("why", self.why)
        self._row("guide", self.guide)

    def _row(self, name: str, widget: QWidget) -> None:
        self._rows[name] = widget
        label = QLabel(self._ctx.t(f"rulesui.row_{name}"), self)
        label.setProperty("role", "t2")
        self.form.addRow(label, widget)

    def _beside(self, *widgets: QWidget) -> QWidget:
        box = QWidget(self)
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in widgets:
            row.addWidget(widget)
        if not any(isinstance(widget, LineEdit) and widget.maximumWidth() > 1000 for widget in widgets):
            row.addStretch(1)
        return box

    def _small(self, name: str) -> QLabel:
        label = QLabel(self._ctx.t(f"rulesui.{name}"), self)
        label.setProperty("role", "t2")
        return label

    def _list(self) -> QListWidget:
        made = QListWidget(self)
        made.setFixedHeight(132)
        return made

    def _listen(self) -> None:
        for line in self.findChildren(LineEdit):
            line.textEdited.connect(self._touched)
        for choice in self.findChildren(Choice):
            choice.activated.connect(self._touched)
        for box in self.findChildren(QCheckBox):
            box.clicked.connect(self._touched)
        self.parts.itemChanged.connect(self._touched)
        self.level.chosen.connect(self._set_level)
        self.kind.activated.connect(self._shape)
        self.topic.activated.connect(self._topic_changed)
        self.what.activated.connect(self._shape)

    def _touched(self, *_: object) -> None:
        if not self._filling:
            self.changed.emit()

    def _set_level(self, level: str) -> None:
        self._level = level
        self._touched()

    def _topic_changed(self) -> None:
        self.what.offer(self._whats())
        self.what.choose("")
        self.stands.offer(self._states())
        self.stands.choose("")
        self.measure.offer(self._measures())
        self._shape()

    def _shape(self, *_: object) -> None:
        """Shows the rows that this kind of rule has."""
        uses = _USES.get(self.kind.chosen, set())
        measured = self.measure.chosen
        self.measure.offer(self._measures())
        if measured:
            self.measure.choose(measured)
        for name in ("measure", "bounds", "hysteresis", "per", "more_than", "silence", "tier", "parts", "ring"):
            self.form.setRowVisible(self._rows[name], name in uses)
        self.form.setRowVisible(self._rows["any"], "parts" in uses)
        watches = self.kind.chosen != "combination"
        for name in ("topic", "area", "more"):
            self.form.setRowVisible(self._rows[name], watches)
        self.form.setRowVisible(self._rows["stands"], watches and self.topic.chosen in STATES)
        rule = msgspec.structs.replace(self._rule, topic=self.topic.chosen, where=self._named())
        self.unit.setText(unit_of(self._ctx, rule))

    # -- choices ---------------------------------------------------------------------------------------------------

    def _whats(self) -> list[tuple[str, str]]:
        return [("", self._ctx.t("rulesui.any_kind")), *kinds_of(self._ctx, self.topic.chosen)]

    def _states(self) -> list[tuple[str, str]]:
        return [("", self._ctx.t("rulesui.any_state")), *states_of(self._ctx, self.topic.chosen)]

    def _measures(self) -> list[tuple[str, str]]:
        names = measures_of(self.topic.chosen)
        if "level" in TABLES[self.topic.chosen].names:
            names.append("level")
        none = [("", self._ctx.t("rulesui.no_measure"))] if self.kind.chosen == "count" else []
        return none + [(name, self._ctx.t(f"rulesui.column_{name}")) for name in names]

    def _tiers(self) -> list[tuple[str, str]]:
        return [(str(i), self._ctx.t.pack(tier)) for i, tier in enumerate(self._ctx.pack.tiers)]

    def _case_kinds(self) -> list[tuple[str, str]]:
        return [(code, f"{code} {self._ctx.t.pack(kind.name)}") for code, kind in self._ctx.pack.kinds.items()]

    def _area_choices(self) -> list[tuple[str, str]]:
        """Districts and streets; larger ones first, each with what it lies in."""
        found = [("", self._ctx.t("rulesui.whole_city"))]
        table = self._ctx.picture["area"]
        rows = [table.row(i) for i in range(len(table)) if 1 <= table.value(i, "tier") <= 2]
        for row in sorted(rows, key=lambda row: (row["tier"], row["code"])):
            path = [area.name for area in self._areas.path(row["code"])[1:]]
            found.append((row["code"], " · ".join(path) or row["name"]))
        return found

    # -- the rule --------------------------------------------------------------------------------------------------

    def show_rule(self, rule: Rule, others: Sequence[Rule]) -> None:
        """Fills the form; `others` are the rules that it may be a part or a child of."""
        self._filling = True
        self._rule = rule
        t = self._ctx.t
        self._floods = {flood_words(self._ctx, one.flood): one.flood for one in (*others, rule) if one.flood}
        beside = [(one.id, t.pack(one.name)) for one in others if one.id != rule.id]
        self.name.setText(rule.name.get("zh", ""))
        self.name_en.setText(rule.name.get("en", ""))
        self.enabled.setChecked(rule.enabled)
        self.latched.setChecked(rule.latched)
        self._level = str(rule.level)
        self.level.set_current(self._level if self._level in LEVELS else "3")
        self.kind.choose(rule.kind)
        self.topic.choose(rule.topic)
        self.what.offer(self._whats())
        column = NAMED_BY.get(rule.topic, "")
        self.what.choose(str(rule.where.get(column, "")))
        area = str(rule.where.get("area", ""))
        self.area.choose(area.rstrip("*"))
        self.stands.offer(self._states())
        state = rule.where.get("state")
        worded = bool(state_words(self._ctx, rule))
        self.stands.choose(f"{state:g}" if worded else "")
        said = (column, "area", "state") if worded else (column, "area")
        rest = {name: want for name, want in rule.where.items() if name not in said}
        self.more.setText(where_text(rest))
        self.measure.offer(self._measures())
        self.measure.choose(rule.measure)
        for field, value in (
            (self.above, rule.above), (self.below, rule.below), (self.hysteresis, rule.hysteresis or None),
            (self.per, rule.per or None), (self.silence, rule.silence or None), (self.delay, rule.delay or None),
            (self.off_delay, rule.off_delay or None), (self.count, float(rule.more_than)),
        ):  # fmt: skip
            field.put(value)
        self.tier.choose(str(rule.area_tier))
        self._show_parts(rule, beside)
        self.ring.choose("")
        self.inside.choose("in" if rule.inside else "out")
        self.start.setText(rule.hours.start)
        self.end.setText(rule.hours.end)
        for n, box in enumerate(self.days, 1):
            box.setChecked(not rule.hours.days or n in rule.hours.days)
        self.case_kind.choose(rule.case_kind)
        self.parent_rule.offer([("", t("rulesui.no_parent")), *beside])
        self.parent_rule.choose(rule.parent)
        self.flood.setText(flood_words(self._ctx, rule.flood))
        for field, text in ((self.owner, rule.owner), (self.why, rule.why), (self.guide, rule.guide)):
            field.setText(text.get("zh", ""))
        self._shape()
        self._filling = False

    def _show_parts(self, rule: Rule, beside: Sequence[tuple[str, str]]) -> None:
        chosen = (*rule.all_of, *rule.any_of)
        self.any.choose("any" if rule.any_of else "all")
        self.parts.clear()
        for id, words in beside:
            item = QListWidgetItem(words, self.parts)
            item.setData(Qt.ItemDataRole.UserRole, id)
            item.setCheckState(Qt.CheckState.Checked if id in chosen else Qt.CheckState.Unchecked)

    def _chosen_parts(self) -> tuple[str, ...]:
        items = (self.parts.item(i) for i in range(self.parts.count()))
        return tuple(i.data(Qt.ItemDataRole.UserRole) for i in items if i.checkState() is Qt.CheckState.Checked)

    def _named(self) -> dict[str, Any]:
        where: dict[str, Any] = {}
        if self.what.chosen:
            where[NAMED_BY[self.topic.chosen]] = self.what.chosen
        if self.stands.chosen:
            where["state"] = float(self.stands.chosen)
        return where

    def rule(self) -> Rule | Message:
        """The rule as the form has it, or what in it can not be read."""
        numbers = (
            self.above,
            self.below,
            self.hysteresis,
            self.per,
            self.silence,
            self.delay,
            self.off_delay,
            self.count,
        )
        wrong = next((field for field in numbers if not field.is_good), None)
        if wrong is not None:
            wrong.setFocus()
            return Message("rulesui.no_number", {"text": wrong.text()})
        try:
            more = read_where(self.more.text(), self.topic.chosen)
        except ValueError as error:
            self.more.setFocus()
            return Message("rulesui.no_condition", {"text": str(error)})
        where = {**self._named(), **more}
        if self.area.chosen:
            before = str(self._rule.where.get("area", ""))
            where["area"] = before if before.rstrip("*") == self.area.chosen else self.area.chosen + "*"
        combined = self.kind.chosen == "combination"
        parts = self._chosen_parts() if combined else ()
        uses = _USES.get(self.kind.chosen, set())
        days = tuple(n for n, box in enumerate(self.days, 1) if box.isChecked())
        ring = self._rule.ring
        if self.ring.chosen and "ring" in uses:
            ring = ring_of(self._ctx.picture["area"], self.ring.chosen)
        return msgspec.structs.replace(
            self._rule,
            name=_text(self.name, self.name_en),
            enabled=self.enabled.isChecked(),
            latched=self.latched.isChecked(),
            level=int(self._level),
            kind=self.kind.chosen,
            topic=self.topic.chosen,
            where={} if combined else where,
            measure=self.measure.chosen if "measure" in uses else "",
            above=self.above.value if "bounds" in uses else None,
            below=self.below.value if "bounds" in uses else None,
            hysteresis=(self.hysteresis.value or 0.0) if "hysteresis" in uses else 0.0,
            per=(self.per.value or 0.0) if "per" in uses else 0.0,
            more_than=round(self.count.value or 0) if "more_than" in uses else 0,
            silence=(self.silence.value or 0.0) if "silence" in uses else 0.0,
            area_tier=int(self.tier.chosen or -1) if "tier" in uses else -1,
            all_of=parts if self.any.chosen == "all" else (),
            any_of=parts if self.any.chosen == "any" else (),
            ring=ring if "ring" in uses else (),
            inside=self.inside.chosen == "in",
            delay=self.delay.value or 0.0,
            off_delay=self.off_delay.value or 0.0,
            hours=Window(self.start.text().strip(), self.end.text().strip(), () if len(days) == 7 else days),
            case_kind=self.case_kind.chosen,
            parent=self.parent_rule.chosen,
            flood=self._floods.get(typed := self.flood.text().strip(), typed),
            owner=_keep(self._rule.owner, self.owner),
            why=_keep(self._rule.why, self.why),
            guide=_keep(self._rule.guide, self.guide),
        )


def _text(zh: LineEdit, en: LineEdit) -> dict[str, str]:
    found = {"zh": " ".join(zh.text().split())}
    if english := " ".join(en.text().split()):
        found["en"] = english
    return found


def _keep(before: dict[str, str], field: LineEdit) -> dict[str, str]:
    """The text with its Chinese as typed; a translation of what was said before goes when that changed."""
    typed = " ".join(field.text().split())
    if typed == before.get("zh", ""):
        return before
    return {"zh": typed} if typed else {}
