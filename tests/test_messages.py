"""The catalogue is read as gettext's own tools read it."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.cli import parser
from cockpit.model.messages import entries_of
from cockpit.paths import assets_dir

FILES = sorted((assets_dir() / "translations").glob("*/*.po"))
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n\t"\\{}'), min_size=1, max_size=120)


def by_polib(path: Path) -> dict[str, str]:
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(path), encoding="utf-8") if entry.msgstr}


def test_each_shipped_catalogue_says_what_polib_reads_in_it() -> None:
    assert len(FILES) > 100
    for path in FILES:
        assert entries_of(path) == by_polib(path), path


@given(said=st.dictionaries(TEXTS, TEXTS, max_size=6), width=st.sampled_from([20, 78, 0]))
def test_whatever_is_said_in_a_catalogue_comes_out_of_it(
    tmp_path_factory: pytest.TempPathFactory, said: dict[str, str], width: int
) -> None:
    path = tmp_path_factory.mktemp("po") / "one.po"
    file = polib.POFile(wrapwidth=width)
    file.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    file.extend(polib.POEntry(msgid=ident, msgstr=words) for ident, words in said.items())
    file.save(str(path))
    assert entries_of(path) == by_polib(path) == said


@pytest.mark.parametrize(
    "text",
    [
        '#: room.py:1\n#, fuzzy\nmsgid "a.b"\nmsgstr "c"\n',
        'msgctxt "x"\nmsgid "a.b"\nmsgstr "c"\n',
        'msgid "a.b"\nmsgstr "c"\n\n#~ msgid "a.c"\n#~ msgstr "gone"\n',
        'msgid "a.b"\r\nmsgstr "c"\r\n',
        'msgid   "a.b"\nmsgstr "c"\n',
        'msgid "a.b"\n\nmsgid "a.c"\nmsgstr ""\n',
    ],
)
def test_a_catalogue_by_another_tool_is_read_all_the_same(tmp_path: Path, text: str) -> None:
    path = tmp_path / "one.po"
    path.write_bytes(('msgid ""\nmsgstr ""\n\n' + text).encode())
    try:
        expected = by_polib(path)
    except OSError:
        with pytest.raises(OSError, match="yntax"):
            entries_of(path)
    else:
        assert entries_of(path) == expected


@pytest.mark.parametrize("line", [["run", "--seat", "leader", "--after", "3"], ["hub", "--city", "hangzhou"]])
def test_a_command_that_is_read_alone_is_the_one_of_the_whole_command_line(line: list[str]) -> None:
    assert parser(line[0]).parse_args(line) == parser().parse_args(line)
