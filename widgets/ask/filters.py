"""The chips of an answer: what each may say instead, and further restrictions by the +."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from cockpit.model.asking import Chip, Choice, Understood
from cockpit.model.scopewords import filter_words
from widgets.drill.pieces.chips import ChipText
from widgets.drill.words import DrillWords

MORE = "+"
_TITLED = ("span", "area", "kinds", "measure", "form", "by", "top", "descending", "sides", "channels", "levels",
           "stages", "results", "marks", "hours", "weekdays", "unit_kind", "unit", "place", "amount", "took", "reached",
           "when", "of")  # fmt: skip
_ADDED = ("levels", "channels", "stages", "unit_kind")
_STAGES = ("open", "closed", "overdue")


class Filters(QObject):
    """Says chips and fills their menus.

    Attributes:
        changed: (chip, choice or None) another is chosen, or it is taken away. added: (words) a further restriction.
    """

    changed = Signal(object, object)
    added = Signal(str)

    def __init__(self, words: DrillWords, parent: QObject) -> None:
        super().__init__(parent)
        self.words = words
        self.understood: Understood | None = None

    def texts(self, understood: Understood) -> list[ChipText]:
        """The chips as they are printed, + at the end."""
        self.understood = understood
        found = [ChipText(self._name(i), self._title(chip), self._value(chip), chip.removable)
                 for i, chip in enumerate(understood.chips)]  # fmt: skip
        return [*found, ChipText(MORE, "", "")]

    def _name(self, i: int) -> str:
        assert self.understood is not None
        return f"{self.understood.chips[i].field}{i}"

    def _title(self, chip: Chip) -> str:
        t = self.words.ctx.t
        title = t(f"ask.chip_{chip.field}") if chip.field in _TITLED else ""
        if title and chip.words.startswith(title):
            title = ""
        return t("ask.assumed", title=title).strip() if chip.assumed else title

    @staticmethod
    def _value(chip: Chip) -> str:
        return chip.words

    def chip(self, name: str) -> Chip | None:
        if self.understood is None:
            return None
        return next((chip for i, chip in enumerate(self.understood.chips) if self._name(i) == name), None)

    def drop(self, name: str) -> None:
        """Takes a chip away."""
        chip = self.chip(name)
        if chip is not None and chip.removable:
            self.changed.emit(chip, None)

    def fill(self, name: str, menu: QMenu) -> None:
        """What a chip of that name offers."""
        if name == MORE:
            self._fill_more(menu)
            return
        chip, t = self.chip(name), self.words.ctx.t
        if chip is None:
            return
        for choice in chip.choices:
            action = menu.addAction(choice.words.replace("&", "&&"))
            action.triggered.connect(lambda _checked=False, choice=choice: self._chosen(chip, choice))
        if chip.removable:
            if chip.choices:
                menu.addSeparator()
            menu.addAction(f"{t('ask.drop')}\tDelete").triggered.connect(lambda: self.changed.emit(chip, None))

    def _chosen(self, chip: Chip, choice: Choice) -> None:
        self.changed.emit(chip, choice)

    def _fill_more(self, menu: QMenu) -> None:
        t = self.words.ctx.t
        for field, words in self._offered():
            if words:
                below = menu.addMenu(t(f"ask.chip_{field}"))
                for one in words:
                    below.addAction(one.replace("&", "&&")).triggered.connect(
                        lambda _checked=False, one=one: self.added.emit(one)
                    )

    def _offered(self) -> Iterator[tuple[str, list[str]]]:
        """What is not restricted yet, with the words for it."""
        if self.understood is None:
            return
        scope, ctx, words = self.understood.scope, self.words.ctx, self.words
        below = words.areas.children(scope.area) if scope.area else words.areas.districts()
        yield "area", [area.name for area in below][:20]
        if scope.measure.startswith("sign:"):
            return
        if not scope.kinds:
            groups = dict.fromkeys(kind.group_code for kind in ctx.pack.kinds.values())
            yield "kinds", [words.filter(scope.with_(kinds=(code,)), "kinds") for code in groups]
        values: dict[str, list[object]] = {
            "levels": [(level,) for level in range(1, 5)],
            "channels": [(code,) for code in ctx.pack.channels],
            "stages": [(stage,) for stage in _STAGES],
            "unit_kind": list(ctx.pack.unit_kinds),
        }
        for field in _ADDED:
            if not getattr(scope, field):
                yield field, [self._said(field, value) for value in values[field]]

    def _said(self, field: str, value: object) -> str:
        assert self.understood is not None
        ctx = self.words.ctx
        scope = self.understood.scope.with_(**{field: value})
        return filter_words(scope, field, ctx.pack, self.words.names, ctx.t, ctx.clock.now())
