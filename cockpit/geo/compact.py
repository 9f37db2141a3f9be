"""Coordinates and texts in the packs' .npz files: differences of microdegrees (0.1 m), which compress well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.model.errors import UserError

MICRO = 1_000_000
Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


def squeeze(points: Floats) -> Ints:
    """Points (N, 2) in degrees to int32 (2, N): the first point, then differences, in microdegrees."""
    micro = np.round(points * MICRO).astype(np.int32)
    return np.ascontiguousarray(np.diff(micro, axis=0, prepend=np.zeros((1, 2), np.int32)).T)


def unsqueeze(steps: Ints) -> Floats:
    """The inverse of `squeeze`: points (N, 2) in degrees, exact to half a microdegree."""
    return np.ascontiguousarray(np.cumsum(steps, axis=1, dtype=np.int32).T / MICRO)


def offsets_of(counts: NDArray[Any]) -> Ints:
    """Counts (n) to offsets (n + 1) that begin with 0."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


def text_array(value: object) -> NDArray[np.uint8]:
    """Anything that JSON can say, as an array of bytes that an .npz can hold."""
    return np.frombuffer(msgspec.json.encode(value), dtype=np.uint8)


def open_layers(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of an .npz of a pack.

    Raises:
        UserError: the file is not there or is not one of ours.
    """
    try:
        # opened here: numpy leaves a file that it opened itself open when it is no zip
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except FileNotFoundError as error:
        raise UserError("packs.layer_missing", file=str(path)) from error
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise UserError("packs.layer_broken", file=str(path), why=str(error)) from error
    except Exception as error:
        if type(error).__name__ not in {"BadZipFile", "error"}:  # zipfile and zlib each have their own
            raise
        raise UserError("packs.layer_broken", file=str(path), why=str(error)) from error


def part(layers: dict[str, NDArray[Any]], name: str, path: Path) -> NDArray[Any]:
    """One array of `layers`, or the sentence that the file lacks it."""
    try:
        return layers[name]
    except KeyError as error:
        raise UserError("packs.layer_broken", file=str(path), why=name) from error
