"""Who is nearest along the streets, and places by name: a city's worth of each, by seeds and of the Hangzhou pack."""

from __future__ import annotations

import heapq
import sqlite3
import statistics
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from benchmarks.registry import Measured, bench
from cockpit.geo.areas import Areas
from cockpit.geo.compact import squeeze, text_array
from cockpit.geo.metres import haversine
from cockpit.geo.places import Places
from cockpit.geo.roadgraph import BACKWARD, FOOT, FORWARD, RoadGraph
from cockpit.geo.search import PlaceSearch
from cockpit.model.clock import SystemClock
from cockpit.model.nameindex import spelling
from cockpit.model.pinyin import plain
from cockpit.packs.read import read_pack

UNITS, EDGES, NAMES = 500, 50_000, 100_000
SEED = 7
PLACES = 20
"""Places that are asked about in one run."""
TYPED = (
    *("延安", "延安路", "yal", "yananlu", "学校", "xx", "花园", "hy", "路", "人民公园", "renmin", "中山路/解放路"),
    *("中山路与解放路交叉口", "zsl jfl", "社区", "和平", "大道", "ddl", "小学", "没有这个地方"),
)
FIRST = "人民 中山 解放 延安 和平 建设 新华 文化 东风 青年 长江 黄河 学院 科技 金融 滨江 湖滨 环城 花园 幸福"
SECOND = "东西南北中一二三新旧上下大小金银文武"
LAST = "路 街 巷 大道 公园 小学 中学 医院 广场 大厦 花园 新村 社区 超市 银行 地铁站"
mono = SystemClock().mono


@lru_cache(maxsize=1)
def city_graph() -> RoadGraph:
    """A city of `EDGES` streets: a bent grid with one-way streets, gaps and a third point in each street."""
    rng = np.random.default_rng(SEED)
    side = 160
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    nodes = np.column_stack([x.ravel(), y.ravel()]) * 0.0016 + rng.normal(0, 0.0003, (side * side, 2)) + (120.0, 30.0)
    number = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
            np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
        ]
    )
    pairs = pairs[np.sort(rng.permutation(len(pairs))[:EDGES])]
    a, b = nodes[pairs[:, 0]], nodes[pairs[:, 1]]
    middle = (a + b) / 2 + rng.normal(0, 0.0001, (len(pairs), 2))
    metres = haversine(*a.T, *middle.T) + haversine(*middle.T, *b.T)
    oneway = rng.random(len(pairs)) < 0.2
    arrays = {
        "nodes": squeeze(nodes),
        "a": pairs[:, 0].astype(np.int32),
        "b": pairs[:, 1].astype(np.int32),
        "metres": metres,
        "flags": np.where(oneway, FORWARD | FOOT, FORWARD | BACKWARD | FOOT).astype(np.uint8),
        "kind": np.zeros(len(pairs), np.uint8),
        "name": np.zeros(len(pairs), np.uint16),
        "coords": squeeze(np.stack([a, middle, b], axis=1).reshape(-1, 2)),
        "counts": np.full(len(pairs), 3, np.uint16),
        "names": text_array([""]),
        "kinds": text_array(["primary"]),
    }
    graph = RoadGraph(arrays, Path("made"))
    graph.net(False)
    return graph


@lru_cache(maxsize=1)
def hangzhou_graph() -> RoadGraph:
    graph = RoadGraph.load(read_pack("hangzhou").folder)
    graph.net(False)
    return graph


def units_of(graph: RoadGraph) -> np.ndarray:
    rng = np.random.default_rng(SEED)
    return graph.nodes[rng.integers(0, len(graph.nodes), UNITS)] + rng.normal(0, 2e-4, (UNITS, 2))


def ours(graph: RoadGraph) -> float:
    """Milliseconds in which one place gets the distances of all units, and the ways of the eight nearest."""
    rng = np.random.default_rng(SEED + 1)
    units, times = units_of(graph), []
    for node in rng.integers(0, len(graph.nodes), PLACES).tolist():
        begun = mono()
        near = graph.near(*graph.nodes[node].tolist(), units)
        for i in np.argsort(near.metres)[:8].tolist():
            near.path_of(i)
        times.append((mono() - begun) * 1000)
    return statistics.median(times)


def one_by_one(graph: RoadGraph, search: str, asked: int) -> float:
    """Milliseconds for all units when each unit's way is searched for itself; `asked` of them are, and scaled up.

    Places and units stand at nodes here, which spares the peers the snapping that ours does.
    """
    net = graph.net(False)
    rng = np.random.default_rng(SEED + 1)
    inside = np.flatnonzero(net.nodes_inside)
    starts, goal = rng.choice(inside, asked).tolist(), int(rng.choice(inside))
    matrix = csr_matrix((net.weights, (net.tail, net.head)), shape=(net.n, net.n))
    if search == "scipy":
        begun = mono()
        for start in starts:
            dijkstra(matrix, indices=start)[goal]
        return (mono() - begun) * 1000 * UNITS / asked
    ends = [
        list(zip(matrix.indices[i:j].tolist(), matrix.data[i:j].tolist(), strict=True))
        for i, j in zip(matrix.indptr[:-1].tolist(), matrix.indptr[1:].tolist(), strict=True)
    ]
    begun = mono()
    for start in starts:
        with_heapq(ends, start, goal)
    return (mono() - begun) * 1000 * UNITS / asked


def with_heapq(ends: list[list[tuple[int, float]]], start: int, goal: int) -> float:
    """Dijkstra's search as it is written in Python, which ends at the goal."""
    best = {start: 0.0}
    queue = [(0.0, start)]
    while queue:
        cost, node = heapq.heappop(queue)
        if node == goal:
            return cost
        if cost > best[node]:
            continue
        for other, metres in ends[node]:
            further = cost + metres
            if further < best.get(other, np.inf):
                best[other] = further
                heapq.heappush(queue, (further, other))
    return np.inf


@bench("map.nearest.500x50k", unit="ms", better="lower")
def nearest() -> Measured:
    """One place, 500 units, 50,000 streets made by a seed. The peers search from each unit for itself."""
    graph = city_graph()
    others = {"heapq_per_unit": one_by_one(graph, "heapq", 8)}
    return Measured(ours(graph), "scipy.dijkstra per unit", one_by_one(graph, "scipy", 20), others)


@bench("map.nearest.500_hangzhou", unit="ms", better="lower")
def nearest_hangzhou() -> Measured:
    """The same on the 48,829 real streets of the Hangzhou pack."""
    graph = hangzhou_graph()
    return Measured(ours(graph), "scipy.dijkstra per unit", one_by_one(graph, "scipy", 20))


def names_of(count: int) -> list[str]:
    """Names as a city has them, by a seed."""
    rng = np.random.default_rng(SEED)
    first, second, last = FIRST.split(), ["", *SECOND], LAST.split()
    picks = [rng.integers(0, len(parts), count) for parts in (first, second, first, last)]
    return [
        first[a] + second[b] + (first[c] if k % 3 == 0 else "") + last[d] + (f"{k % 97}号店" if k % 5 == 0 else "")
        for k, (a, b, c, d) in enumerate(zip(*(p.tolist() for p in picks), strict=True))
    ]


@lru_cache(maxsize=1)
def large_city() -> dict[str, np.ndarray]:
    """Arrays of places.npz of a city of `NAMES` names, a tenth of them roads, with their crossings."""
    rng = np.random.default_rng(SEED)
    names = names_of(NAMES)
    roads, others = ["", "中山路", "解放路", *names[: NAMES // 10]], names[NAMES // 10 :]
    crossings = rng.integers(1, len(roads), (NAMES // 5, 2)).astype(np.uint16)
    crossings[0] = (1, 2)
    owner = np.repeat(np.arange(1, len(roads)), 20).astype(np.uint16)
    return {
        "crossing.coords": squeeze(rng.uniform((113.0, 23.0), (113.6, 23.4), (len(crossings), 2))),
        "crossing.names": crossings,
        "road.coords": squeeze(rng.uniform((113.0, 23.0), (113.6, 23.4), (len(owner), 2))),
        "road.names": owner,
        "names": text_array(roads),
        "names.spelled": text_array(spelling(roads)),
        "other.coords": squeeze(rng.uniform((113.0, 23.0), (113.6, 23.4), (len(others), 2))),
        "others": text_array(others),
        "others.spelled": text_array(spelling(others)),
    }


@lru_cache(maxsize=1)
def by_like() -> sqlite3.Connection:
    """The same names in a table, with crossings as "a × b", spelled and by initials."""
    arrays = large_city()
    places = Places(arrays, Path("made"))
    names = [*places.names[1:], *places.other_names]
    names += [places.crossing_words(i) for i in range(len(places.crossings))]
    rows = []
    for name, said in zip(names, spelling(names), strict=True):
        syllables = said.partition("|")[0].split()
        rows.append((plain(name), "".join(syllables), "".join(s[0] for s in syllables)))
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE place (name TEXT, spelled TEXT, initials TEXT)")
    connection.executemany("INSERT INTO place VALUES (?, ?, ?)", rows)
    return connection


def asked_by_like(typed: str) -> list[str]:
    """Names that hold every word, or begin so when spelled; those that begin with the first word first."""
    words = plain(typed.replace("/", " ").replace("与", " ").removesuffix("交叉口")).split()
    where = " AND ".join("(name LIKE ? OR spelled LIKE ? OR initials LIKE ?)" for _ in words)
    values = [value for word in words for value in (f"%{word}%", f"%{word}%", f"%{word}%")]
    query = f"SELECT name FROM place WHERE {where} ORDER BY name LIKE ? DESC, length(name) LIMIT 8"
    return [row[0] for row in by_like().execute(query, (*values, f"{words[0]}%"))]


@lru_cache(maxsize=1)
def large_search() -> PlaceSearch:
    return PlaceSearch(Places(large_city(), Path("made")), None)


@bench("map.place_search", unit="ms", better="lower")
def place_search() -> Measured:
    """The slowest of twenty words in a city of 100,000 names and 20,000 crossings, looked at from its middle."""
    search, mine, like = large_search(), [], []
    for typed in TYPED:
        begun = mono()
        search.search(typed, 8, (113.3, 23.2))
        mine.append((mono() - begun) * 1000)
        begun = mono()
        asked_by_like(typed)
        like.append((mono() - begun) * 1000)
    others = {"LIKE.median": statistics.median(like)}
    return Measured(max(mine), "SQLite LIKE", max(like), others)


@bench("map.place_search_hangzhou", unit="ms", better="lower")
def place_search_hangzhou() -> float:
    """The slowest of the words in the Hangzhou pack."""
    folder = read_pack("hangzhou").folder
    search, times = PlaceSearch(Places.load(folder), Areas.load(folder)), []
    for typed in TYPED:
        begun = mono()
        search.search(typed, 8, (120.178, 30.263))
        times.append((mono() - begun) * 1000)
    return max(times)


@bench("map.place_search_cold", unit="ms", better="lower")
def place_search_cold() -> float:
    """From nothing read to the first answer: the Hangzhou pack's files, the index, one search in pinyin."""
    folder = read_pack("hangzhou").folder
    begun = mono()
    found = PlaceSearch(Places.load(folder), Areas.load(folder)).search("yal", 8, (120.178, 30.263))
    if not found:
        raise ValueError("nothing found")
    return (mono() - begun) * 1000
