"""Along the streets: on a graph small enough to know the answers, and on the real ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.geo.compact import MICRO, squeeze, text_array
from cockpit.geo.metres import haversine, length
from cockpit.geo.roadgraph import BACKWARD, FOOT, FORWARD, RoadGraph
from cockpit.model.errors import UserError
from cockpit.packs.read import list_packs, read_pack

BOTH = FORWARD | BACKWARD | FOOT
STEP = 0.001


def small(edges: list[tuple[list[tuple[int, int]], int]]) -> RoadGraph:
    """A graph of lines on a grid of about 100 m around (120, 30); each with its flags."""
    nodes: dict[tuple[int, int], int] = {}
    ends = [(nodes.setdefault(p[0], len(nodes)), nodes.setdefault(p[-1], len(nodes))) for p, _ in edges]

    def place(points: list[tuple[int, int]]) -> np.ndarray:
        return np.array([120.0, 30.0]) + np.array(points) * STEP

    paths = [place(p) for p, _ in edges]
    arrays = {
        "nodes": squeeze(place(list(nodes))),
        "a": np.array([e[0] for e in ends], np.int32),
        "b": np.array([e[1] for e in ends], np.int32),
        "metres": np.array([length(p) for p in paths]),
        "flags": np.array([f for _, f in edges], np.uint8),
        "kind": np.zeros(len(edges), np.uint8),
        "name": np.zeros(len(edges), np.uint16),
        "coords": squeeze(np.concatenate(paths)),
        "counts": np.array([len(p) for p in paths], np.uint16),
        "names": text_array([""]),
        "kinds": text_array(["primary"]),
    }
    return RoadGraph(arrays, Path("small"))


def at(x: float, y: float) -> tuple[float, float]:
    return 120.0 + x * STEP, 30.0 + y * STEP


# a one-way ring, anticlockwise: (0,0) -> (4,0) -> (4,4) -> (0,4) -> (0,0)
RING = [
    ([(0, 0), (4, 0)], FORWARD | FOOT),
    ([(4, 0), (4, 4)], FORWARD | FOOT),
    ([(0, 4), (4, 4)], BACKWARD | FOOT),
    ([(0, 4), (0, 0)], FORWARD | FOOT),
]


def test_a_vehicle_goes_round_a_one_way_ring_and_a_walker_straight_back() -> None:
    graph = small(RING)
    side = float(graph.metres[0])
    by_car = graph.route(at(3, 0), at(1, 0))
    on_foot = graph.route(at(3, 0), at(1, 0), on_foot=True)
    assert on_foot.metres == pytest.approx(side / 2, rel=1e-3)
    assert by_car.metres == pytest.approx(graph.metres.sum() - side / 2, rel=1e-3)
    assert [tuple(np.round((p - [120, 30]) / STEP).astype(int)) for p in by_car.path] == [
        (3, 0), (4, 0), (4, 4), (0, 4), (0, 0), (1, 0),
    ]  # fmt: skip


def test_with_the_one_way_a_vehicle_goes_straight_on() -> None:
    graph = small(RING)
    assert graph.route(at(1, 0), at(3, 0)).metres == pytest.approx(graph.metres[0] / 2, rel=1e-3)


def test_of_two_parallel_streets_the_shorter_is_taken_and_lengths_are_not_added() -> None:
    graph = small([([(0, 0), (2, 3), (4, 0)], BOTH), ([(0, 0), (4, 0)], BOTH), ([(4, 0), (6, 0)], BOTH)])
    route = graph.route(at(0, 0), at(6, 0))
    assert route.metres == pytest.approx(haversine(*at(0, 0), *at(6, 0)), rel=1e-3)


def test_a_dead_end_loop_is_left_the_way_it_was_entered() -> None:
    graph = small([([(0, 0), (4, 0)], BOTH), ([(4, 0), (6, 2), (6, -2), (4, 0)], BOTH)])
    route = graph.route(at(6, 1), at(0, 0))
    assert route.metres == pytest.approx(length(route.path), abs=1)
    assert len(route.path) == 4


def test_what_only_walkers_may_use_is_no_way_for_a_vehicle() -> None:
    graph = small([*RING, ([(0, 0), (4, 4)], FOOT)])
    assert graph.route(at(0, 0), at(4, 4), on_foot=True).metres == pytest.approx(graph.metres[4], rel=1e-3)
    assert graph.route(at(0, 0), at(4, 4)).metres == pytest.approx(graph.metres[0] + graph.metres[1], rel=1e-3)


def test_a_piece_that_can_not_be_reached_is_never_snapped_to() -> None:
    graph = small([*RING, ([(9, 9), (9, 10)], BOTH)])
    snap = graph.nearest(*at(9, 10))
    assert snap.edge < 4
    assert snap.metres > 500


def test_a_limit_leaves_out_what_is_farther() -> None:
    graph = small(RING)
    near = graph.near(*at(1, 0), [at(2, 0), at(0.5, 0)], limit=150)
    assert not np.isfinite(near.metres[0])
    assert near.metres[1] == pytest.approx(graph.metres[0] / 8, rel=1e-2)
    assert len(near.path_of(0)) == 0


def test_a_city_of_foot_ways_has_no_way_for_a_vehicle() -> None:
    graph = small([([(0, 0), (4, 0)], FOOT), ([(4, 0), (4, 4)], FOOT)])
    assert np.isinf(graph.near(*at(0, 0), [at(2, 0), at(4, 2)]).metres).all()
    assert len(graph.near(*at(0, 0), [at(2, 0)]).path_of(0)) == 0
    assert np.isinf(graph.route(at(0, 0), at(4, 4)).metres)
    assert np.isfinite(graph.route(at(0, 0), at(4, 4), on_foot=True).metres)


def test_no_points_give_no_distances() -> None:
    assert len(small(RING).near(*at(1, 0), np.zeros((0, 2))).metres) == 0


@pytest.fixture(scope="module", params=list_packs())
def graph(request: pytest.FixtureRequest) -> RoadGraph:
    return RoadGraph.load(read_pack(request.param).folder)


shares = st.floats(0.0, 1.0, exclude_max=True)


def place_of(graph: RoadGraph, share: float) -> tuple[float, float]:
    lon, lat = graph.nodes[int(share * len(graph.nodes))]
    return float(lon), float(lat)


class Legal:
    """Steps that may be taken, by whether on foot; a class of its own so that a failure does not print them all."""

    def __init__(self, graph: RoadGraph) -> None:
        self.steps = {on_foot: legal_steps(graph, on_foot) for on_foot in (False, True)}


def legal_steps(graph: RoadGraph, on_foot: bool) -> set[tuple[int, int, int, int]]:
    """Every step between two vertices that may be taken, in microdegrees."""
    micro = np.round(graph.coords * MICRO).astype(int)
    inner = np.ones(len(micro) - 1, bool)
    inner[graph.offsets[1:-1] - 1] = False
    edge = np.repeat(np.arange(len(graph.a)), np.diff(graph.offsets))[:-1][inner]
    step = np.hstack([micro[:-1][inner], micro[1:][inner]])
    ahead = graph.flags[edge] & (FOOT if on_foot else FORWARD) > 0
    back = graph.flags[edge] & (FOOT if on_foot else BACKWARD) > 0
    there, here = step[ahead], step[back][:, [2, 3, 0, 1]]
    return {tuple(row) for row in np.vstack([there, here]).tolist()}


@pytest.fixture(scope="module")
def legal(graph: RoadGraph) -> Legal:
    return Legal(graph)


@settings(max_examples=25, deadline=None)
@given(start=shares, end=shares, on_foot=st.booleans())
def test_a_route_is_continuous_legal_and_of_the_length_it_says(
    graph: RoadGraph, legal: Legal, start: float, end: float, on_foot: bool
) -> None:
    a, b = place_of(graph, start), place_of(graph, end)
    route = graph.route(a, b, on_foot)
    first, last = graph.nearest(*a, on_foot), graph.nearest(*b, on_foot)
    assert route.path[0] == pytest.approx((first.lon, first.lat), abs=2e-6)
    assert route.path[-1] == pytest.approx((last.lon, last.lat), abs=2e-6)
    assert route.metres == pytest.approx(length(route.path) + first.metres + last.metres, rel=0.004, abs=2)
    assert route.metres >= haversine(*a, *b) * 0.995 - 1
    vertices = np.round(route.path[1:-1] * MICRO).astype(int)
    steps = np.hstack([vertices[:-1], vertices[1:]]) if len(vertices) > 1 else np.zeros((0, 4), int)
    taken = {tuple(row) for row in steps.tolist()}
    assert not taken - legal.steps[on_foot]


@settings(max_examples=15, deadline=None)
@given(start=shares, middle=shares, end=shares)
def test_a_way_by_a_third_place_is_never_shorter(graph: RoadGraph, start: float, middle: float, end: float) -> None:
    a, c = place_of(graph, start), place_of(graph, end)
    snap = graph.nearest(*place_of(graph, middle))
    b = (snap.lon, snap.lat)
    assert graph.route(a, c).metres <= graph.route(a, b).metres + graph.route(b, c).metres + 3


@settings(max_examples=15, deadline=None)
@given(start=shares, end=shares)
def test_on_foot_there_is_as_far_as_back(graph: RoadGraph, start: float, end: float) -> None:
    a, b = place_of(graph, start), place_of(graph, end)
    assert graph.route(a, b, on_foot=True).metres == pytest.approx(graph.route(b, a, on_foot=True).metres, abs=0.5)


def test_one_search_tells_the_same_as_many_routes(graph: RoadGraph) -> None:
    rng = np.random.default_rng(3)
    points = graph.nodes[rng.integers(0, len(graph.nodes), 40)]
    place = place_of(graph, 0.5)
    near = graph.near(*place, points)
    for i in range(0, 40, 8):
        route = graph.route((points[i, 0], points[i, 1]), place)
        assert near.metres[i] == pytest.approx(route.metres, abs=0.01)
        assert np.array_equal(near.path_of(i), route.path)


def test_most_streets_hang_together(graph: RoadGraph) -> None:
    vehicles = np.flatnonzero(graph.flags & (FORWARD | BACKWARD) > 0)
    walkers = np.flatnonzero(graph.flags & FOOT > 0)
    assert len(graph.net(False).usable) > 0.8 * len(vehicles)
    assert len(graph.net(True).usable) > 0.85 * len(walkers)


def test_a_missing_graph_ends_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"roads\.npz"):
        RoadGraph.load(tmp_path)
