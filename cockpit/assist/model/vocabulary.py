"""The words that a model may use in a query: what is not among them is refused before insight is asked."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cockpit.insight.ground import TIERS, Ground
from cockpit.model.city import Pack
from cockpit.model.insight import DIMENSIONS, GRAINS, MEASURES
from cockpit.model.messages import Texts
from cockpit.model.scope import MARKS, STATES, TIMES
from cockpit.model.scopewords import SIGN_VALUES, code_words, dimension_words, kind_words, measure_words
from cockpit.model.signs import Sign
from cockpit.model.stages import STAGES

MOST_FOUND = 12
RESULTS = ("solved", "void", "referred")
MOST_UNITS = 2000


class Found(msgspec.Struct, frozen=True):
    """A word of the vocabulary: `what` it is, its code, its name."""

    what: str
    code: str
    name: str


class Vocabulary:
    """What is known of one city by name.

    Units go by opaque names (`u1`, `u2`): neither their keys nor their names leave the machine.
    """

    def __init__(self, pack: Pack, ground: Ground, signs: Mapping[str, Sign], t: Texts) -> None:
        self.pack, self.ground, self.signs, self.t = pack, ground, signs, t
        self.names = {**ground.names, **{code: t.pack(sign.name) for code, sign in signs.items()}}
        self.groups = {kind.group_code for kind in pack.kinds.values()}
        self._units: dict[str, str] = {}
        self._keys: dict[str, str] = {}

    # -- checks ------------------------------------------------------------------------------------------------------

    def is_area(self, code: str) -> bool:
        return code in self.ground.index

    def is_kind(self, code: str) -> bool:
        return code in self.pack.kinds or code in self.groups

    def is_measure(self, measure: str) -> bool:
        if measure in MEASURES:
            return True
        if not measure.startswith("sign:"):
            return False
        code, _, how = measure.removeprefix("sign:").partition(":")
        return code in self.signs and (how in ("", *SIGN_VALUES))

    def words(self, field: str) -> frozenset[str]:
        """What a field of a query may hold."""
        return frozenset(
            {
                "channels": tuple(self.pack.channels),
                "stages": (*STAGES, *STATES),
                "results": RESULTS,
                "marks": MARKS,
                "when": ("", *TIMES),
                "unit_kind": ("", *self.pack.unit_kinds),
                "by": DIMENSIONS,
                "grain": ("", *GRAINS),
                "against": ("", "previous", "year_before"),
            }[field]
        )

    # -- units -------------------------------------------------------------------------------------------------------

    def alias(self, key: str) -> str:
        """The opaque name of a unit."""
        if key not in self._units and len(self._units) < MOST_UNITS:
            self._units[key] = f"u{len(self._units) + 1}"
            self._keys[self._units[key]] = key
        return self._units.get(key, "u0")

    def unit(self, alias: str) -> str | None:
        """The key of a unit, None: nobody gave that name."""
        return self._keys.get(alias)

    # -- looking up --------------------------------------------------------------------------------------------------

    def find(self, words: str) -> list[Found]:
        """What is called so, or nearly: areas, classes, groups, signs, channels, kinds of units, units."""
        wanted = words.casefold().strip()
        if not wanted:
            return []
        scored = []
        for what, code, name in self._all():
            plain = name.casefold()
            if plain == wanted or code.casefold() == wanted:
                score = 0
            elif plain.startswith(wanted) or wanted.startswith(plain):
                score = 1
            elif wanted in plain or (len(plain) > 1 and plain in wanted):
                score = 2
            else:
                shared = len(set(plain) & set(wanted))
                if shared * 2 <= len(set(wanted)):
                    continue
                score = 3
            scored.append((score, len(name), what, code, name))
        scored.sort()
        return [
            Found(what, self.alias(code), "") if what == "unit" else Found(what, code, name)
            for _, _, what, code, name in scored[:MOST_FOUND]
        ]

    def _all(self) -> list[tuple[str, str, str]]:
        t, pack = self.t, self.pack
        found = [("area", code, self.ground.names.get(code, "")) for code in self.ground.codes]
        found += [("kind", code, t.pack(kind.name)) for code, kind in pack.kinds.items()]
        found += [("group", code, kind_words(code, pack, t)) for code in sorted(self.groups)]
        found += [("sign", code, t.pack(sign.name)) for code, sign in self.signs.items()]
        found += [("channel", id, t.pack(one.name)) for id, one in pack.channels.items()]
        found += [("unit_kind", id, t.pack(one.name)) for id, one in pack.unit_kinds.items()]
        found += [("unit", code, name) for code, name in self.ground.names.items() if code not in self.ground.index]
        return [one for one in found if one[2]]

    def part_name(self, by: str, code: str) -> str:
        """A part of a composition as printed."""
        return code_words(by, code, self.pack, self.names, self.t)

    def listed(self) -> str:
        """What is short enough to be told at once: measures, dimensions, channels, districts, groups of classes."""
        t = self.t
        districts = [code for code, tier in zip(self.ground.codes, self.ground.tier, strict=True) if tier == 1]
        return msgspec.json.encode(
            {
                "measures": {name: measure_words(name, t) for name in MEASURES},
                "by": {name: dimension_words(name, t) for name in DIMENSIONS},
                "districts": {code: self.ground.names.get(code, "") for code in districts},
                "groups": {code: kind_words(code, self.pack, t) for code in sorted(self.groups)},
                "channels": {id: t.pack(one.name) for id, one in self.pack.channels.items()},
                "unit_kinds": {id: t.pack(one.name) for id, one in self.pack.unit_kinds.items()},
                "stages": [*STAGES, *STATES],
                "marks": MARKS,
                "tiers": TIERS,
            }
        ).decode()
