"""Makes the layers of the shipped city packs from map sources.

    python packaging/make_packs.py --maps DATA/map --names DATA/names [hangzhou lujiazui]

DATA/map holds one folder a city (see packaging/cities/*.toml: `source`), DATA/names the code tables. The result is the
same for the same input, byte by byte. pack.toml itself is written by hand.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from packmaker import sources  # noqa: E402

from cockpit.geo.make import cells, graph, labels, layers, names, tree  # noqa: E402

ASSETS = HERE.parent / "assets" / "cities"


def save(path: Path, arrays: dict[str, np.ndarray]) -> None:
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)
    print(f"  {path.name}: {path.stat().st_size / 1000:.0f} kB")


def make(city: str, maps: Path, codes: Path, out: Path) -> None:
    settings = tomllib.loads((HERE / "cities" / f"{city}.toml").read_text(encoding="utf-8"))
    folder = out / city
    folder.mkdir(parents=True, exist_ok=True)
    bounds = tuple(tomllib.loads((ASSETS / city / "pack.toml").read_text(encoding="utf-8"))["bounds"])
    middle = (bounds[1] + bounds[3]) / 2
    source = sources.read_source(maps / settings["source"], settings)
    print(f"{city}: {len(source.roads)} roads, {len(source.waters)} waters, {len(source.land_use)} land uses")
    roads = graph.graph_arrays(source.roads, middle, settings.get("heal", 0.0))
    save(folder / "roads.npz", roads)
    save(folder / "places.npz", names.place_arrays(source, roads, bounds))
    cut = cells.cut(source, bounds, settings)
    areas = tree.build(cut, bounds, settings, codes)
    counts = [sum(a.tier == t for a in areas) for t in range(5)]
    print(f"  areas by tier: {counts}")
    save(folder / "areas.npz", tree.area_arrays(areas))
    spacing = settings.get("label_spacing", 1500.0)
    rows = labels.water_labels(source, settings["water_labels"], bounds)
    rows += [labels.area_label(a.name, a.shape, 0) for a in areas if a.tier == tree.DISTRICT]
    rows += [labels.area_label(tree.short(a.name), a.shape, 1) for a in areas if a.tier == tree.STREET]
    rows += labels.road_labels(source.roads, bounds, spacing, spacing / 5)
    save(folder / "basemap.npz", layers.basemap_arrays(source, bounds) | layers.label_arrays(rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--maps", type=Path, required=True, help="folder with one folder of GeoJSON a city")
    parser.add_argument("--names", type=Path, required=True, help="folder with streets_*.csv and communities_*.csv")
    parser.add_argument("--out", type=Path, default=ASSETS, help="folder of the packs (default: the shipped ones)")
    parser.add_argument("cities", nargs="*", default=["hangzhou", "lujiazui"])
    given = parser.parse_args()
    for city in given.cities:
        make(city, given.maps, given.names, given.out)


if __name__ == "__main__":
    main()
