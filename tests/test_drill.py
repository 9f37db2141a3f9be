"""The way that a leader walks, and links that bring it again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule

from cockpit.model.clock import DAY, MINUTE, from_iso
from cockpit.model.errors import UserError
from cockpit.model.insight import DIMENSIONS, MEASURES
from cockpit.model.links import MOST, Link, link_of, read_link
from cockpit.model.scope import Scope, Span
from cockpit.model.spans import span_of
from cockpit.picture.drill import Drill
from cockpit.picture.selection import Selection

NOW = from_iso("2026-07-14T17:42:00+08:00")
TIMES = st.integers(0, 4_102_444_800_000_000)
TEXTS = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" &=%:/#?+·"), min_size=1, max_size=40)
SPANS = st.builds(
    lambda ends, word: Span(*sorted(ends), word),
    st.tuples(TIMES, TIMES),
    st.sampled_from(["", "today", "last7", "hours24", "2026-06", "previous"]),
)
SOME = st.lists(TEXTS, max_size=3).map(tuple)
SCOPES = st.builds(
    Scope,
    span=SPANS,
    area=st.sampled_from(["", "330102", "330102001"]),
    kinds=SOME,
    channels=SOME,
    levels=st.lists(st.integers(1, 5), max_size=3).map(tuple),
    stages=SOME,
    results=SOME,
    hours=st.lists(st.integers(0, 23), max_size=3).map(tuple),
    weekdays=st.lists(st.integers(0, 6), max_size=3).map(tuple),
    unit=TEXTS | st.just(""),
    unit_kind=TEXTS | st.just(""),
    place=TEXTS | st.just(""),
    amount=st.just(()) | st.tuples(st.floats(allow_nan=False), st.floats(allow_nan=False)),
    measure=st.sampled_from([*MEASURES, "sign:A01"]),
    by=st.sampled_from(["", *DIMENSIONS]),
    against=st.none() | SPANS,
    areas=SOME,
    at=st.just(0) | TIMES,
    key=TEXTS | st.just(""),
)
ITEMS = st.just(("", "")) | st.tuples(st.sampled_from(["event", "unit", "sign"]), TEXTS)


class Walking(RuleBasedStateMachine):
    """Back restores exactly what was left at each step, the selection and its own way back too."""

    scopes = Bundle("scopes")

    def __init__(self) -> None:
        super().__init__()
        self.selection = Selection()
        self.drill = Drill(Scope(span_of("today", NOW)), self.selection)
        self.model = []

    def state(self):
        return self.drill.scope, self.drill.held, self.selection.kept()

    @rule(area=st.sampled_from(["", "330102", "330103"]), kinds=st.sampled_from([(), ("E05",)]))
    def push(self, area, kinds):
        before = self.state()
        scope = self.drill.scope.with_(area=area, kinds=kinds)
        self.drill.push(scope)
        if scope != before[0]:
            self.model.append(before)
        assert self.drill.scope == scope

    @rule(measure=st.sampled_from(["count", "open"]))
    def replace(self, measure):
        self.drill.replace(self.drill.scope.with_(measure=measure))

    @rule(key=st.sampled_from(["a/1", "a/2"]))
    def select(self, key):
        self.selection.select("event", key)

    @rule(keys=st.lists(st.sampled_from(["a/1", "a/2"]), max_size=2, unique=True))
    def gather(self, keys):
        self.selection.gather([("event", key) for key in keys])

    @rule()
    def selection_back(self):
        self.selection.back()

    @rule()
    def back(self):
        assert self.drill.back() == bool(self.model)
        if self.model:
            assert self.state() == self.model.pop()

    @rule(depth=st.integers(0, 5))
    def jump(self, depth):
        could = depth < len(self.model)
        assert self.drill.jump(depth) == could
        if could:
            assert self.state() == self.model[depth]
            del self.model[depth:]

    def teardown(self):
        assert self.drill.way[:-1] == tuple(scope for scope, _, _ in self.model)
        while self.model:
            assert self.drill.back()
            assert self.state() == self.model.pop()


TestWalking = Walking.TestCase
TestWalking.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_everybody_is_told_of_another_scope_and_nobody_of_the_same():
    drill = Drill(Scope(span_of("today", NOW)))
    told = []
    drill.subscribe(lambda one: told.append(one.scope.area))
    drill.push(drill.scope.with_(area="330102"))
    drill.push(drill.scope)
    drill.back()
    assert told == ["330102", ""]


def test_a_panel_that_is_gone_is_not_told():
    class Panel:
        def on_scope(self, drill: Drill) -> None:
            raise AssertionError

    drill = Drill(Scope(span_of("today", NOW)))
    panel = Panel()
    drill.subscribe(panel.on_scope)
    del panel
    drill.push(drill.scope.with_(area="330102"))


def test_a_period_that_goes_on_moves_with_the_clock_and_one_of_a_link_stays():
    drill = Drill(Scope(span_of("today", NOW)))
    assert not drill.follow(NOW + MINUTE // 2)
    assert drill.follow(NOW + DAY)
    assert drill.scope.span == span_of("today", NOW + DAY)
    opened = Scope(span_of("today", NOW))
    drill.open([opened])
    assert not drill.follow(NOW + 2 * DAY)
    assert drill.scope == opened
    drill.push(opened.with_(area="330102"))
    assert not drill.follow(NOW + 2 * DAY)
    drill.release(NOW + 2 * DAY)
    assert drill.scope.span == span_of("today", NOW + 2 * DAY)


@given(st.lists(SCOPES, min_size=1, max_size=4), ITEMS)
@settings(deadline=None)
def test_a_link_brings_the_exact_way_again(way, item):
    link = Link("hangzhou", tuple(way), item)
    try:
        text = link_of(link)
    except UserError:
        assert len(str(way[-1])) > MOST // 20  # every character may take nine, and Chinese ones do
        return
    assert len(text) <= MOST
    found = read_link(text)
    assert found.way == tuple(way)[-len(found.way) :]
    assert (found.pack, found.item) == ("hangzhou", item)
    drill = Drill(Scope(span_of("today", NOW)))
    drill.open(found.way, found.item)
    assert drill.way[-len(found.way) :] == found.way
    assert drill.selection.item == item
    assert drill.back()


def test_a_way_that_is_too_long_for_a_link_leaves_the_oldest_steps_out():
    way = tuple(Scope(span_of("today", NOW), place="区" * 60, area=str(n)) for n in range(60))
    found = read_link(link_of(Link("hangzhou", way)))
    assert 1 < len(found.way) < 60
    assert found.way == way[-len(found.way) :]


GOOD = link_of(Link("hangzhou", (Scope(span_of("today", NOW), area="330102", levels=(1,)),)))


@pytest.mark.parametrize(
    "text",
    ["", "cockpit://", "http://hangzhou/drill?from=1&to=2", "cockpit://hangzhou/run?from=1&to=2", "cockpit://hangzhou/drill",
     "cockpit://../drill?from=1&to=2", "cockpit://hangzhou/drill?from=2&to=1", "cockpit://hangzhou/drill?from=1&to=x",
     "cockpit://hangzhou/drill?from=1&to=99999999999999999999", "cockpit://hangzhou/drill?from=1&to=2&measure=rm",
     "cockpit://hangzhou/drill?from=1&to=2&by=__class__", "cockpit://hangzhou/drill?from=1&to=2&level=9",
     "cockpit://hangzhou/drill?from=1&from=1&to=2", "cockpit://hangzhou/drill?from=1&to=2&area=%00",
     "cockpit://hangzhou/drill?from=1&to=2&area=%FF", "cockpit://hangzhou/drill?from=1&to=2&amount=nan..1",
     "cockpit://hangzhou/drill?from=1&to=2&new=1", "cockpit://hangzhou/drill?from=1&to=2&item=event",
     "cockpit://hangzhou/drill?from=1&to=2&back=x", "cockpit://[::1/drill?from=1&to=2", GOOD + "#x",
     GOOD + "&place=" + "x" * MOST],
)  # fmt: skip
def test_a_link_that_is_none_is_refused_in_one_sentence(text):
    with pytest.raises(UserError) as refused:
        read_link(text)
    assert refused.value.message.id in ("insight.link_broken", "insight.link_too_long")


@given(st.text(max_size=60), st.integers(0, len(GOOD)), st.integers(0, len(GOOD)))
@settings(deadline=None)
def test_whatever_is_done_to_a_link_it_is_read_or_refused(noise, a, b):
    low, high = sorted((a, b))
    try:
        link = read_link(GOOD[:low] + noise + GOOD[high:])
    except UserError:
        return
    assert link.way
