"""One axis of a wall, and how the length of a place is shared among its children on it. No Qt.

Along an axis the lit parts of the screens, less what must stay clear at their ends, are put end to end: that is its
`length`, and a joint is where one ends and the next begins. A share that ends at a joint needs no gap there: the bezel
is one.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
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
        gap = max(0, min(gap, (room - sum(needs)) // between)) // 2 * 2 if between else gap
        if sum(needs) + gap * between > room:
            needs = _portions(room, needs)
    joints = axis.joints(span)
    wanted = _wanted(children, needs, room - gap * between, (span[0], *joints, span[1]), gap)
    return _Sharing(place, (span[0], *joints, span[1]), gap, wanted, needs).spans()


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
    """The choice of which ends of a place's children go to joints.

    Children that lie one after another between two chosen joints share what is between these by their wanted lengths.
    """

    def __init__(
        self, place: Place, edges: Sequence[int], gap: int, wanted: Sequence[int], needs: Sequence[int]
    ) -> None:
        self._children, self._edges, self._gap = place.children, edges, gap
        self._wanted, self._needs = wanted, needs
        self._bears = [_bears(child, place.split) for child in place.children]

    def spans(self) -> list[_SPAN]:
        """The best of all choices; the first of several alike."""
        count, last = len(self._children), len(self._edges) - 1
        best: dict[tuple[int, int], tuple[float, list[_SPAN]]] = {(0, 0): (0.0, [])}
        for end, edge in [*self._likely(), (count, last)]:
            found: tuple[float, list[_SPAN]] | None = None
            for (first, start), (cost, spans) in best.items():
                if first >= end or start >= edge:
                    continue
                enough = math.inf if found is None else found[0] - 1e-9
                if cost + self._least_cost(first, end, start, edge) >= enough:
                    continue
                group = self._group(first, end, start, edge)
                if group is None:
                    continue
                total = cost + sum(self._cost(first + i, one) for i, one in enumerate(group))
                if total < enough:
                    found = total, [*spans, *group]
            if found is not None:
                best[end, edge] = found
        return best[count, last][1]

    def _likely(self) -> list[tuple[int, int]]:
        """Which ends may go to which joints, joint by joint: those that it is near to, and those between where it is
        wanted and where it would be if all before it, or all after it, had no more than they can use."""
        edges = self._edges
        longest = max(b - a for a, b in pairwise(edges))
        uses = [min(w, (b + 1) * longest) for w, b in zip(self._wanted, self._bears, strict=True)]
        low = high = edges[0]
        at = wide = 0
        found = []
        total, all_uses = edges[-1] - edges[0], sum(uses)
        for i in range(len(self._children) - 1):
            at += self._wanted[i] + self._gap
            wide += int(uses[i]) + self._gap
            low = edges[0] + min(at, wide, total - int(all_uses) + wide) - longest
            high = edges[0] + max(at, wide, total - int(all_uses) + wide) + longest
            found += [(i + 1, k) for k in range(1, len(edges) - 1) if low <= edges[k] <= high]
        return sorted(found, key=lambda one: (one[1], one[0]))

    def _least_cost(self, first: int, end: int, start: int, edge: int) -> float:
        """What children between two edges cost at the least: all are shorter than they want to be by one share."""
        room = self._edges[edge] - self._edges[start] - self._gap * (end - first - 1)
        share = max(room, 1) / max(sum(self._wanted[first:end]), 1)
        return (end - first) * math.log(share) ** 2 * (1 - 1e-9) if share < 0.98 else 0.0

    def _group(self, first: int, end: int, start: int, edge: int) -> list[_SPAN] | None:
        """Children from `first` to before `end`, between two edges; None where these are too near to each other.

        An end that would lie within its gap of a joint between them goes to it.
        """
        begin, stop = self._edges[start], self._edges[edge]
        room = stop - begin - self._gap * (end - first - 1)
        needs = self._needs[first:end]
        if sum(needs) > room:
            return None
        if end - first == 1:
            return [(begin, stop)]
        lengths = _above(self._wanted[first:end], needs, room, {})
        inside = self._edges[start + 1 : edge]
        spans: list[_SPAN] = []
        at = begin
        for i, length in enumerate(lengths):
            start_at = spans[-1][1] if spans and spans[-1][1] in inside else at
            after = at + length
            middle = after + self._gap // 2
            joint = next((joint for joint in inside if abs(joint - middle) < self._gap / 2 or joint == middle), None)
            spans.append((start_at, after if joint is None or i == len(lengths) - 1 else joint))
            at = after + self._gap
        return spans

    def _cost(self, i: int, span: _SPAN) -> float:
        """How far a child's span is from what it wants."""
        edges, bears = self._edges, self._bears[i]
        after, before = bisect_right(edges, span[0]), bisect_left(edges, span[1])
        whole = used = span[1] - span[0]
        pieces = before - after + 1
        if bears < pieces - 1:
            cuts = (span[0], *edges[after:before], span[1])
            used = sum(sorted((b - a for a, b in pairwise(cuts)), reverse=True)[: int(bears) + 1])
        ratio = math.log(max(used, 1) / max(self._wanted[i], 1))
        cost = ratio * ratio + _WASTED * (whole - used) / (edges[-1] - edges[0])
        at_joint = edges[before] == span[1]
        screens = self._children[i].screens
        if screens and len(edges) > 2 and not (at_joint and edges[after - 1] == span[0] and pieces == screens):
            cost += _HELD
        if not at_joint:
            middle = span[1] + self._gap // 2
            near = min(abs(middle - edges[before]), abs(middle - edges[before - 1]))
            cost += max(0.0, 1 - near / _NEAR)
        return cost
