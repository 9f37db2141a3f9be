"""The catalogue check of `make lint`: both languages have the same ids and placeholders, and code asks for no other id.

python packaging/check_texts.py [ROOT]
"""

from __future__ import annotations

import ast
import re
import string
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib

LANGUAGES = ("zh", "en")
SPEAKERS = {"Message", "UserError", "OutsideError", "t"}
"""What is called with an id as its first argument: `Message("room.words")`, `t("…")`, `self.ctx.t("…")`."""
SOURCES = ("cockpit", "widgets", "layouts", "benchmarks")
_ID = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")


def placeholders(text: str) -> set[str]:
    """Names in braces.

    Raises:
        ValueError: braces that do not close.
    """
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def catalogue(root: Path, language: str) -> tuple[dict[str, str], list[str]]:
    """Texts by id, and what is wrong with the files themselves."""
    texts: dict[str, str] = {}
    wrong = []
    for path in sorted((root / "assets" / "translations" / language).glob("*.po")):
        entries = polib.pofile(str(path), encoding="utf-8")
        for text_id, times in Counter(entry.msgid for entry in entries).items():
            if times > 1 or text_id in texts:
                wrong.append(f"{path.relative_to(root)}: {text_id} is there twice")
        for entry in entries:
            if not entry.msgstr.strip():
                wrong.append(f"{path.relative_to(root)}: {entry.msgid} has no text")
            texts[entry.msgid] = entry.msgstr
    return texts, wrong


def asked_ids(root: Path) -> Iterator[tuple[str, str]]:
    """Place and id of every literal id that code asks for."""
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                first = node.args[0]
                text_id = first.value if isinstance(first, ast.Constant) else None
                if called in SPEAKERS and isinstance(text_id, str) and _ID.fullmatch(text_id):
                    yield f"{path.relative_to(root)}:{node.lineno}", text_id


def mistakes(root: Path) -> list[str]:
    """All that is wrong, a sentence each."""
    found = []
    texts = {}
    for language in LANGUAGES:
        texts[language], wrong = catalogue(root, language)
        found += wrong
    zh, en = texts["zh"], texts["en"]
    found += [f"{text_id} is not there in English" for text_id in sorted(zh.keys() - en.keys())]
    found += [f"{text_id} is not there in Chinese" for text_id in sorted(en.keys() - zh.keys())]
    for text_id in sorted(zh.keys() & en.keys()):
        try:
            named = [placeholders(text) for text in (zh[text_id], en[text_id])]
        except ValueError as error:
            found.append(f"{text_id} has braces that do not fit: {error}")
            continue
        if named[0] != named[1]:
            found.append(f"{text_id} has placeholders {sorted(named[0])} in Chinese and {sorted(named[1])} in English")
    found += [f"{place}: there is no text {text_id}" for place, text_id in asked_ids(root) if text_id not in zh]
    return found


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    found = mistakes(root)
    for mistake in found:
        print(f"texts: {mistake}")
    if not found:
        print("texts: both languages agree, and every id asked for is there")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
