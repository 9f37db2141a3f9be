"""Layout files: what is wrong is said with line, column and what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.model.errors import UserError
from cockpit.model.layout import Layout
from cockpit.model.layout_read import read_layout, read_layout_file
from cockpit.model.messages import texts

PANELS = ("topbar", "queue", "cases", "map", "event", "strip", "outbox", "telephone")
GOOD = """\
id = "hall"
name = { zh = "大厅", en = "Hall" }

[regions.window]
columns = ["list", "map"]
pad = [8, 8, 8, 0]

[regions.list]
panel = "queue"
size = 400
options = { compact = true }

[regions.map]
panel = "map"
weight = 2

[overlays.page]
panel = "event"
over = "map"
anchor = "right"
size = [448, 600]
optional = true

[[at]]
max_width = 1366
[at.regions.list]
size = 320
"""


def read(text: str) -> Layout:
    return read_layout(text, "hall.toml", PANELS)


def refusal(text: str) -> str:
    with pytest.raises(UserError) as caught:
        read(text)
    sentence = texts("en")(caught.value.message)
    assert "{" not in sentence
    assert "{" not in texts("zh")(caught.value.message)
    return sentence


def test_a_file_becomes_regions_overlays_and_breakpoints() -> None:
    layout = read(GOOD)
    assert layout.id == "hall"
    assert layout.regions["window"].children == ("list", "map")
    assert layout.regions["window"].pad == (8, 8, 8, 0)
    assert layout.regions["list"].options == {"compact": True}
    assert layout.overlays["page"].anchor == "right"
    assert layout.at(1366, 768)["list"].size == 320
    assert list(layout.panels()) == ["list", "map", "page"]


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ('panel = "queue"', 'panel = "que"', "line 9, column 1", 'Did you mean "queue"?'),
        ("size = 400", "sise = 400", "line 10, column 1", 'Did you mean "size"?'),
        ("size = 400", "size = 401", "line 10, column 1", "multiple of 4"),
        ("size = 400", "size = true", "line 10, column 1", "multiple of 4"),
        ("size = 400", "size = 400\nweight = 1", "line 10, column 1", "fixed size"),
        ("weight = 2", "weight = -2", "line 15, column 1", "above 0"),
        ("weight = 2", "size = 600", "line 5, column 1", "take what is left"),
        ("weight = 2", 'rows = ["list"]', "line 13, column 2", "exactly one of"),
        ("weight = 2", "pad = 8", "line 15, column 1", "rows or columns only"),
        ('"list", "map"]', '"list", "mop"]', "line 5, column 1", 'Did you mean "map"?'),
        ('"list", "map"]', '"map"]', "line 8, column 2", "in no row or column"),
        ('"list", "map"]', '"list", "map", "map"]', "line 5, column 1", "placed twice"),
        ("[regions.window]", "[regions.windows]", "line 4, column 2", "outermost"),
        ('over = "map"', 'over = "mop"', "line 19, column 1", 'Did you mean "map"?'),
        ('anchor = "right"', 'anchor = "righ"', "line 20, column 1", 'Did you mean "right"?'),
        ("size = [448, 600]", "size = [448]", "line 21, column 1", "[width, height]"),
        ("optional = true", 'optional = "yes"', "line 22, column 1", "true or false"),
        ("max_width = 1366", "", "line 24, column 1", "max_width or max_height"),
        ("max_width = 1366", "max_width = 0", "line 25, column 1", "above 0"),
        ("[at.regions.list]\nsize", "[at.regions.map]\nsize", "line 27, column 1", "stays as it is"),
        ("[at.regions.list]", "[at.regions.lost]", "line 26, column 2", 'Did you mean "list"?'),
        ('name = { zh = "大厅", en = "Hall" }', "", "line 1, column 1", "name is missing"),
        ("size = 400", "size = = 400", "line 10, column 8", "not valid TOML"),
        ("size = 400", "size = 400\nsize = 404", "line 11, column 11", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_what_was_meant(old: str, new: str, where: str, what: str) -> None:
    assert old in GOOD
    sentence = refusal(GOOD.replace(old, new, 1))
    assert sentence.startswith(f"hall.toml, {where}: ")
    assert what in sentence


def test_keys_after_a_value_of_several_lines_have_their_own_line() -> None:
    text = GOOD.replace('columns = ["list", "map"]', 'columns = [  # left to right\n  "list",\n  "map", # ]\n]')
    assert read(text).regions["window"].children == ("list", "map")
    assert "line 13, column 1" in refusal(text.replace("size = 400", "sise = 400"))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read_layout_file(tmp_path / "none.toml", PANELS)
    assert "none.toml" in str(caught.value)


def test_a_file_that_is_not_text_is_said(tmp_path: Path) -> None:
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError) as caught:
        read_layout_file(path, PANELS)
    assert caught.value.message.id == "layout.unreadable"
