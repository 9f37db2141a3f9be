"""The settings of a chosen place: what it shows, how that is set, what it follows, whether it crosses bezels."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from cockpit.model.messages import Message
from cockpit.model.wall import Place
from cockpit.model.wall_words import option_name
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit
from widgets.kit.tips import plain_tip
from widgets.walldesk.editing import Editing
from widgets.walldesk.kinds import kinds
from widgets.walldesk.setting_words import choices, tip

_FOLLOWS = ("", "event", "area", "selection")
IN_TWO = '{ zh = "…", en = "…" }'
"""How words in both languages are typed."""
_NOT_OPTIONS = ("self", "ctx", "parent")


def options_of(panel: type) -> dict[str, Any]:
    """What a scene may set of a panel, each with what it is where the scene says nothing."""
    named = getattr(panel, "options", None)
    if isinstance(named, Mapping):
        return {"title": "", **named}
    try:
        parameters = inspect.signature(panel).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {
        one.name: one.default
        for one in parameters
        if one.name not in _NOT_OPTIONS and one.kind in (one.KEYWORD_ONLY, one.POSITIONAL_OR_KEYWORD)
        and one.default is not one.empty
    }  # fmt: skip


def written(value: Any) -> str:
    """A value as it is typed: words as they are, lists with commas, tables as TOML has them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ", ".join(written(one) for one in value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_quoted(one)}" for key, one in value.items()) + " }"
    return "" if value is None else str(value)


def _quoted(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"[{', '.join(_quoted(one) for one in value)}]" if isinstance(value, (list, tuple)) else written(value)


def typed(text: str, like: Any) -> Any:
    """What was typed, of the kind of `like`.

    Raises:
        ValueError: it is not of that kind.
    """
    text = text.strip()
    if text.startswith(("{", "[")):
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError as error:
            raise ValueError(text) from error
    if isinstance(like, (list, tuple)):
        return [_item(one.strip()) for one in text.replace("，", ",").split(",") if one.strip()]
    if isinstance(like, int):
        return int(text)
    if isinstance(like, float) or like is None:
        return float(text)
    return text


def _item(text: str) -> Any:
    return int(text) if text.lstrip("-").isdecimal() else text


class PlaceForm(QScrollArea):
    """The form. Each field is taken when it is left or Enter is pressed; Escape puts it back.

    Attributes:
        panel: which panel it shows. fields: by name of the setting.
    """

    def __init__(self, edit: Editing, parent: QWidget) -> None:
        super().__init__(parent)
        self._edit = edit
        self._ctx = edit.hand.ctx
        self._place: Place | None = None
        self._scene = ""
        self.panel = QComboBox(self)
        self.panel.hide()
        self.fields: dict[str, QWidget] = {}
        self._defaults: dict[str, Any] = {}
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self._lang = ""

    def show_place(self, place: Place | None) -> None:
        """The form of this place; the same again is left as it is, with what is being typed."""
        if place == self._place and self._edit.hand.looked == self._scene and self._lang == self._ctx.t.lang:
            return
        before, known = self._place, self._edit.hand.looked == self._scene and self._lang == self._ctx.t.lang
        if before is not None and (place is None or place.id != before.id or not known):
            self.take()
        self._place, self._scene = place, self._edit.hand.looked
        if place is not None and before is not None and known:
            as_before = replace(place, options=before.options, weight=before.weight, screens=before.screens)
            if as_before == before:
                self._bring_up_to_date(place)
                return
        self._lang = self._ctx.t.lang
        self.fields, self._defaults = {}, {}
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(6)
        if place is not None:
            self._fill(page, column, place)
        column.addStretch(1)
        old = self.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()
        self.setWidget(page)
        page.setAutoFillBackground(False)

    def take(self) -> None:
        """Takes what is typed and was not taken yet, for the place whose settings are shown."""
        for field in self.fields.values():
            if isinstance(field, LineEdit) and field.isModified():
                field.setModified(False)
                field.editingFinished.emit()

    def _bring_up_to_date(self, place: Place) -> None:
        """Other settings of the same panel: the fields stay, and the one that is typed in is left alone."""
        for name, field in self.fields.items():
            if isinstance(field, LineEdit) and not field.hasFocus():
                field.setText(written(place.options[name]) if name in place.options else "")
            elif name in self._defaults:
                value = place.options.get(name, self._defaults[name])
                if isinstance(field, QCheckBox):
                    field.setChecked(bool(value))
                elif isinstance(field, QComboBox):
                    field.setCurrentIndex(field.findData(value))

    def focus_first(self) -> None:
        self.panel.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _fill(self, page: QWidget, column: QVBoxLayout, place: Place) -> None:
        t, walling = self._ctx.t, self._ctx.walling
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        self.panel = QComboBox(page)
        self.panel.setAccessibleName(t("walldesk.field_panel"))
        self.panel.addItem(t("walldesk.empty_place"), "")
        for kind in kinds(walling.panels):
            self.panel.addItem(t(kind.name) if kind.name else kind.panel, kind.panel)
        at = self.panel.findData(place.panel)
        if at < 0:
            self.panel.addItem(place.panel, place.panel)
            at = self.panel.count() - 1
        self.panel.setCurrentIndex(at)
        self.panel.activated.connect(lambda i: self._put(place, self.panel.itemData(i)))
        self._row(grid, t("walldesk.field_panel"), self.panel)
        if place.panel:
            follows = QComboBox(page)
            for what in _FOLLOWS:
                follows.addItem(t(f"walledit.follows_{what or 'none'}"), what)
            follows.setCurrentIndex(_FOLLOWS.index(place.follows))
            follows.activated.connect(lambda i: self._edit.set_field(place.id, follows=_FOLLOWS[i]))
            self.fields["follows"] = follows
            self._row(grid, t("walldesk.field_follows"), follows)
            spans = QCheckBox(t("walldesk.field_spans"), page)
            spans.setChecked(place.spans)
            spans.clicked.connect(lambda on: self._edit.set_field(place.id, spans=on))
            self.fields["spans"] = spans
            self._row(grid, "", spans)
            self._options(page, grid, place)
        column.addLayout(grid)

    def _options(self, page: QWidget, grid: QGridLayout, place: Place) -> None:
        try:
            known = options_of(self._ctx.walling.panels[place.panel])
        except Exception as error:  # a third party's panel that can not be loaded has no settings to show
            self._ctx.report(error, place.panel)
            known = {}
        t = self._ctx.t
        for name, default in {**known, **{k: v for k, v in place.options.items() if k not in known}}.items():
            value = place.options.get(name, default)
            self._defaults[name] = default
            named = option_name(place.panel, name)
            words = t(named) if isinstance(named, Message) else named
            some = choices(place.panel, name)
            if isinstance(default, bool):
                box = QCheckBox(words, page)
                box.setToolTip(plain_tip(tip(self._ctx, place.panel, name, value, "")))
                box.setChecked(bool(value))
                box.clicked.connect(lambda on, name=name, default=default: self._set(name, on, default))
                self.fields[name] = box
                self._row(grid, "", box)
                continue
            if some:
                self.fields[name] = self._choice(page, name, value, default, some)
                self.fields[name].setToolTip(plain_tip(tip(self._ctx, place.panel, name, value, "")))
                self._row(grid, words, self.fields[name])
                continue
            field = LineEdit(page)
            field.setText(written(place.options[name]) if name in place.options else "")
            field.setPlaceholderText(IN_TWO if default == {} else written(default))
            field.setAccessibleName(words)
            field.setToolTip(plain_tip(tip(self._ctx, place.panel, name, value, written(default) if default else "")))
            field.editingFinished.connect(
                lambda field=field, name=name, default=default: self._typed(field, name, default)
            )
            self.fields[name] = field
            self._row(grid, words, field)

    def _choice(
        self, page: QWidget, name: str, value: Any, default: Any, some: Sequence[tuple[str | int, Message]]
    ) -> QComboBox:
        """One of a few; what a file says besides them is one more."""
        box = QComboBox(page)
        for one, words in some:
            box.addItem(self._ctx.t(words), one)
        at = next((i for i, (one, _) in enumerate(some) if one == value), -1)
        if at < 0:
            box.addItem(written(value), value)
            at = box.count() - 1
        box.setCurrentIndex(at)
        box.activated.connect(lambda i: self._set(name, box.itemData(i), default))
        return box

    def _row(self, grid: QGridLayout, words: str, field: QWidget) -> None:
        at = grid.rowCount()
        if isinstance(field, QComboBox):  # long words of a choice make no form that is wider than its room
            field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            field.setMinimumContentsLength(6)
        if words:
            made = label(words, self, wrap=False)
            made.setToolTip(field.toolTip())
            grid.addWidget(made, at, 0)
            field.setAccessibleName(words)
        grid.addWidget(field, at, 1)

    def _put(self, place: Place, panel: str) -> None:
        if panel != place.panel:
            if panel:
                self._edit.put(panel, place.id)
            else:
                self._edit.clear()

    def _typed(self, field: LineEdit, name: str, default: Any) -> None:
        text = field.text().strip()
        field.setModified(False)
        if not text:
            wrong = False
            self._set(name, default, default)
        else:
            try:
                value = typed(text, default)
                wrong = False
                self._set(name, value, default)
            except ValueError:
                wrong = True
                words = {"name": field.accessibleName(), "like": written(default) or "0"}
                self._ctx.notify(Message("walldesk.bad_option", words), 3)
        if field.property("wrong") != wrong:
            field.setProperty("wrong", wrong)
            field.style().unpolish(field)
            field.style().polish(field)

    def _set(self, name: str, value: Any, default: Any) -> None:
        """A setting; what is as it is anyway is not written into the scene."""
        place = self._place
        if place is None:
            return
        options = dict(place.options)
        if value == default:
            options.pop(name, None)
        else:
            options[name] = value
        if options != place.options:
            self._edit.set_options(self._scene, place.id, options)
