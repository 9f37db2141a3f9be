"""Better wording by whoever offers it (a model of the site, a person's own hand): words may change, figures may not.

A paragraph is handed out with its figures as tokens `⟦1⟧`. What comes back must hold each of them once and no number of
its own; else it is refused and the paragraph stays. Nothing is taken over before a person saw the difference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Protocol

import msgspec

from cockpit.assist.briefing.document import Document, Paragraph, Run
from cockpit.assist.briefing.privacy import found as personal
from cockpit.model.errors import UserError

_TOKEN = re.compile(r"⟦(\d+)⟧")
_BRACKETS = re.compile(r"[⟦⟧]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*|[零〇一二三四五六七八九十百千万亿两半倍]{2,}|[几数]十|[一二三四五六七八九]成")
_PIECES = re.compile(r"[A-Za-z0-9.,%]+|\s+|.", re.DOTALL)
_MOST_TIMES = 3
"""A paragraph may not grow to more than so many times its length."""


class Improve(Protocol):
    """Offers another wording."""

    def __call__(self, text: str, lang: str) -> str:
        """Args:
            text: a paragraph with its figures as tokens `⟦1⟧`.

        Raises:
            CockpitError: it can not.
        """
        ...


class Step(msgspec.Struct, frozen=True):
    """A piece of the difference: `same`, `gone` or `new`."""

    how: str
    text: str


class Offer(msgspec.Struct, frozen=True):
    """Another wording of a paragraph, to be looked at.

    Attributes:
        block: which block of the document. steps: the difference, figures as printed.
    """

    block: int
    before: Paragraph
    after: Paragraph
    steps: tuple[Step, ...]


def tokens_of(paragraph: Paragraph) -> str:
    """The paragraph with a token for each of its figures and links, counted from 1."""
    parts, n = [], 0
    for run in paragraph.runs:
        if _is_fixed(run):
            n += 1
            parts.append(f"⟦{n}⟧")
        else:
            parts.append(_BRACKETS.sub("", run.text))
    return "".join(parts)


def applied(paragraph: Paragraph, text: str) -> Paragraph:
    """The paragraph in the words of `text`.

    Raises:
        UserError: a figure is missing, is there twice, or one is in it that was not; or it is too long.
    """
    fixed = [run for run in paragraph.runs if _is_fixed(run)]
    given = [int(one) for one in _TOKEN.findall(text)]
    if sorted(given) != list(range(1, len(fixed) + 1)):
        raise UserError("briefing.improve_figures")
    if given != sorted(given):
        raise UserError("briefing.improve_order")
    plain = _TOKEN.sub("\n", text)
    if _BRACKETS.search(plain):
        raise UserError("briefing.improve_figures")
    had = Counter(_NUMBER.findall("\n".join(run.text for run in paragraph.runs if not _is_fixed(run))))
    more = Counter(_NUMBER.findall(plain)) - had
    if more:
        raise UserError("briefing.improve_number", number=next(iter(more)))
    if any(True for _ in personal(plain)):
        raise UserError("briefing.improve_personal")
    if len(text) > _MOST_TIMES * len(tokens_of(paragraph)) + 80:
        raise UserError("briefing.improve_long")
    runs: list[Run] = []
    at = 0
    for match in _TOKEN.finditer(text):
        if before := text[at : match.start()]:
            runs.append(Run(_one_line(before)))
        runs.append(fixed[int(match[1]) - 1])
        at = match.end()
    if rest := text[at:]:
        runs.append(Run(_one_line(rest)))
    return msgspec.structs.replace(paragraph, runs=tuple(runs))


def paragraphs(document: Document) -> list[tuple[int, Paragraph]]:
    """The paragraphs of text, each with its place: whose words may be others."""
    return [
        (i, block)
        for i, block in enumerate(document.blocks)
        if isinstance(block, Paragraph) and not block.quiet and block.text.strip()
    ]


def offer(i: int, block: Paragraph, lang: str, improve: Improve) -> Offer | None:
    """What is offered for a paragraph; None: the same wording.

    Raises:
        CockpitError: there is none, or it was refused.
    """
    after = applied(block, improve(tokens_of(block), lang))
    if after.text.strip() == block.text.strip():
        return None
    return Offer(i, block, after, difference(block.text, after.text))


def offers(document: Document, improve: Improve) -> Iterator[Offer | UserError]:
    """For each paragraph of text with figures in it what is offered, or why it was refused; the same wording is not."""
    for i, block in paragraphs(document):
        try:
            found = offer(i, block, document.lang, improve)
        except UserError as error:
            yield error
            continue
        if found is not None:
            yield found


def taken(document: Document, chosen: list[Offer]) -> Document:
    """The document with the offers that a person took.

    Raises:
        UserError: an offer is of another document.
    """
    blocks = list(document.blocks)
    for offer in chosen:
        if not offer.block < len(blocks) or blocks[offer.block] != offer.before:
            raise UserError("briefing.improve_other")
        blocks[offer.block] = offer.after
    return msgspec.structs.replace(document, blocks=tuple(blocks))


def difference(before: str, after: str) -> tuple[Step, ...]:
    """What became of the words, piece by piece; a number is one piece."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    steps: list[Step] = []
    for how, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            steps.append(Step("same", "".join(old[a:b])))
            continue
        if b > a:
            steps.append(Step("gone", "".join(old[a:b])))
        if d > c:
            steps.append(Step("new", "".join(new[c:d])))
    return tuple(steps)


def _is_fixed(run: Run) -> bool:
    return run.figure is not None or bool(run.link)


def _one_line(text: str) -> str:
    return re.sub(r"\s*[\r\n]+\s*", " ", text)
