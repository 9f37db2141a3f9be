"""Definitions of signs as data: assets/signs/<name>.toml or a pack's own file, checked as a whole.

`input` says which rows a sign is made from: `events`, `cases`, `orders`, `units`, `cameras`, `alerts`, `feeds`,
`alarms`, `signs` (its own items), `sensors:<kind>` (`*` all kinds), `feed:<id>` (readings of one feed), `hub:<name>`
(a number that the hub knows of itself), `import` (values from a file), or "" for a formula alone and for what nothing
feeds yet.

`where` says which of them count, column by column:
- a text column: words with `|` between them, `*` at an end, `!` before one that must not be;
- a number: equal to it, or `[low, high]` with both ends in it;
- a time: `today`, `begun`, or the last `30m`, `12h`, `30d`;
- `clock`: `[22, 6]`, hours of the day in Shanghai at which there are values at all.
Keys that begin with `of.` say of what a `share` is: rows that hold these are its whole, those that hold all its part.

`measure` is the column whose value is taken, "" for counting; `value sum 3h` is a rate an hour summed over 3 h.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cockpit.model.city import Pack, Text
from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.signs import Sign, SignSet, Theme, Threshold, zh_of
from cockpit.packs.checked import Checked, hint
from cockpit.packs.schema import Strict, Words
from cockpit.paths import assets_dir
from cockpit.signs.formula import OWN, Formula, order_of, unit_of

INPUTS = ("events", "cases", "orders", "units", "cameras", "alerts", "feeds", "alarms", "signs", "import")
MOST_SIGNS = 3_000
CODE = re.compile(r"^[A-Za-z][A-Za-z0-9_]{0,23}$")
MEASURE = re.compile(r"^([a-z_]+)(?: sum (\d{1,3})([mh]))?$")
TIME_WORD = re.compile(r"^(today|begun|\d{1,4}[mhd])$")


class _Threshold(Strict, frozen=True):
    level: Annotated[int, Meta(ge=1, le=4)]
    above: float | None = None
    below: float | None = None
    hysteresis: Annotated[float, Meta(ge=0)] = 0.0
    delay: Annotated[float, Meta(ge=0, le=86400)] = 0.0
    source: Words | str = ""


class _Sign(Words, frozen=True, kw_only=True):
    theme: str
    unit: Words | Annotated[str, Meta(max_length=20)] = ""
    decimals: Annotated[int, Meta(ge=0, le=6)] = 0
    direction: Literal["up", "down", "band", "none"] = "none"
    every: Annotated[float, Meta(ge=1, le=40_000_000)] = 60.0
    basis: Annotated[str, Meta(max_length=8)] = "O"
    origin: Literal["measured", "reported"] = "measured"
    source: Words | str = ""
    period: Words | str = ""
    input: str = ""
    where: dict[str, str | float | list[float]] = msgspec.field(default_factory=dict)
    measure: str = ""
    formula: str = ""
    by_area: Literal["sum", "mean", "min", "max", "last", "count", "share", "none"] = "sum"
    by_time: Literal["sum", "mean", "min", "max", "last", "count", "none"] = "mean"
    weight: str = ""
    parts: str = ""
    thresholds: Annotated[list[_Threshold], Meta(max_length=6)] = msgspec.field(default_factory=list)
    target: float | None = None
    owner: Words | None = None
    low: float | None = None
    high: float | None = None

    def sign(self, code: str, words: Mapping[str, str]) -> Sign:
        """The definition; `words` are those of the file that have an English name."""
        bounds = [msgspec.structs.asdict(one) for one in self.thresholds]
        return Sign(
            code=code,
            name=self.text(),
            thresholds=tuple(Threshold(**(one | {"source": _said(one["source"], words)})) for one in bounds),
            owner=self.owner.text() if self.owner else {},
            unit=_said(self.unit, words),
            source=_said(self.source, words),
            period=_said(self.period, words),
            **{
                name: getattr(self, name)
                for name in _Sign.__struct_fields__
                if name not in ("zh", "en", "thresholds", "owner", "unit", "source", "period")
            },
        )


def _said(given: Words | str, words: Mapping[str, str]) -> Text | str:
    """A word of a definition in the languages that it has; as it stands where the file names no other."""
    if isinstance(given, Words):
        return {"zh": given.zh, "en": given.en}
    return {"zh": given, "en": words[given]} if given in words else given


class _Theme(Words, frozen=True, kw_only=True):
    parent: str = ""


class _File(Strict, frozen=True):
    themes: dict[str, object]
    signs: dict[str, object]
    words: dict[str, str] = msgspec.field(default_factory=dict)


def read_signs(name: str, folder: Path) -> SignSet:
    """The signs that a pack names: from its own folder, else from those that ship; "" none.

    Raises:
        UserError: there is no such file, or something in it is wrong: one sentence with file, line and column.
    """
    if not name:
        return SignSet()
    shipped = assets_dir() / "signs"
    path = next((p for p in (folder / f"{name}.toml", shipped / f"{name}.toml") if p.is_file()), None)
    if path is None:
        known = [found.stem for found in shipped.glob("*.toml")]
        raise UserError("signdef.no_file", name=name, hint=hint(name, known))
    file = Checked(path)
    words = file.convert(_File).words
    themes = tuple(Theme(code, row.text(), row.parent) for code, row in file.rows("themes", _Theme).items())
    signs = tuple(row.sign(code, words) for code, row in file.rows("signs", _Sign).items())
    found = SignSet(themes, signs, 1)
    for code, error in wrong_of(found):
        file.wrong(("signs", code) if code in file.data["signs"] else ("themes", code), error.id, **error.params)
    return found


def wrong_of(whole: SignSet) -> Iterable[tuple[str, Message]]:
    """What is wrong with definitions as a whole: (code, sentence), in order."""
    themes = {theme.code: theme for theme in whole.themes}
    for theme in whole.themes:
        if theme.parent and theme.parent not in themes:
            yield theme.code, UserError("signdef.no_theme", code=theme.code, theme=theme.parent).message
        elif _rings(theme, themes):
            yield theme.code, UserError("signdef.theme_ring", code=theme.code).message
    if len(whole.signs) > MOST_SIGNS:
        yield whole.signs[MOST_SIGNS].code, UserError("signdef.too_many", most=MOST_SIGNS).message
        return
    signs = {sign.code: sign for sign in whole.signs}
    seen: set[str] = set()
    formulas: dict[str, Formula] = {}
    units = {code: zh_of(sign.unit) for code, sign in signs.items()}
    for sign in whole.signs:
        try:
            if sign.code in seen:
                raise UserError("signdef.twice", code=sign.code)
            seen.add(sign.code)
            check(sign, themes, signs)
            if sign.formula:
                formulas[sign.code] = _formula(sign, signs, units)
        except UserError as error:
            yield sign.code, error.message
    try:
        order_of(formulas)
    except UserError as error:
        first = str(error.message.params["ring"]).split(" → ", 1)[0]
        yield first, error.message


def check(sign: Sign, themes: Iterable[str], signs: Iterable[str]) -> None:
    """One definition by itself.

    Raises:
        UserError: it can not be; a sentence with its code.
    """
    code = sign.code
    if not CODE.match(code):
        raise UserError("signdef.bad_code", code=code)
    if code.lower() == OWN:
        raise UserError("signdef.bad_code", code=code)
    if sign.theme not in set(themes):
        raise UserError("signdef.no_theme", code=code, theme=sign.theme)
    kind, _, rest = sign.input.partition(":")
    if sign.input and not (sign.input in INPUTS or (kind in ("sensors", "feed", "hub") and rest)):
        raise UserError(
            "signdef.bad_input", code=code, input=sign.input, known=", ".join((*INPUTS, "sensors:…", "feed:…", "hub:…"))
        )
    if not MEASURE.match(sign.measure or "value"):
        raise UserError("signdef.bad_measure", code=code, measure=sign.measure)
    for column, given in sign.where.items():
        if not isinstance(given, (str, int, float)) and len(given) != 2:
            raise UserError("signdef.bad_where", code=code, column=column)
    if sign.by_area == "share" and not any(column.startswith("of.") for column in sign.where) and not sign.where:
        raise UserError("signdef.share_of_what", code=code)
    if sign.weight and sign.weight not in set(signs):
        raise UserError("signdef.no_sign", code=code, named=sign.weight)
    for one in sign.thresholds:
        if one.above is None and one.below is None:
            raise UserError("signdef.no_bound", code=code, level=one.level)
        if one.above is not None and one.below is not None and one.below > one.above:
            raise UserError("signdef.bounds_cross", code=code, level=one.level)
    if sign.low is not None and sign.high is not None and not sign.low < sign.high:
        raise UserError("signdef.low_high", code=code)


def _formula(sign: Sign, signs: dict[str, Sign], units: dict[str, str]) -> Formula:
    formula = Formula(sign.formula, units)
    for code in formula.codes:
        if code == OWN and not sign.input:
            raise UserError("signdef.no_own", code=sign.code)
        if code != OWN and code not in signs:
            raise UserError("signdef.no_sign", code=sign.code, named=code)
    if formula.unit is not None and formula.unit != unit_of(zh_of(sign.unit)) and formula.codes != (OWN,):
        raise UserError("signdef.formula_unit", code=sign.code, unit=zh_of(sign.unit), formula=sign.formula)
    return formula


def _rings(theme: Theme, themes: dict[str, Theme]) -> bool:
    seen = {theme.code}
    while theme.parent in themes:
        theme = themes[theme.parent]
        if theme.code in seen:
            return True
        seen.add(theme.code)
    return False


def connected(sign: Sign, pack: Pack) -> bool:
    """Whether a feed of the pack, the ledger or the hub itself can feed this sign."""
    kind, _, rest = sign.input.partition(":")
    topics = {feed.topic for feed in pack.feeds}
    if kind == "feed":
        return pack.feed(rest) is not None
    wanted = {"events": "event", "sensors": "sensor", "units": "unit", "cameras": "camera", "alerts": "alert"}.get(kind)
    return wanted in topics if wanted else kind in ("cases", "orders", "feeds", "alarms", "signs", "hub")
