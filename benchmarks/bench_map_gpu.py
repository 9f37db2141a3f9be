"""The map on a GPU (`benchmarks.map_gpu`, which needs vispy and is imported only where it is measured)."""

from __future__ import annotations

from benchmarks.registry import bench


@bench("map.gpu.1m.4k", unit="frames/s", better="higher", runs=5)
def gpu_million() -> float:
    from benchmarks.map_gpu import one_million

    return one_million()


@bench("map.gpu.1m.4k.rewritten", unit="frames/s", better="higher", runs=5)
def gpu_million_rewritten() -> float:
    from benchmarks.map_gpu import one_million

    return one_million(moving=False)


@bench("map.gpu.guangzhou.wall", unit="frames/s", better="higher", runs=5)
def gpu_wall() -> float:
    from benchmarks.map_gpu import guangzhou_wall

    return guangzhou_wall()
