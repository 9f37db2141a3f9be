"""What is wrong with a rule is said in one sentence; the rules that ship are right; a stale change is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.hub.alarm_rules import changed, removed, with_shipped
from cockpit.model.alarms import RULE_KINDS, Rule, Window
from cockpit.model.errors import UserError
from cockpit.model.messages import texts
from cockpit.packs.read import list_packs, read_pack
from cockpit.signs.rules.check import TOPICS, check
from cockpit.signs.rules.shipped import shipped_rules
from tests.living_rules import Scene, rule

OTHERS = {"a": rule(id="a"), "b": rule(id="b", parent="c"), "c": rule(id="c", parent="b")}
COMBINED = {"kind": "combination", "all_of": ("a", "b")}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"id": "Deep!"}, "rules.bad_id"),
    ({"name": {"zh": " "}}, "rules.no_name"),
    ({"name": {"zh": "长" * 20_000}}, "rules.too_large"),
    ({"kind": "script"}, "rules.bad_kind"),
    ({"topic": "case"}, "rules.bad_topic"),
    ({"level": 5}, "rules.bad_level"),
    ({"case_kind": "E9999"}, "rules.bad_case_kind"),
    ({"area_tier": 7}, "rules.bad_tier"),
    ({"delay": -1.0}, "rules.bad_number"),
    ({"hysteresis": float("nan")}, "rules.bad_number"),
    ({"above": float("inf")}, "rules.bad_number"),
    ({"where": {"colour": "red"}}, "rules.no_column"),
    ({"where": {"kind": 3.0}}, "rules.bad_where"),
    ({"where": {"value": "3"}}, "rules.bad_where"),
    ({"where": {"value": [5.0, 1.0]}}, "rules.bad_range"),
    ({"where": {"kind": "w*r"}}, "rules.bad_star"),
    ({"measure": "name"}, "rules.bad_measure"),
    ({"measure": ""}, "rules.no_measure"),
    ({"above": None}, "rules.no_bound"),
    ({"below": 15.0}, "rules.crossed"),
    ({"below": 13.0, "hysteresis": 1.0}, "rules.wide_hysteresis"),
    ({"hours": Window("22:00")}, "rules.bad_hours"),
    ({"hours": Window("22:00", "24:00")}, "rules.bad_hours"),
    ({"hours": Window(days=(0,))}, "rules.bad_days"),
    ({"kind": "rate"}, "rules.no_window"),
    ({"kind": "rate", "per": 60.0, "above": None, "below": 1.0}, "rules.rate_signs"),
    ({"kind": "absence", "topic": "event", "where": {}, "measure": ""}, "rules.never_silent"),
    ({"kind": "absence", "topic": "unit", "where": {}, "measure": ""}, "rules.no_silence"),
    ({"kind": "count", "more_than": -1}, "rules.bad_count"),
    ({"kind": "count", "per": 60.0}, "rules.window_of_events"),
    ({"kind": "count", "topic": "feed", "where": {}, "measure": "", "area_tier": 1}, "rules.no_areas"),
    ({"kind": "geofence", "topic": "sign", "where": {}}, "rules.no_places"),
    ({"kind": "geofence", "ring": ((1.0, 1.0), (2.0, 2.0))}, "rules.bad_ring"),
    ({"kind": "geofence", "ring": ((1.0, 1.0), (2.0, 2.0), (2.0, 99.0))}, "rules.bad_corner"),
    ({"kind": "combination", "all_of": ("a",)}, "rules.bad_parts"),
    ({"kind": "combination", "all_of": ("a", "zz")}, "rules.no_part"),
    ({"kind": "combination", "all_of": ("a", "deep"), "id": "a"}, "rules.no_part"),
    ({"parent": "deep"}, "rules.own_parent"),
    ({"parent": "zz"}, "rules.no_parent"),
    ({"parent": "b"}, "rules.own_parent"),
]


@pytest.mark.parametrize(("over", "expected"), WRONG)
def test_what_is_wrong_with_a_rule_is_said_in_a_sentence(over: dict[str, Any], expected: str) -> None:
    problem = check(rule(**over), OTHERS, 5, {"E0506"})
    assert problem is not None
    assert problem.id == expected
    for lang in ("zh", "en"):
        said = texts(lang)(problem)
        assert said != problem.id
        assert "{" not in said


def test_a_combination_is_no_part_of_itself_however_far_round() -> None:
    first = rule(id="first", all_of=("a", "second"), kind="combination")
    second = rule(id="second", any_of=("b", "first"), kind="combination")
    problem = check(second, {**OTHERS, "first": first})
    assert problem is not None
    assert problem.id == "rules.ring_of_rules"
    assert check(rule(**COMBINED), OTHERS) is None


_WORDS = st.sampled_from(["kind", "area", "value", "key", "state", "level", "", "*", "zz"])
_NUMBERS = st.one_of(st.none(), st.floats(allow_nan=True), st.sampled_from([0.0, 1.0, 15.0, -3.0]))


@st.composite
def _rules(draw: st.DrawFn) -> Rule:
    """Anything that a form, or a hostile seat, might send."""
    return Rule(
        id=draw(st.sampled_from(["deep", "x", "a", "!", ""])),
        name={"zh": "积水"},
        kind=draw(st.sampled_from([*RULE_KINDS, "eval"])),
        topic=draw(st.sampled_from([*TOPICS, "", "area"])),
        where=draw(
            st.dictionaries(_WORDS, st.one_of(_WORDS, st.floats(), st.lists(st.floats(), max_size=3)), max_size=3)
        ),
        measure=draw(st.sampled_from(["value", "level", "received", "amount", "kind", ""])),
        above=draw(_NUMBERS),
        below=draw(_NUMBERS),
        hysteresis=draw(st.floats(0, 5)),
        delay=draw(st.sampled_from([0.0, 5.0])),
        per=draw(st.sampled_from([0.0, 60.0, 1e9])),
        more_than=draw(st.integers(-1, 3)),
        area_tier=draw(st.integers(-2, 6)),
        silence=draw(st.sampled_from([0.0, 30.0])),
        all_of=tuple(draw(st.lists(st.sampled_from(["a", "b", "x"]), max_size=3))),
        any_of=tuple(draw(st.lists(st.sampled_from(["a", "b", "x"]), max_size=3))),
        ring=tuple(draw(st.lists(st.tuples(st.floats(100, 130), st.floats(20, 40)), max_size=5))),
        inside=draw(st.booleans()),
        hours=draw(st.sampled_from([Window(), Window("22:00", "06:00"), Window("25:00", "1")])),
    )


@given(_rules())
def test_a_rule_that_passes_the_check_runs_whatever_it_is(made: Rule) -> None:
    if check(made, OTHERS) is not None:
        return
    scene = Scene(made, *OTHERS.values())
    scene.sense("W1", 20.0)
    scene.sense("W2", float("nan"), lon=float("nan"), area="")
    scene.event(1)
    for _ in range(3):
        scene.step(40)


@pytest.mark.parametrize("city", list_packs())
def test_the_rules_that_ship_are_right_for_every_city_that_ships(city: str) -> None:
    pack = read_pack(city)
    rules = shipped_rules(pack)
    beside = {rule.id: rule for rule in rules}
    assert {rule.kind for rule in rules} >= {"threshold", "rate", "absence", "count", "combination"}
    for one in rules:
        assert check(one, beside, len(pack.tiers), pack.kinds) is None
        assert set(one.name) >= {"zh", "en"}
        assert one.owner
        assert one.guide
        assert one.why
    kinds = {rule.where.get("kind") for rule in rules if rule.topic == "sensor" and rule.kind != "combination"}
    assert kinds <= pack.sensor_kinds.keys()


def test_a_mistake_in_a_file_of_rules_is_said_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    from cockpit.paths import assets_dir

    pack = read_pack("hangzhou")
    folder = tmp_path / "assets"
    (folder / "rules").mkdir(parents=True)
    shutil.copytree(assets_dir() / "translations", folder / "translations")
    text = '[[rules]]\nid = "x"\nname = { zh = "甲" }\nkind = "threshold"\ntopic = "sensor"\ncolour = "red"\n'
    (folder / "rules" / "cityops.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("cockpit.signs.rules.shipped.assets_dir", lambda: folder)
    with pytest.raises(UserError) as raised:
        shipped_rules(pack)
    assert "第 6 行" in str(raised.value) or ":6" in str(raised.value)


def test_what_a_person_changed_or_removed_is_not_brought_back_by_what_ships() -> None:
    pack = read_pack("hangzhou")
    shipped = {rule.id: rule for rule in shipped_rules(pack)}
    mine = msgspec.structs.replace(shipped["ponding"], above=20.0, version=2)
    rules, new = with_shipped([mine], {"ponding", "gas-low"}, pack, 7)
    found = {rule.id: rule for rule in rules}
    assert found["ponding"].above == 20.0
    assert "gas-low" not in found
    assert {rule.id for rule in new} == shipped.keys() - {"ponding", "gas-low"}


def test_a_change_of_an_older_version_is_refused_and_names_who_was_faster() -> None:
    pack = read_pack("hangzhou")
    rules = {"deep": rule(version=3, by="seat-2")}
    made = changed(rule(version=3, above=20.0), rules, pack, 5, "seat-1")
    assert (made.version, made.by, made.changed) == (4, "seat-1", 5)
    for seen in (0, 2, 4):
        with pytest.raises(UserError) as raised:
            changed(rule(version=seen), rules, pack, 5, "seat-1")
        assert "seat-2" in str(raised.value)
    with pytest.raises(UserError):
        changed(rule(id="new", version=2), rules, pack, 5, "seat-1")
    assert changed(rule(id="new", version=0), rules, pack, 5, "seat-1").version == 1
    with pytest.raises(UserError):
        removed("deep", 2, rules)
    removed("deep", 3, rules)
