"""The ground that records stand on: the tree of areas, classes and their groups, names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cockpit.model.city import Pack

TIERS = ("city", "district", "street", "community", "cell")


class Ground:
    """Areas and classes of one city.

    Attributes:
        codes: of all areas; index: where a code stands among them.
        tier: of each area, 0 the city; line: of each, the index of the area of each tier that it lies in, -1 none.
        names: by code of an area or key of a unit, as printed.
        groups: group of a class by its code.
        pack: whose classes, channels and kinds of units these are; None in a bare ground.
    """

    def __init__(
        self,
        areas: Iterable[tuple[str, str, int, str]],
        groups: Mapping[str, str] | None = None,
        names: Mapping[str, str] | None = None,
        pack: Pack | None = None,
    ) -> None:
        """
        Args:
            areas: (code, name, tier, code of the area above), in any order.
        """
        rows = sorted(areas, key=lambda row: (row[2], row[0]))
        self.codes = [code for code, _, _, _ in rows]
        self.index = {code: i for i, code in enumerate(self.codes)}
        self.tier = [tier for _, _, tier, _ in rows]
        self.line: list[tuple[int, ...]] = []
        for i, (_, _, tier, parent) in enumerate(rows):
            above = self.line[self.index[parent]] if self.index.get(parent, i) < i else (-1,) * len(TIERS)
            self.line.append(tuple(i if t == tier else above[t] if t < tier else -1 for t in range(len(TIERS))))
        self.names = {code: name for code, name, _, _ in rows} | dict(names or {})
        self.groups = dict(groups or {})
        self.pack = pack

    @classmethod
    def of(
        cls, pack: Pack, areas: Iterable[tuple[str, str, int, str]], names: Mapping[str, str] | None = None
    ) -> Ground:
        """The ground of a pack; `areas` are its `cockpit.geo.areas.Areas`."""
        groups = {code: kind.group_code for code, kind in pack.kinds.items()}
        return cls(areas, groups, names, pack)

    def group(self, kind: str) -> str:
        """Group of a class; of one that the pack does not list its first three characters."""
        return self.groups.get(kind) or kind[:3]

    @property
    def city(self) -> str:
        """Code of the whole city, "" where no area is there."""
        return self.codes[0] if self.codes and self.tier[0] == 0 else ""

    def below(self, area: str, tier: int) -> list[int]:
        """Indices of the areas of a tier within an area, "" everywhere."""
        if not area:
            return [i for i, of in enumerate(self.tier) if of == tier]
        at = self.index.get(area, -1)
        return [i for i, of in enumerate(self.tier) if of == tier and at >= 0 and self.line[i][self.tier[at]] == at]

    def holds(self, outer: str, area: str) -> bool:
        """Whether an area lies in another one, or is it; False of those that are not there."""
        at, within = self.index.get(outer, -1), self.index.get(area, -1)
        return at >= 0 and within >= 0 and self.line[within][self.tier[at]] == at

    def next_tier(self, area: str) -> str:
        """The dimension by which an area is divided, "" for a cell."""
        tier = self.tier[self.index[area]] if area in self.index else 0
        return TIERS[tier + 1] if tier + 1 < len(TIERS) else ""
