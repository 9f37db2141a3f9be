"""The one selection."""

from __future__ import annotations

import gc

import pytest

from cockpit.picture.selection import Selection


class Panel:
    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def selected(self, selection: Selection) -> None:
        self.seen.append(selection.item)


def test_every_listener_is_told_of_a_selection_once() -> None:
    selection, one, other = Selection(), Panel(), Panel()
    selection.subscribe(one.selected)
    selection.subscribe(other.selected)
    selection.select("event", "a")
    selection.select("event", "a")
    assert one.seen == other.seen == [("event", "a")]


def test_back_restores_step_by_step_what_was_selected() -> None:
    selection = Selection()
    selection.select("event", "a")
    selection.select("unit", "u")
    selection.clear()
    assert selection.depth == 3
    seen = []
    while selection.back():
        seen.append(selection.item)
    assert seen == [("unit", "u"), ("event", "a"), ("", "")]
    assert selection.back() is False


def test_a_panel_that_is_gone_is_not_called_and_not_kept_alive() -> None:
    selection, panel = Selection(), Panel()
    seen = panel.seen
    selection.subscribe(panel.selected)
    del panel
    gc.collect()
    selection.select("event", "a")
    assert seen == []


def test_a_listener_that_has_unsubscribed_is_not_called() -> None:
    selection, panel = Selection(), Panel()
    stop = selection.subscribe(panel.selected)
    stop()
    stop()
    selection.select("event", "a")
    assert panel.seen == []


def test_a_plain_function_is_kept() -> None:
    selection = Selection()
    seen: list[str] = []
    selection.subscribe(lambda s: seen.append(s.key))
    gc.collect()
    selection.select("event", "a")
    assert seen == ["a"]


def test_hovering_leaves_the_selection_and_its_listeners_alone() -> None:
    selection, panel, hovering = Selection(), Panel(), Panel()
    selection.subscribe(panel.selected)
    selection.subscribe_hover(hovering.selected)
    selection.hover("unit", "u")
    selection.hover("unit", "u")
    assert selection.hovered == ("unit", "u")
    assert selection.item == ("", "")
    assert panel.seen == []
    assert len(hovering.seen) == 1
    assert selection.depth == 0


def test_one_failing_listener_does_not_keep_the_others_from_being_told() -> None:
    selection, panel = Selection(), Panel()

    def fails(_: Selection) -> None:
        raise RuntimeError("panel")

    selection.subscribe(fails)
    selection.subscribe(panel.selected)
    with pytest.raises(RuntimeError, match="panel"):
        selection.select("event", "a")
    assert panel.seen == [("event", "a")]


def test_a_listener_may_select_on() -> None:
    selection, panel = Selection(), Panel()
    selection.subscribe(lambda s: s.select("event", "b") if s.key == "a" else None)
    selection.subscribe(panel.selected)
    selection.select("event", "a")
    assert selection.item == ("event", "b")
    assert panel.seen[-1] == ("event", "b")


def test_what_was_gathered_stays_while_one_of_it_is_opened_and_back_restores_both() -> None:
    selection, gathered, panel = Selection(), [], Panel()
    selection.subscribe(panel.selected)
    selection.subscribe_members(lambda s: gathered.append(s.members))
    selection.gather([("event", "a"), ("unit", "u"), ("event", "b")])
    selection.gather([("event", "a"), ("unit", "u"), ("event", "b")])
    selection.select("event", "b")
    selection.gather([])
    assert gathered == [(("event", "a"), ("unit", "u"), ("event", "b")), ()]
    assert panel.seen == [("event", "b")]
    assert selection.back()
    assert selection.members_of("event") == ("a", "b")
    assert selection.item == ("event", "b")
    assert selection.back()
    assert selection.item == ("", "")
    assert selection.members
    assert selection.back()
    assert selection.members == ()
    assert not selection.back()
