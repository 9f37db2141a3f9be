"""One axis of a wall, and how the length of a place is shared among its children on it. No Qt.

Along an axis the lit parts of the screens, less what must stay clear at their ends, are put end to end: that is its
`length`, and a joint is where one ends and the next begins. A share that ends at a joint needs no gap there: the bezel
is one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from cockpit.model.wall import Place

LEAST = 24
"""Px that a panel gets at the least, where there is so much room."""
_NEAR = 48
"""An end nearer to a joint than this goes to it."""
_HELD = 2.0
_WASTED = 4.0
_SPAN = tuple[int, int]


class Axis(msgspec.Struct, frozen=True):
    """Screens along x or y.

    Attributes:
        parts: first and last + 1 px of the canvas of each screen, less what stays clear, in order.
        starts: where each begins on the axis. length: of the axis.
    """

    parts: tuple[_SPAN, ...]
    starts: tuple[int, ...]
    length: int

    @classmethod
    def of(cls, screens: Iterable[_SPAN], clear: int) -> Axis:
        """The axis of screens, given as first and last + 1 px of each; those that overlap along it count as one."""
        merged: list[_SPAN] = []
        for first, end in sorted(set(screens)):
            if merged and first < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((first, end))
        parts, starts, at = [], [], 0
        for first, end in merged:
            kept = min(clear, max(0, (end - first - 1) // 2))
            parts.append((first + kept, end - kept))
            starts.append(at)
            at += end - first - 2 * kept
        return cls(tuple(parts), tuple(starts), at)

    def joints(self, span: _SPAN) -> tuple[int, ...]:
        """The joints inside a span."""
        return tuple(at for at in self.starts[1:] if span[0] < at < span[1])

    def canvas(self, span: _SPAN) -> _SPAN:
        """A span of the axis in px of the canvas: it begins after a joint, and ends before one."""
        first = max(i for i, at in enumerate(self.starts) if at <= span[0])
        last = max(i for i, at in enumerate(self.starts) if at < max(span[1], 1))
        start = self.parts[first][0] + span[0] - self.starts[first]
        end = self.parts[last][0] + span[1] - self.starts[last]
        return start, max(start, end)

    def within_one(self, span: _SPAN) -> _SPAN:
        """The longest part of a span that lies on one screen, the first of several alike."""
        edges = (span[0], *self.joints(span), span[1])
        pieces = pairwise(edges)
        return max(pieces, key=lambda piece: piece[1] - piece[0])


def _bears(place: Place, split: str) -> float:
    """How many joints a place can lie over along an axis (`columns`: x) without any of its panels losing room."""
    if not place.split:
        return math.inf if place.spans else 0
    bears = [_bears(child, split) for child in place.children]
    return sum(bears) + len(bears) - 1 if place.split == split else min(bears)


def _least(place: Place, split: str, gap: int) -> int:
    """What the panels of a place need along an axis at the least, with gaps."""
    if not place.split:
        return LEAST
    needs = [_least(child, split, gap) for child in place.children]
    return sum(needs) + gap * (len(needs) - 1) if place.split == split else max(needs)


def share(place: Place, span: _SPAN, axis: Axis, gap: int) -> list[_SPAN]:
    """The spans of the children of `place`, in order; between two of them lies a gap or a joint.

    Of all ways to let ends go to joints the one is taken that changes the wanted lengths least and leaves no part of a
    panel's place unused over a bezel.
    """
    children = place.children
    room = span[1] - span[0]
    needs = [_least(child, place.split, gap) for child in children]
    between = len(children) - 1
    if sum(needs) + gap * between > room:  # too little for all: gaps go first, then everything shrinks alike
        gap = max(0, min(gap, (room - sum(needs)) // between if between else 0)) // 2 * 2
        needs = _portions(room - gap * between, needs) if sum(needs) + gap * between > room else needs
    joints = axis.joints(span)
    wanted = _wanted(children, needs, room - gap * between, (span[0], *joints, span[1]), gap)
    ends, at = [], span[0]
    for length in wanted[:-1]:
        ends.append(at + length + gap // 2)
        at += length + gap
    return _Sharing(place, span, joints, gap, wanted, needs).spans(ends)


def _portions(room: int, weights: Sequence[float]) -> list[int]:
    """Whole lengths by weight that make up `room` exactly."""
    total, at, edges = sum(weights), 0.0, [0]
    for weight in weights:
        at += weight
        edges.append(round(room * at / total) if total else 0)
    return [b - a for a, b in pairwise(edges)]


def _wanted(children: Sequence[Place], needs: Sequence[int], room: int, edges: Sequence[int], gap: int) -> list[int]:
    """Lengths before ends go to joints: screens where they are asked for and there, the rest by weight above needs."""
    screens = len(edges) - 1
    asked = sum(child.screens for child in children)
    others = any(not child.screens for child in children)
    weights = [child.weight for child in children]
    if 0 < asked < screens and others:
        one = (edges[-1] - edges[0]) / screens
        held = {i: round(child.screens * one) - gap for i, child in enumerate(children) if child.screens}
        if all(length >= needs[i] for i, length in held.items()):
            rest = room - sum(held.values())
            if rest >= sum(need for i, need in enumerate(needs) if i not in held):
                return _above(weights, needs, room, held)
    elif asked and not others:
        weights = [float(child.screens) for child in children]
    return _above(weights, needs, room, {})


def _above(weights: Sequence[float], needs: Sequence[int], room: int, held: dict[int, int]) -> list[int]:
    """Lengths by weight, none under its need; `held` are given. `room` is enough for all needs."""
    fixed = dict(held)
    while True:
        free = [i for i in range(len(weights)) if i not in fixed]
        shares = _portions(room - sum(fixed.values()), [weights[i] for i in free])
        lengths = {**fixed, **dict(zip(free, shares, strict=True))}
        short = [i for i in free if lengths[i] < needs[i]]
        if not short:
            return [lengths[i] for i in range(len(weights))]
        fixed.update({i: needs[i] for i in short})


class _Sharing:
    """The choice of which ends of a place's children go to joints."""

    def __init__(
        self, place: Place, span: _SPAN, joints: Sequence[int], gap: int, wanted: Sequence[int], needs: Sequence[int]
    ) -> None:
        self._place, self._span, self._joints, self._gap = place, span, joints, gap
        self._wanted, self._needs = wanted, needs
        self._bears = [_bears(child, place.split) for child in place.children]

    def spans(self, ends: Sequence[int]) -> list[_SPAN]:
        """The best spans, `ends` being the middles of the gaps as wanted."""
        start = (self._span[0], True)
        best: dict[tuple[int, bool], tuple[float, list[_SPAN]]] = {start: (0.0, [])}
        for i in range(len(self._place.children)):
            last = i == len(self._place.children) - 1
            targets = [(self._span[1], True)] if last else self._targets(ends[i])
            reached: dict[tuple[int, bool], tuple[float, list[_SPAN]]] = {}
            for at, at_joint in targets:
                for (before, before_joint), (cost, spans) in best.items():
                    first = before if before_joint else before + self._gap // 2
                    end = at if at_joint else at - self._gap // 2
                    if end - first < self._needs[i]:
                        continue
                    total = cost + self._cost(i, (first, end), before_joint and at_joint)
                    if not at_joint:
                        total += self._unease(at)
                    known = reached.get((at, at_joint))
                    if known is None or total < known[0]:
                        reached[at, at_joint] = (total, [*spans, (first, end)])
            best = reached
        return min(best.values(), key=lambda found: found[0])[1]

    def _targets(self, end: int) -> list[tuple[int, bool]]:
        """Where an end may lie: at each joint, and where it is wanted if a joint is not within its gap."""
        found = [(joint, True) for joint in self._joints]
        if all(abs(end - joint) >= self._gap / 2 and end != joint for joint in self._joints):
            found.append((end, False))
        return found

    def _unease(self, end: int) -> float:
        """A narrow strip beside a bezel."""
        near = min((abs(end - joint) for joint in self._joints), default=_NEAR)
        return max(0.0, 1 - near / _NEAR)

    def _cost(self, i: int, span: _SPAN, held: bool) -> float:
        child = self._place.children[i]
        edges = (span[0], *(joint for joint in self._joints if span[0] < joint < span[1]), span[1])
        pieces = sorted((b - a for a, b in pairwise(edges)), reverse=True)
        bears = self._bears[i]
        used = sum(pieces) if bears >= len(pieces) - 1 else sum(pieces[: int(bears) + 1])
        wasted = (sum(pieces) - used) / (self._span[1] - self._span[0])
        ratio = math.log(max(used, 1) / max(self._wanted[i], 1))
        cost = ratio * ratio + _WASTED * wasted
        if child.screens and self._joints and not (held and len(pieces) == child.screens):
            cost += _HELD
        return cost
