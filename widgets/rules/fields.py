"""Fields of the rule form: a number that may be empty, a choice, seconds; what is wrong is marked, never guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QWidget

from cockpit.model.messages import Texts
from widgets.kit.lineedit import LineEdit


class NumberField(LineEdit):
    """A number; empty is None. What is no number is marked, and `value` raises ValueError."""

    def __init__(self, parent: QWidget, width: int = 120) -> None:
        super().__init__(parent)
        self.setMaxLength(20)
        self.setFixedWidth(width)
        self.textChanged.connect(self._mark)

    @property
    def value(self) -> float | None:
        """
        Raises:
            ValueError: what is typed is no number.
        """
        return self.read(self.text())

    @staticmethod
    def read(text: str) -> float | None:
        """
        Raises:
            ValueError: it is no number.
        """
        text = text.strip().replace("，", "").replace(",", "").replace("－", "-").replace("．", ".")
        if not text:
            return None
        value = float(text)
        if not math.isfinite(value):
            raise ValueError(text)
        return value

    @property
    def is_good(self) -> bool:
        try:
            _ = self.value
        except ValueError:
            return False
        return True

    def put(self, value: float | None) -> None:
        self.setText("" if value is None else f"{value:g}" if abs(value) < 1e6 else repr(value))

    def _mark(self) -> None:
        self.setProperty("wrong", "false" if self.is_good else "true")
        self.style().unpolish(self)
        self.style().polish(self)


_SECONDS = {"s": 1, "秒": 1, "min": 60, "分": 60, "分钟": 60, "h": 3600, "时": 3600, "小时": 3600}
_SPAN = re.compile(r"(.*?)\s*(s|min|h|秒|分钟|分|小时|时)", re.IGNORECASE)


class SpanField(NumberField):
    """A span of time, `value` in seconds: “30 分”, “90 秒”, “2 h”; a bare number is seconds."""

    def __init__(self, parent: QWidget, t: Texts, width: int = 96) -> None:
        super().__init__(parent, width)
        self._t = t
        self.setPlaceholderText(t("rulesui.span_hint"))

    @property
    def value(self) -> float | None:
        """
        Raises:
            ValueError: what is typed is no span.
        """
        said = _SPAN.fullmatch(self.text().strip())
        if said is None:
            return self.read(self.text())
        number = self.read(said[1])
        if number is None:
            raise ValueError(self.text())
        return round(number * _SECONDS[said[2].lower()], 6)

    def put(self, value: float | None) -> None:
        if not value:
            self.setText("")
            return
        unit, size = next(((u, n) for u, n in (("h", 3600), ("min", 60)) if not value % n), ("s", 1))
        self.setText(self._t(f"rulesui.span_{unit}", n=f"{value / size:.15g}"))


class Choice(QComboBox):
    """One of some ids, each in words."""

    def __init__(self, parent: QWidget, choices: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(14)
        self.setMaxVisibleItems(16)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.offer(choices)

    def offer(self, choices: Iterable[tuple[str, str]]) -> None:
        """Other choices; the one that was chosen stays where it is among them."""
        before = self.chosen
        self.blockSignals(True)
        self.clear()
        for id, words in choices:
            self.addItem(words, id)
        self.blockSignals(False)
        if self.findData(before) >= 0:
            self.choose(before)

    @property
    def chosen(self) -> str:
        return str(self.currentData() or "")

    def choose(self, id: str) -> None:
        """Chooses; an id that is not offered is added as it is, so that nothing of a rule is lost."""
        at = self.findData(id)
        if at < 0 and id:
            self.addItem(id, id)
            at = self.count() - 1
        self.setCurrentIndex(max(at, 0))

    def wheelEvent(self, event: object) -> None:
        """The wheel scrolls the form, and changes nothing under the pointer."""
        event.ignore()  # type: ignore[attr-defined]
