"""Where a key stands in a TOML text."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.toml_text import find, positions

TEXT = """# a comment = with a key
id = "x" # y = 1
"quoted key" = 'a = b'
a.b = 1.5
many = \"\"\"
not_a_key = 1
\"\"\"
list = [
    { zh = "市", en = "City" }, # [[no]]
    { zh = "区" },
]
nested = [[1, 2], [3]]

[table.inner]
key = { deep = { deeper = true } }

[[feeds]]
url = "a"
[[feeds]]
url = "b"
[feeds.more]
z = -1e3
"""


def test_every_sort_of_key_has_its_line_and_column() -> None:
    tomllib.loads(TEXT)
    places = positions(TEXT)
    assert places[("id",)] == (2, 1)
    assert places[("quoted key",)] == (3, 1)
    assert places[("a", "b")] == (4, 3)
    assert ("not_a_key",) not in places
    assert places[("list", 1, "zh")] == (10, 7)
    assert places[("nested", 1, 0)] == (12, 20)
    assert places[("table", "inner")] == (14, 2)
    assert places[("table", "inner", "key", "deep", "deeper")] == (15, 18)
    assert places[("feeds", 0, "url")] == (18, 1)
    assert places[("feeds", 1, "url")] == (20, 1)


def test_what_is_missing_has_the_place_of_what_is_around_it() -> None:
    places = positions(TEXT)
    assert find(places, ("feeds", 1, "datum")) == places[("feeds", 1)]
    assert find(places, ("nowhere",)) == (1, 1)


keys = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True)
scalars = st.one_of(
    st.integers(-(10**9), 10**9),
    st.booleans(),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)


def inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {inline(v)}" for k, v in value.items()) + " }"
    return repr(value)


def paths(value: Any, base: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for k, v in pairs for path in [(*base, k), *paths(v, (*base, k))]]


@pytest.mark.slow
@given(st.dictionaries(keys, values, max_size=5))
def test_every_key_of_every_text_is_found_where_it_stands(data: dict[str, Any]) -> None:
    text = "\n".join(f"{key} = {inline(value)}" for key, value in data.items())
    assert tomllib.loads(text) == data
    places = positions(text)
    assert set(places) == set(paths(data))
    lines = text.split("\n")
    for path, (line, column) in places.items():
        if isinstance(path[-1], str):
            assert lines[line - 1][column - 1 :].startswith(path[-1])
