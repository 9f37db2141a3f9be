"""Theme tokens of `assets/themes/themes.toml`, and of the map in `assets/mapstyles`, as Qt values.

A theme is made once a name and never changes, so symbols drawn with it may be cached and drawn in any thread.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from cockpit.model.errors import UserError
from cockpit.model.levels import Level
from cockpit.paths import assets_dir
from widgets.kit.fonts import FAMILY
from widgets.kit.qss import stylesheet

THEMES = ("dark", "light")
WALL = "wall"
"""The dark theme lifted to 7:1 for walls, where nobody chooses: no word is fainter than `t2`."""
MAP_STYLES = ("", "dark", "light", "night")
"""Styles of the map; "" is that of the theme's name."""
_ROLES = (
    (QPalette.ColorRole.Window, "bg"),
    (QPalette.ColorRole.Base, "field"),
    (QPalette.ColorRole.AlternateBase, "s2"),
    (QPalette.ColorRole.Button, "button"),
    (QPalette.ColorRole.WindowText, "t1"),
    (QPalette.ColorRole.Text, "t1"),
    (QPalette.ColorRole.ButtonText, "t1"),
    (QPalette.ColorRole.PlaceholderText, "t3"),
    (QPalette.ColorRole.ToolTipBase, "s3"),
    (QPalette.ColorRole.ToolTipText, "t1"),
    (QPalette.ColorRole.Highlight, "acc"),
    (QPalette.ColorRole.HighlightedText, "acc_ink"),
    (QPalette.ColorRole.Link, "acc"),
)


class MapTokens:
    """The map's colours and lines of one theme.

    A token is a colour (`land`) or a table (`road_main`: color, w, case, case_w); `color` reads both.
    """

    def __init__(self, tokens: Mapping[str, Any]) -> None:
        self._tokens = dict(tokens)

    def color(self, name: str, part: str = "color") -> QColor:
        """The colour of `name`, or another one of its table, as `color("road_main", "case")`."""
        token = self._tokens[name]
        return QColor(token if isinstance(token, str) else token[part])

    def of(self, name: str) -> Any:
        """The token as the file has it: a table, a colour or a number."""
        return self._tokens[name]

    def width(self, name: str, part: str = "w") -> float:
        """A line width of `name` in pixels."""
        return float(self._tokens[name][part])

    def names(self) -> frozenset[str]:
        return frozenset(self._tokens)


class Theme:
    """One theme. Colours by attribute or key: `theme.t1`, `theme["red_text"]`.

    Attributes:
        name: `dark` or `light`.
        map: the map's tokens.
        space, line_w: pixels by name.
    """

    def __init__(self, name: str, tokens: Mapping[str, Any], map_tokens: Mapping[str, Any]) -> None:
        self.name = name
        self._hex: dict[str, str] = dict(tokens[name])
        self._colors = {key: QColor(value) for key, value in self._hex.items()}
        self._type: dict[str, dict[str, int]] = tokens["type"]
        self._fonts: dict[tuple[str, int | None, float], QFont] = {}
        self._unit_scale: dict[str, float] = tokens["unit_scale"]
        self.space: dict[str, int] = dict(tokens["space"])
        self.line_w: dict[str, float] = dict(tokens["line_w"])
        self.map = MapTokens(map_tokens)

    @staticmethod
    def load(name: str, map_style: str = "") -> Theme:
        """The theme of that name or `WALL`'s, with the map in a style of `MAP_STYLES`.

        Raises:
            UserError: there is no theme of that name, or its file can not be read.
        """
        return _load(name, map_style if map_style in MAP_STYLES[1:] else "dark" if name == WALL else name)

    def __getitem__(self, token: str) -> QColor:
        """A copy of the colour, so that no caller can change the theme."""
        return QColor(self._colors[token])

    def __getattr__(self, token: str) -> QColor:
        colors = self.__dict__.get("_colors", {})
        if token in colors:
            return QColor(colors[token])
        raise AttributeError(f"no theme token {token!r}")

    def hex(self, token: str) -> str:
        """The colour as `#RRGGBB`, for stylesheets and rich text."""
        return self._hex[token]

    def colors(self) -> frozenset[str]:
        """Names of all colour tokens."""
        return frozenset(self._hex)

    def level(self, level: int, part: str = "text") -> QColor:
        """A level's colour: part is `text`, `fill`, `ink` (on fill) or `tint` (behind words)."""
        return self[f"{level_of(level).token}_{part}"]

    def font(self, style: str, weight: int | None = None, scale: float = 1.0) -> QFont:
        """The font of a style of `[type]` (`body`, `small`, `row_title`, …) in pixels.

        Args:
            weight: 400 or 700; None takes the style's own.
            scale: for units beside a figure, see `unit_font`.
        """
        wanted = (style, weight, scale)
        known = self._fonts.get(wanted)
        if known is None:
            known = self._fonts[wanted] = self._font(style, weight, scale)
        return QFont(known)

    def _font(self, style: str, weight: int | None, scale: float) -> QFont:
        token = self._type[style]
        font = QFont(FAMILY)
        font.setPixelSize(max(1, round(token["px"] * scale)))
        font.setWeight(QFont.Weight(weight or token.get("weight", 400)))
        return font

    def unit_font(self, style: str) -> QFont:
        """The font of a unit beside a figure in `style`: smaller, weight 400."""
        return self.font(style, 400, self._unit_scale.get(style, 1.0))

    def line_height(self, style: str) -> int:
        """Line height of a style in pixels."""
        return self._type[style]["line"]

    def px(self, style: str) -> int:
        return self._type[style]["px"]

    def palette(self) -> QPalette:
        """The palette of the application, for what the stylesheet does not name."""
        palette = QPalette()
        for role, token in _ROLES:
            palette.setColor(role, self[token])
        return palette

    def qss(self) -> str:
        """The stylesheet of the application."""
        return stylesheet(self)


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Give the application its font, palette and stylesheet."""
    app.setFont(theme.font("body"))
    app.setPalette(theme.palette())
    app.setStyleSheet(theme.qss())


def level_of(level: int) -> Level:
    """The level of a row's number; anything that is none is 未定级."""
    return Level(level) if 1 <= level <= 5 else Level.UNKNOWN


@lru_cache(maxsize=(len(THEMES) + 1) * len(MAP_STYLES))
def _load(name: str, map_style: str) -> Theme:
    if name not in (*THEMES, WALL):
        raise UserError("kit.theme_unknown", name=name, names=", ".join(THEMES))
    path = assets_dir() / "themes" / "themes.toml"
    try:
        tokens = tomllib.loads(path.read_text(encoding="utf-8"))
        map_of_style = map_tokens(map_style)
        if name == WALL:
            tokens, map_of_style = _lifted(tokens, map_of_style)
        return Theme("dark" if name == WALL else name, tokens, map_of_style)
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise UserError("kit.theme_broken", path=str(path), why=str(error)) from error


def map_tokens(name: str) -> dict[str, Any]:
    """The tokens of a style of the map; what it does not name is as in the dark one.

    Raises:
        OSError, tomllib.TOMLDecodeError, KeyError: its file can not be read.
    """
    styles = [
        tomllib.loads((assets_dir() / "mapstyles" / f"{one}.toml").read_text(encoding="utf-8"))["map"]
        for one in ("dark", name)
    ]
    return _overlaid(*styles)


def _lifted(tokens: dict[str, Any], map_of_style: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The dark theme as a wall has it, and the map's names in the wall's colours."""
    wall = dict(tokens["wall"])
    halo = wall.pop("halo")
    names = {key: {"color": wall.pop(key), "halo": halo} for key in [*wall] if key.endswith("_label")}
    lifted = {**tokens["dark"], "t3": wall["t2"], **wall}
    return {**tokens, "dark": lifted}, _overlaid(map_of_style, names)


def _overlaid(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `over` upon it, tables key by key."""
    both = dict(base)
    for key, value in over.items():
        below = both.get(key)
        both[key] = {**below, **value} if isinstance(below, dict) and isinstance(value, dict) else value
    return both
