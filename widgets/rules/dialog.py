"""报警规则: all rules at the left, the one that is open at the right, and under it what it would have done."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QScrollArea,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from cockpit.model.ages import age
from cockpit.model.alarms import Rule
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from widgets.kit.buttons import KeyButton, button
from widgets.kit.context import PanelContext
from widgets.kit.fuzzy import score
from widgets.kit.lineedit import LineEdit
from widgets.kit.symbols import draw_badge
from widgets.rules.form import RuleForm
from widgets.rules.trial import Trial
from widgets.rules.words import rule_words

ROW = 56
_RULE = Qt.ItemDataRole.UserRole
SAVE_KEY, TRY_KEY = "Ctrl+S", "Ctrl+Return"


class RulesDialog(QDialog):
    """The rules.

    Attributes:
        rules: the list. form: the one that is open. trial: its dry run. said: what came of the last act.
        save, remove, fresh, copy, earlier: the buttons.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget, wanted: str = "") -> None:
        """
        Args:
            wanted: id of the rule that is to be open; "" the first.
        """
        super().__init__(parent)
        t, self._ctx = ctx.t, ctx
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(t("rulesui.title"))
        room = parent.window().size() if parent is not None else QSize(1280, 960)
        self.setMinimumSize(min(900, room.width()), min(560, room.height()))
        self.resize(min(1180, room.width() - 48), min(860, room.height() - 48))
        self._open: Rule | None = None
        self._dirty = False
        self._known: object = None
        whole = QHBoxLayout(self)
        whole.setContentsMargins(20, 18, 20, 16)
        whole.setSpacing(16)
        whole.addLayout(self._left(), 0)
        whole.addLayout(self._right(), 1)
        for key, run in ((SAVE_KEY, self.save_now), (TRY_KEY, self.try_now)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(run)
        self.refresh(wanted)
        self._dress()

    # -- how it is laid out ----------------------------------------------------------------------------------------

    def _left(self) -> QVBoxLayout:
        t = self._ctx.t
        column = QVBoxLayout()
        column.setSpacing(8)
        head = QLabel(t("rulesui.title"), self)
        head.setProperty("style", "title")
        column.addWidget(head)
        self.find = LineEdit(self)
        self.find.setPlaceholderText(t("rulesui.find"))
        self.find.textChanged.connect(lambda: self.refresh(self._open.id if self._open else ""))
        column.addWidget(self.find)
        self.rules = QListWidget(self)
        self.rules.setFixedWidth(332)
        self.rules.setItemDelegate(_RuleRow(self._ctx, self.rules))
        self.rules.setAccessibleName(t("rulesui.title"))
        self.rules.currentItemChanged.connect(self._turned)
        column.addWidget(self.rules, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.fresh = button(t("rulesui.new"), self.begin_new, parent=self)
        self.copy = button(t("rulesui.copy"), self.begin_copy, parent=self)
        row.addWidget(self.fresh)
        row.addWidget(self.copy)
        row.addStretch(1)
        column.addLayout(row)
        return column

    def _right(self) -> QVBoxLayout:
        t = self._ctx.t
        column = QVBoxLayout()
        column.setSpacing(8)
        self.summary = QLabel(self)
        self.summary.setProperty("style", "row_title")
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        self.stamp = QLabel(self)
        self.stamp.setProperty("role", "t2")
        self.form = RuleForm(self._ctx, self)
        self.form.changed.connect(self._changed)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.form)
        for ground in (scroll.viewport(), self.form):
            ground.setAutoFillBackground(False)  # that of the dialog shows
        self.trial = Trial(self._ctx, self)
        self.trial.go.clicked.connect(self.try_now)
        self.trial.go.setToolTip("Ctrl+Enter")
        self.said = QLabel(self)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self.earlier = button(t("rulesui.earlier"), self.ask_earlier, parent=self)
        self.remove = button(t("rulesui.remove"), self.remove_now, parent=self)
        self.save = KeyButton(t("rulesui.save"), SAVE_KEY, self._ctx.theme, "primary", self)
        self.save.clicked.connect(self.save_now)
        foot.addWidget(self.said, 1)
        foot.addWidget(self.earlier)
        foot.addWidget(self.remove)
        foot.addWidget(button(t("alarmlist.close"), self.reject, parent=self))
        foot.addWidget(self.save)
        column.addWidget(self.summary)
        column.addWidget(self.stamp)
        column.addWidget(scroll, 3)
        column.addWidget(self.trial, 2)
        column.addLayout(foot)
        return column

    # -- which rule is open ----------------------------------------------------------------------------------------

    def _all(self) -> tuple[Rule, ...]:
        return tuple(self._ctx.alarms.rules) if self._ctx.alarms is not None else ()

    def refresh(self, wanted: str = "") -> None:
        """Lists the rules as the hub last said; the open one stays open."""
        typed = self.find.text().strip().lower()
        self.rules.blockSignals(True)
        self.rules.clear()
        for rule in self._all():
            if not typed or _fits(self._ctx, rule, typed):
                item = QListWidgetItem(self._ctx.t.pack(rule.name), self.rules)
                item.setData(_RULE, rule)
        self.rules.blockSignals(False)
        at = next((i for i in range(self.rules.count()) if self._at(i).id == wanted), -1)
        if at >= 0:
            self.rules.setCurrentRow(at)
        elif self._open is None and self.rules.count():
            self.rules.setCurrentRow(0)
        elif self._open is None:
            self.begin_new()

    def _at(self, i: int) -> Rule:
        rule: Rule = self.rules.item(i).data(_RULE)
        return rule

    def _turned(self, item: QListWidgetItem | None, _before: object = None) -> None:
        if item is None:
            return
        rule, now = item.data(_RULE), self._open
        if now is not None and rule.id == now.id and (self._dirty or rule.version == now.version):
            return  # it is open already: what was typed, or tried, stays
        self.open_rule(rule)

    def open_rule(self, rule: Rule) -> None:
        """Fills the form; what was typed into it and not saved is gone, and said so."""
        if self._dirty and self._open is not None and self._open.id != rule.id:
            self._say(Message("rulesui.dropped", {"name": self._ctx.t.pack(self._open.name)}))
        self._open, self._dirty = rule, False
        self.form.show_rule(rule, self._all())
        self.trial.forget()
        self._dress()

    def begin_new(self) -> None:
        """An empty rule; its id is made here."""
        ident = "r-" + new_id(self._ctx.clock.base)[-12:]
        blank = Rule(ident, {"zh": ""}, "threshold", "sensor", measure="value", version=0)
        self.rules.setCurrentRow(-1)
        self.open_rule(blank)
        self.form.name.setFocus()

    def begin_copy(self) -> None:
        """A new rule with all that the open one says."""
        if self._open is None:
            return
        ident = "r-" + new_id(self._ctx.clock.base)[-12:]
        t, rule = self._ctx.t, self._open
        name = {lang: t("rulesui.copy_of", name=words) for lang, words in rule.name.items()}
        self.rules.setCurrentRow(-1)
        self.open_rule(msgspec.structs.replace(rule, id=ident, name=name, version=0, changed=0, by=""))
        self._dirty = True
        self._dress()

    def _changed(self) -> None:
        self._dirty = True
        self.trial.forget()
        self._dress()

    def _dress(self) -> None:
        t, rule = self._ctx.t, self._open
        read = self.form.rule()
        shown = read if isinstance(read, Rule) else rule
        self.summary.setText(rule_words(self._ctx, shown) if shown is not None else "")
        if rule is None or not rule.version:
            self.stamp.setText(t("rulesui.unsaved"))
        else:
            when = t(age(rule.changed, self._ctx.clock.wall())) if rule.changed else t("rulesui.shipped")
            by = rule.by or t("rulesui.shipped_by")
            self.stamp.setText(t("rulesui.stamp", n=rule.version, when=when, by=by))
        can = self._ctx.alarms is not None
        self.save.setEnabled(can and (self._dirty or (rule is not None and not rule.version)))
        self.remove.setEnabled(can and rule is not None and rule.version > 0)
        self.earlier.setEnabled(can and rule is not None and rule.version > 1)

    # -- what a person does ----------------------------------------------------------------------------------------

    def _read(self) -> Rule | None:
        read = self.form.rule()
        if isinstance(read, Message):
            self._say(read)
            return None
        return read

    def save_now(self) -> None:
        """Has the hub take the rule; its refusal is shown, and nothing typed is lost."""
        rule, alarms = self._read(), self._ctx.alarms
        if rule is None or alarms is None:
            return
        self.save.setEnabled(False)

        def done(problem: Message | None) -> None:
            if problem is None:
                self._dirty = False
                self._open = msgspec.structs.replace(rule, version=rule.version + 1, changed=self._ctx.clock.wall())
                self._say(Message("rulesui.saved"))
                self.refresh(rule.id)
            else:
                self._say(problem)
            self._dress()

        alarms.save(rule, done)

    def try_now(self) -> None:
        """The dry run, of the rule as it is typed."""
        rule = self._read()
        if rule is not None:
            self.trial.run(rule)

    def remove_now(self) -> None:
        """Takes the rule out; a second press is the confirmation."""
        rule, alarms, t = self._open, self._ctx.alarms, self._ctx.t
        if rule is None or alarms is None:
            return
        if self.remove.text() != t("rulesui.remove_sure"):
            self.remove.setText(t("rulesui.remove_sure"))
            return
        self.remove.setText(t("rulesui.remove"))

        def done(problem: Message | None) -> None:
            if problem is None:
                self._open, self._dirty = None, False
                self._say(Message("rulesui.removed", {"name": t.pack(rule.name)}))
                self.refresh()
            else:
                self._say(problem)

        alarms.remove(rule.id, rule.version, done)

    def ask_earlier(self) -> None:
        """Offers earlier versions; one that is chosen fills the form and is saved like any change."""
        if self._open is None or self._ctx.alarms is None:
            return
        self._ctx.alarms.history(self._open.id, self._offer)

    def _offer(self, found: list[Rule] | Message) -> None:
        if isinstance(found, Message):
            self._say(found)
            return
        if not found:
            self._say(Message("rulesui.no_earlier"))
            return
        menu = QMenu(self)
        for rule in found:
            when = self._ctx.t(age(rule.changed, self._ctx.clock.wall())) if rule.changed else ""
            words = self._ctx.t("rulesui.version", n=rule.version, when=when, words=rule_words(self._ctx, rule))
            menu.addAction(words, lambda rule=rule: self._take_up(rule))
        menu.popup(self.earlier.mapToGlobal(self.earlier.rect().topLeft()))

    def _take_up(self, old: Rule) -> None:
        if self._open is not None:
            rule = msgspec.structs.replace(
                old, version=self._open.version, changed=self._open.changed, by=self._open.by
            )
            self.form.show_rule(rule, self._all())
            self._changed()

    def age_tick(self) -> None:
        """A second passed: the rules may be others."""
        rules = self._ctx.alarms.rules if self._ctx.alarms is not None else ()
        if rules is not self._known:
            self._known = rules
            self.refresh(self._open.id if self._open else "")

    def _say(self, message: Message) -> None:
        self.said.setText(self._ctx.t(message))


def _fits(ctx: PanelContext, rule: Rule, typed: str) -> bool:
    named = " ".join((*rule.name.values(), rule.id, rule_words(ctx, rule)))
    return score(typed, named) > 0 or score(typed, ctx.t.pack(rule.name)) > 0


class _RuleRow(QStyledItemDelegate):
    """A rule in the list: level, name, what it says; off is grey and says so."""

    def __init__(self, ctx: PanelContext, parent: QListWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:
        return QSize(300, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        rule: Rule = index.data(_RULE)  # type: ignore[attr-defined]
        theme, t, rect = self._ctx.theme, self._ctx.t, option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.acc_bg)
            painter.fillRect(rect.left(), rect.top(), 3, rect.height(), theme.acc)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.s2)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.line)
        draw_badge(painter, QRectF(rect.left() + 12, rect.top() + 10, 22, 22), rule.level, theme)
        left, right = rect.left() + 44, rect.right() - 10
        painter.setFont(theme.font("row_title"))
        painter.setPen(theme.t1 if rule.enabled else theme.t3)
        middle = Qt.AlignmentFlag.AlignVCenter
        off = "" if rule.enabled else t("rulesui.off")
        room = right - left - (painter.fontMetrics().horizontalAdvance(off) + 8 if off else 0)
        name = painter.fontMetrics().elidedText(t.pack(rule.name), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, rect.top() + 8, room, 20), middle, name)
        painter.setFont(theme.font("small"))
        if off:
            painter.setPen(theme.t2)
            painter.drawText(QRectF(left, rect.top() + 8, right - left, 20), middle | Qt.AlignmentFlag.AlignRight, off)
        painter.setPen(theme.t2 if rule.enabled else theme.t3)
        said = painter.fontMetrics().elidedText(rule_words(self._ctx, rule), Qt.TextElideMode.ElideRight, right - left)
        painter.drawText(QRectF(left, rect.top() + 29, right - left, 18), middle, said)
        painter.restore()
