"""Chinese input at the real window: 井盖 typed through ibus, and through fcitx5's ibus front end, under Xvfb."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from benchmarks.make_cache import make_cache
from tests import input_methods
from tests.real_window import RealWindow, Seen, wait_for

pytestmark = [pytest.mark.window, pytest.mark.system]
WORD = "井盖"
CANDIDATES = 5
"""On one page of the input method's list; which number the word has is the dictionary's affair."""
InputMethod = Callable[[str, Path], AbstractContextManager[dict[str, str]]]


@pytest.mark.parametrize("method", [input_methods.ibus, input_methods.fcitx5], ids=["ibus", "fcitx5"])
def test_a_word_typed_through_the_input_method_finds_its_events(method: InputMethod, xvfb: str) -> None:
    home = Path(os.environ["HOME"])
    profile = home / "profile"
    profile.mkdir()
    (profile / "prefs.json").write_text('{"muted": true, "name": "王强"}', "utf-8")
    make_cache(profile / "hangzhou" / "cache.db", 2000)  # of a run before; no hub is needed to search in it
    with method(xvfb, home / "desktop") as env, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        # the environment names fcitx as its person's desktop does; the program finds the front end by itself
        hub = f"nats://127.0.0.1:{nobody.getsockname()[1]}"
        window = RealWindow(xvfb, profile, "--hub", hub, env=env)
        try:
            window.open()
            window.sees("events in the list", lambda seen: seen["queue"]["open_kinds"].get("雨水井盖"))
            opened = window.look()["palette_opened"]
            write_a_slash_while_composing(window)
            chosen = write_the_word(window)
            seen = window.sees("what was found", lambda seen: seen["queue"]["asked"] == WORD)
            assert seen["queue"]["search"] == WORD, chosen
            wanted = {kind: n for kind, n in seen["queue"]["open_kinds"].items() if WORD in kind}
            assert seen["queue"]["kinds"] == wanted
            assert seen["queue"]["count"] == sum(wanted.values()) > 0
            assert seen["palette_opened"] == opened, "a slash while composing is the input method's"
            open_the_palette_by_a_slash(window)
            write_the_word_into_an_order(window)
        finally:
            window.close()


def write_a_slash_while_composing(window: RealWindow) -> None:
    """What the input method makes of it is its affair: libpinyin takes it, fcitx5 commits the word and writes it."""
    compose(window, "jing")
    window.key("slash")
    leave(window)


def write_the_word(window: RealWindow) -> str:
    """Composes the word and chooses it from the list; the number that it had."""
    seen: Seen = {}
    for number in range(1, CANDIDATES + 1):
        compose(window, "jinggai")
        window.key(str(number))
        seen = chosen(window)
        if seen["queue"]["search"] == WORD:
            return str(number)
        leave(window)
    pytest.fail(f"{WORD} is not among the first {CANDIDATES} candidates; the last one was {seen['queue']['search']}")


def leave(window: RealWindow) -> None:
    """Ends what is being composed and goes to another panel: what was pressed before has arrived by then."""
    window.key("Escape", "F6")
    window.sees("the keyboard in another panel", lambda seen: seen["focus"]["panel"] != "queue")


def compose(window: RealWindow, letters: str) -> None:
    """Empties the search field and writes letters that the input method holds back."""
    window.key("ctrl+f")
    window.sees("the keyboard in the field", lambda seen: seen["focus"]["widget"] == "SearchField")
    window.key("ctrl+a", "BackSpace")
    window.sees("an empty field", lambda seen: not seen["queue"]["search"] and not seen["queue"]["composing"])
    window.type(letters)
    seen = window.sees("a word that is being composed", lambda seen: seen["queue"]["composing"])
    assert seen["queue"]["search"] == "", "what is composed is not yet text"


def chosen(window: RealWindow) -> Seen:
    """What the field holds after a choice; a candidate that is only a part of the word leaves it empty."""
    seen: Seen = {}

    def held() -> bool:
        seen.clear()
        seen.update(window.look())
        return bool(seen["queue"]["search"])

    try:
        wait_for("a text", held, 2.0)
    except pytest.fail.Exception:
        return seen
    return seen


def write_the_word_into_an_order(window: RealWindow) -> None:
    """No Enter confirms while a word is being composed, with Ctrl or without."""
    window.key("Escape")
    window.sees("the palette closed", lambda seen: not seen["palette"])
    window.key("Home", "Return", "ctrl+d")
    window.sees("the keyboard in the form", lambda seen: seen["focus"]["widget"] == "OrderText")
    assert any(order_text(window, number) == WORD for number in range(1, CANDIDATES + 1))
    window.type("jing")
    window.sees("another one being composed", lambda seen: seen["order"]["composing"])
    window.key("ctrl+Return")
    seen = window.sees("nothing given out", lambda seen: seen["order"]["open"])
    assert seen["order"]["issued"] == 0
    assert seen["focus"]["widget"] == "OrderText"


def order_text(window: RealWindow, number: int) -> str:
    """What the empty text of the order holds once the candidate of that number was chosen."""
    if window.look()["order"]["composing"]:
        window.key("Escape")
        window.sees("nothing composed", lambda seen: not seen["order"]["composing"])
    window.key("ctrl+a", "BackSpace")
    window.sees("an empty text", lambda seen: not seen["order"]["text"])
    window.type("jinggai")
    window.sees("a word that is being composed", lambda seen: seen["order"]["composing"])
    window.key(str(number))
    try:
        wait_for("a text", lambda: window.look()["order"]["text"], 2.0)
    except pytest.fail.Exception:
        return ""  # it was only a part of the word
    text: str = window.look()["order"]["text"]
    return text


def open_the_palette_by_a_slash(window: RealWindow) -> None:
    """With the keyboard in the list, the input method has nothing to compose for."""
    window.key("Return")
    window.sees("the keyboard in the list", lambda seen: seen["focus"]["widget"] == "QueueView")
    window.key("slash")
    seen = window.sees("the palette", lambda seen: seen["palette"])
    assert seen["palette"]["text"] == ""
