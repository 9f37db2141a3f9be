"""The commands of a seat's window that belong to no panel, with their keys."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from widgets.kit.actions import Action
from widgets.kit.theme import MAP_STYLES

if TYPE_CHECKING:
    from cockpit.ui.desk import Desk
    from cockpit.ui.shell import Shell


def duty_actions(desk: Desk) -> Iterator[Action]:
    """What the duty desk as a whole can do; panels add their own."""
    yield from seat_actions(desk)
    yield from desk.loop.actions()
    yield from desk.map3d.actions()
    yield from desk.video.actions()
    yield from look_actions(desk)


def seat_actions(desk: Shell) -> Iterator[Action]:
    """Looking for things, going back, walking the panels."""
    yield Action("desk.palette", "ui.palette", lambda: desk.palette_.open(), ("Ctrl+K",), icon="search", shown=False)
    yield Action("desk.back", "ui.back", desk.go_back, ("Alt+Left",), desk.can_go_back)
    yield Action("desk.next_panel", "ui.next_panel", lambda: desk.engine.focus_next(1), ("F6",), icon="keyboard")
    yield Action("desk.previous_panel", "ui.previous_panel", lambda: desk.engine.focus_next(-1), ("Shift+F6",))


def look_actions(desk: Shell) -> Iterator[Action]:
    """How the window looks and sounds, who sits here, and its end."""
    ctx = desk.context

    def other_theme() -> None:
        desk.set_theme("light" if ctx.theme.name == "dark" else "dark")

    def other_language() -> None:
        desk.set_language("en" if ctx.t.lang == "zh" else "zh")

    def full_screen() -> None:
        desk.setWindowState(desk.windowState() ^ Qt.WindowState.WindowFullScreen)

    def retry_all() -> None:
        problem = desk.seat.retry("")
        if problem is not None:
            ctx.notify(problem, 0)

    yield Action("desk.retry", "ui.retry_all", retry_all, ("F5",), icon="plug-broken")
    yield Action("desk.theme", "ui.theme", other_theme, ("Ctrl+Shift+L",), icon="moon")
    for style in MAP_STYLES:
        yield Action(
            f"desk.map_style_{style or 'theme'}", f"base.style_{style or 'theme'}", partial(desk.set_map_style, style)
        )
    yield Action("desk.language", "ui.language", other_language, ("Ctrl+Shift+E",), icon="language")
    yield Action("desk.sound", "ui.sound", desk.toggle_sound, ("Ctrl+Shift+M",), desk.can_sound, icon="sound-on")
    yield Action("desk.full_screen", "ui.full_screen", full_screen, ("F11",))
    yield Action("desk.name", "ui.change_name", desk.ask_name, (), icon="user")
    yield Action("desk.quit", "ui.quit", desk.close, ("Ctrl+Q",))
