"""What there is to be said and filtered of each layer: its source and age, values with counts, colourings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cockpit.geo.imports.model import Column, Imported
from cockpit.model import ages
from cockpit.picture import LiveTable
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import topic_age
from widgets.map.coloring import COLORINGS, SIGN
from widgets.map.layers.colors import ONE
from widgets.map.layers.details import About, Choice, Group
from widgets.map.layers.filtering import COLUMNS, TIMES, counts, drawn, topic_of
from widgets.map.layers.shapes import FEW_NUMBERS, UserLayer, values_of
from widgets.map.layers.state import HEAT, USER, LayerState
from widgets.map.scene import AREA, EVENT, SENSOR, TRAIL, UNIT

MOST_VALUES = 120
"""Values of a column that are offered; the rarest are left out."""
TIERS = (1, 2)
"""Districts and streets: what a person filters by."""
SUBJECTS = (EVENT, UNIT, SENSOR)


class LayerFacts:
    """Says it, in the language of the moment."""

    def __init__(self, ctx: PanelContext, users: Callable[[], Mapping[str, UserLayer]]) -> None:
        """Args: users: the imported layers, by id."""
        self._ctx, self._users = ctx, users
        self._named: tuple[int, dict[str, str]] = (-1, {})

    def user(self, key: str) -> UserLayer | None:
        return self._users().get(key.removeprefix(USER)) if key.startswith(USER) else None

    def name(self, key: str) -> str:
        layer = self.user(key)
        return layer.data.name if layer is not None else self._ctx.t(f"map.layer_{key}")

    def source(self, key: str, subject: str = "") -> str:
        """Where it comes from and how old it is: 城市平台 · 12 秒前."""
        t, layer = self._ctx.t, self.user(key)
        if layer is not None:
            data = layer.data
            age = t(ages.age(data.imported, self._ctx.clock.wall()))
            return t("layers.own_source", department=data.department or t("layers.no_department"), age=age)
        topic = EVENT if key == AREA else topic_of(key, subject)
        feeds = [t.pack(feed.name) for feed in self._ctx.pack.feeds if feed.topic == topic]
        age = topic_age(self._ctx, topic).words
        said = " · ".join(part for part in ("、".join(feeds), t(age) if age else "") if part)
        return t("layers.source", source=said) if said else ""

    def brought_by(self) -> dict[str, list[str]]:
        """By layer key: ids of the feeds that bring it, or `dept:` and the department of an imported one."""
        found: dict[str, list[str]] = {}
        for key in (*COLUMNS, TRAIL, HEAT):
            topic = topic_of(key)
            found[key] = [feed.id for feed in self._ctx.pack.feeds if feed.topic == topic] if key in COLUMNS else []
        for id, layer in self._users().items():
            found[USER + id] = [f"dept:{layer.data.department}"]
        return found

    def sources(self) -> list[tuple[str, str]]:
        """(id, words) of all who bring layers."""
        t = self._ctx.t
        topics = {topic_of(key) for key in COLUMNS}
        found = []
        for feed in self._ctx.pack.feeds:
            if feed.topic in topics:
                age = topic_age(self._ctx, feed.topic).words
                words = " · ".join(
                    part for part in (t.pack(feed.name), t(f"map.layer_{feed.topic}"), t(age) if age else "") if part
                )
                found.append((feed.id, words))
        for department in dict.fromkeys(layer.data.department for layer in self._users().values()):
            names = [one.data.name for one in self._users().values() if one.data.department == department]
            words = f"{department or t('layers.no_department')} · {'、'.join(names)}"
            found.append((f"dept:{department}", words))
        return found

    def about(self, state: LayerState, span: str, theme: str) -> About:
        """All of a layer for its details. span: what the time bar has picked, in words."""
        key, t = state.key, self._ctx.t
        layer = self.user(key)
        if layer is not None:
            columns = [c.name for c in layer.data.columns if c.is_number or len(c.words) <= FEW_NUMBERS]
            columns = [name for name in columns if len(values_of(_column(layer.data, name))) > 1]
            plain = ONE["light" if theme == "light" else "dark"]
            return About(
                name=layer.data.name,
                source=f"{self.source(key)}\n{t('layers.of_file', file=layer.data.file, n=f'{layer.data.count:,}')}",
                groups=tuple(
                    _user_group(layer.data, column.name, t("layers.column_own")) for column in layer.choices()
                ),
                colorings=(("", t("layers.one_color")), *((name, name) for name in columns)) if columns else (),
                plain=plain,
                own=True,
            )
        topic = topic_of(key, state.subject)
        subjects = tuple((name, t(f"map.layer_{name}")) for name in SUBJECTS) if key == HEAT else ()
        if key == AREA:
            tiers, there = self._ctx.pack.tiers, {*self._ctx.picture["area"].numbers("tier").tolist()}
            subjects = tuple((str(i), t.pack(tiers[i])) for i in range(1, len(tiers)) if i in there)
        return About(
            name=self.name(key),
            source=self.source(key, state.subject),
            groups=tuple(self._groups(key, self._ctx.picture[topic])) if topic in COLUMNS else (),
            timed=topic in TIMES,
            span=span if topic in TIMES else "",
            colorings=self._colorings(state) if key == AREA else (),
            subjects=subjects,
            subject_words=t("layers.tier" if key == AREA else "layers.subject"),
            movable=key != AREA,
        )

    def _colorings(self, state: LayerState) -> tuple[tuple[str, str], ...]:
        """What areas may be coloured by; the sign that they are among them."""
        t, by = self._ctx.t, state.color_by
        signs = self._ctx.signs.known.signs if self._ctx.signs is not None else ()
        named = [(by, t.pack(one.name)) for one in signs if by == SIGN + one.code]
        return (*((kind, t(f"map.color_{kind}")) for kind in COLORINGS), *named)

    def _groups(self, key: str, table: LiveTable) -> Sequence[Group]:
        """What the layer of `key` can be filtered by, with counts of what it draws."""
        topic, t = table.table.topic, self._ctx.t
        here = drawn(table, key)
        made = []
        for column in COLUMNS[topic]:
            found = {value: n for value, n in counts(table, column, here).items() if value}
            if column == "area":
                found = self._streets(found)
            if len(found) < 2 and column != "level":
                continue
            often = sorted(found, key=lambda value: -found[value])[:MOST_VALUES]
            if column in ("level", "state", "area"):
                often.sort()
            choices = tuple(Choice(value, self._words(topic, column, value), found[value]) for value in often)
            if choices:
                made.append(Group(column, t(f"layers.column_{column}"), choices))
        return made

    def _words(self, topic: str, column: str, value: str) -> str:
        """A value of a column as a person says it."""
        t, pack = self._ctx.t, self._ctx.pack
        if column == "level":
            return t(f"layers.level_{value}") if value in "12345" else value
        if column == "state":
            return t(f"layers.{topic}_state_{value}")
        if column == "kind":
            names = {
                EVENT: lambda: pack.kind(value).name, UNIT: lambda: pack.unit_kind(value).name,
                SENSOR: lambda: pack.sensor_kind(value).name,
            }  # fmt: skip
            return t.pack(names[topic]()) if topic in names else value
        if column == "channel":
            return t.pack(pack.channel(value))
        if column == "feed":
            feed = pack.feed(value)
            return t.pack(feed.name) if feed is not None else value
        if column == "area":
            row = self._areas().get(value)
            return row if row is not None else value
        return value

    def _areas(self) -> Mapping[str, str]:
        """Names of districts and streets by code."""
        areas = self._ctx.picture["area"]
        if self._named[0] != areas.version:
            tiers = areas.numbers("tier").tolist()
            named = zip(areas.text("code"), areas.text("name"), tiers, strict=True)
            self._named = (areas.version, {code: name for code, name, tier in named if tier in TIERS})
        return self._named[1]

    def _streets(self, found: Mapping[str, int]) -> dict[str, int]:
        """Counts by district and street, in the order of their codes: those under each other stand together."""
        sums = {code: sum(n for value, n in found.items() if value.startswith(code)) for code in self._areas()}
        return {code: sums[code] for code in sorted(sums) if sums[code]}


def _column(data: Imported, name: str) -> Column:
    column = data.column(name)
    assert column is not None
    return column


def _user_group(data: Imported, name: str, words: str) -> Group:
    column = _column(data, name)
    values = values_of(column)
    if column.is_number:
        at = {value: int((column.numbers == float(value)).sum()) for value in values}
    else:
        place = {word: i for i, word in enumerate(column.words)}
        at = {value: int((column.codes == place[value]).sum()) for value in values}
    return Group(name, words.format(name=name), tuple(Choice(value, value, at[value]) for value in values))
