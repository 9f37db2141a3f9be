"""What the chips of the drill page offer: other periods, areas, kinds, measures; each choice is another scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from math import inf

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from cockpit.model.city import Kind
from cockpit.model.errors import UserError
from cockpit.model.insight import MEASURES
from cockpit.model.messages import Message
from cockpit.model.scope import Scope, Span
from cockpit.model.spans import PREVIOUS, YEAR_BEFORE, compared, span_of
from widgets.drill.pieces.chips import ChipText
from widgets.drill.words import DrillWords
from widgets.kit.dialog import NameDialog
from widgets.kit.menus import submenu
from widgets.lists.areas import Area

SPANS = ("today", "yesterday", "hours24", "week", "last_week", "last7", "month", "last_month", "last30", "year")
MORE = ("channels", "levels", "stages", "results", "unit_kind", "unit", "place", "amount", "hours", "weekdays",
        "marks", "took", "reached", "behind", "areas", "at")  # fmt: skip
STAGES = ("open", "overdue", "late", "filed", "assigned", "handling", "check", "closed")
RESULTS = ("solved", "void", "referred")
ADD = "+"
_EMPTY: dict[str, object] = {
    "area": "", "kinds": (), "channels": (), "levels": (), "stages": (), "results": (), "unit": "", "unit_kind": "",
    "place": "", "amount": (), "hours": (), "weekdays": (), "marks": (), "took": (), "reached": (), "behind": (),
    "areas": (), "at": 0, "against": None, "measure": "count", "key": "",
}  # fmt: skip


def without(scope: Scope, name: str) -> Scope:
    """The scope without one of its restrictions."""
    return scope.with_(**{name: _EMPTY[name]})


def last_filter(scope: Scope) -> str:
    """What to give up first when nothing is left: the narrowest restriction; "" where there is none."""
    order = (
        "key",
        "place",
        "amount",
        "hours",
        "weekdays",
        "stages",
        "results",
        "levels",
        "channels",
        "unit",
        "unit_kind",
        "kinds",
        "area",
    )
    return next((name for name in order if getattr(scope, name)), "")


class Choices:
    """Fills the menus, and says what was chosen.

    Attributes:
        scope: the one that is looked at.
    """

    def __init__(self, words: DrillWords, chosen: Callable[[Scope], object], parent: QWidget) -> None:
        self.words, self._chosen, self._parent = words, chosen, parent
        self.scope: Scope | None = None
        self.dialog: NameDialog | None = None

    # -- the chips

    def chips(self, scope: Scope) -> list[ChipText]:
        self.scope = scope
        words, t = self.words, self.words.ctx.t
        pairs = {
            "span": words.span(scope.span),
            "area": words.area(scope.area),
            "kinds": words.filter(scope, "kinds") or t("drill.all_kinds"),
            "measure": words.measure(scope.measure),
            "against": words.against_of(scope),
        }
        found = [
            ChipText(
                name, t(f"drill.chip_{name}"), value, bool(getattr(scope, name)) and name not in ("span", "measure")
            )
            for name, value in pairs.items()
        ]
        for name in reversed([name for name in MORE if getattr(scope, name)]):
            title, value = t(f"drill.chip_{name}"), words.filter(scope, name)
            found.insert(3, ChipText(name, "" if value.startswith(title) else title, value, True))
        return [*found, ChipText(ADD, "", "")]

    def drop(self, name: str) -> None:
        """Takes a restriction away."""
        if self.scope is not None:
            self._chosen(without(self.scope, name))

    # -- the menus

    def fill(self, name: str, menu: QMenu) -> None:
        """Puts into a menu what the chip of that name offers."""
        scope = self.scope
        if scope is None:
            return
        if name == ADD:
            for one in MORE[:5]:
                self._fill_one(one, submenu(menu, one, self.words.ctx.t(f"drill.chip_{one}")), scope)
            menu.addSeparator()
            self._act(menu, self.words.ctx.t("drill.place_ask"), partial(self._ask, "place"))
            if scope.kinds:
                self._act(menu, self.words.ctx.t("drill.amount_ask"), partial(self._ask, "amount"))
            return
        if name not in ("span", "measure") and getattr(scope, name):
            self._act(menu, self.words.ctx.t("drill.remove"), partial(self.drop, name))
            menu.addSeparator()
        self._fill_one(name, menu, scope)

    def _fill_one(self, name: str, menu: QMenu, scope: Scope) -> None:
        fill = {
            "span": self._spans, "area": self._areas, "kinds": self._kinds, "measure": self._measures,
            "against": self._againsts,
        }.get(name)  # fmt: skip
        if fill is not None:
            fill(menu, scope)
            return
        pack, t = self.words.ctx.pack, self.words.ctx.t
        if name == "unit_kind":
            for id, kind in pack.unit_kinds.items():
                self._pick(menu, t.pack(kind.name), scope.with_(unit_kind=id), scope.unit_kind == id)
            return
        values: dict[str, Iterable[object]] = {
            "channels": pack.channels, "levels": (1, 2, 3, 4), "stages": STAGES, "results": RESULTS,
        }  # fmt: skip
        for value in values.get(name, ()):
            here: tuple[object, ...] = getattr(scope, name)
            one = scope.with_(**{name: (value,)})
            both = tuple(v for v in here if v != value) if value in here else (*here, value)
            self._pick(menu, self.words.filter(one, name), scope.with_(**{name: both}), value in here)

    def _spans(self, menu: QMenu, scope: Scope) -> None:
        now = self.words.ctx.clock.now()
        for word in SPANS:
            span = span_of(word, now)
            self._pick(menu, self.words.span(span), scope.with_(span=span), scope.span.word == word)
        menu.addSeparator()
        self._act(menu, self.words.ctx.t("drill.span_ask"), partial(self._ask, "span"))

    def _areas(self, menu: QMenu, scope: Scope) -> None:
        areas, pack = self.words.areas, self.words.ctx.pack
        code = scope.area or pack.code
        above = [area for area in areas.path(code) if area.code != scope.area]
        for area in above:
            self._pick(menu, area.name, scope.with_(area="" if area.code == pack.code else area.code), False)
        below = areas.children(code)
        if above and below:
            menu.addSeparator()
        for area in sorted(below, key=lambda one: one.name):
            self._pick(menu, area.name, scope.with_(area=area.code), False)
        parent = areas.get(code)
        beside = areas.children(parent.parent) if parent is not None and parent.parent else []
        if len(beside) > 1:
            more = submenu(menu, "beside", self.words.ctx.t("drill.beside"))
            for area in beside:
                self._pick(more, area.name, scope.with_(area=area.code), area.code == code)

        if len(below or beside) > 1:
            self._side_by_side(submenu(menu, "side", self.words.ctx.t("drill.side_by_side")), scope, below or beside)

    def _side_by_side(self, menu: QMenu, scope: Scope, areas: Sequence[Area]) -> None:
        """Areas to be compared: each choice puts one in or takes it out."""
        for area in sorted(areas, key=lambda one: one.name):
            here = area.code in scope.areas
            chosen = tuple(code for code in scope.areas if code != area.code) if here else (*scope.areas, area.code)
            self._pick(menu, area.name, scope.with_(areas=chosen), here)

    def _kinds(self, menu: QMenu, scope: Scope) -> None:
        t = self.words.ctx.t
        groups: dict[tuple[str, str], list[Kind]] = {}
        for kind in self.words.ctx.pack.kinds.values():
            groups.setdefault((kind.group_code, t.pack(kind.group)), []).append(kind)
        for (code, name), kinds in groups.items():
            more = submenu(menu, f"group {code}", name)
            self._pick(more, t("drill.all_of", name=name), scope.with_(kinds=(code,)), scope.kinds == (code,))
            more.addSeparator()
            for kind in kinds:
                chosen = kind.code in scope.kinds
                self._pick(more, t.pack(kind.name), scope.with_(kinds=(kind.code,)), chosen)

    def _measures(self, menu: QMenu, scope: Scope) -> None:
        if scope.measure.startswith("sign:"):
            self._pick(menu, self.words.measure(scope.measure), scope, True)
            menu.addSeparator()
        kind = self.words.ctx.pack.kind(scope.kinds[0]) if len(scope.kinds) == 1 else None
        for i, measure in enumerate(MEASURES):
            if measure.startswith("amount_") and (kind is None or not kind.fact):
                continue
            if i in (8, 14):
                menu.addSeparator()
            self._pick(menu, self.words.measure(measure), scope.with_(measure=measure), scope.measure == measure)

    def _againsts(self, menu: QMenu, scope: Scope) -> None:
        for word in (PREVIOUS, YEAR_BEFORE):
            span = compared(scope.span, Span(0, 0, word), self.words.ctx.clock.now())
            chosen = scope.against is not None and scope.against.word == word
            self._pick(menu, self.words.against(span), scope.with_(against=span), chosen)
        menu.addSeparator()
        self._act(menu, self.words.ctx.t("drill.against_ask"), partial(self._ask, "against"))

    # -- what is typed

    def _ask(self, name: str) -> None:
        """Asks for a period, a place or a bound in one line."""
        t = self.words.ctx.t
        title, why = Message(f"drill.{name}_ask"), Message(f"drill.{name}_ask_why")
        dialog = self.dialog = NameDialog(t, title, why, Message("drill.ask_ok"), self._parent)
        dialog.accepted.connect(lambda: self.typed(name, dialog.name))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def typed(self, name: str, text: str) -> None:
        """A person typed it; what it does not read is said in one sentence."""
        scope, ctx = self.scope, self.words.ctx
        if scope is None:
            return
        if name == "place":
            self._chosen(scope.with_(place=text[:40]))
            return
        try:
            part = {"amount": bounds_of(text)} if name == "amount" else {name: span_of(text, ctx.clock.now())}
        except UserError as error:
            ctx.notify(error.message, 0)
            return
        self._chosen(scope.with_(**part))

    # -- pieces

    def _pick(self, menu: QMenu, words: str, scope: Scope, chosen: bool) -> QAction:
        action = menu.addAction(words.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(chosen)
        action.triggered.connect(lambda _checked=False: self._chosen(scope))
        return action

    @staticmethod
    def _act(menu: QMenu, words: str, run: Callable[[], object]) -> None:
        menu.addAction(words).triggered.connect(lambda _checked=False: run())


def bounds_of(text: str) -> tuple[float, float]:
    """Bounds as a person types them: 30 (and more), 30-50, <20.

    Raises:
        UserError: no number.
    """
    said = text.strip().replace("～", "-").replace("–", "-").replace("≥", "").replace("≤", "<").replace("＜", "<")
    try:
        if said.startswith("<"):
            return (-inf, float(said[1:]))
        low, dash, high = said.partition("-")
        found = (float(low), float(high) if dash and high.strip() else inf)
    except ValueError as error:
        raise UserError("drill.amount_bad", text=text[:20]) from error
    if not found[0] <= found[1]:
        raise UserError("drill.amount_bad", text=text[:20])
    return found
