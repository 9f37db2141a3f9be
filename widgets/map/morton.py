"""Places on a curve that keeps neighbours together: what to sort rows by that are drawn piece by piece."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def morton(x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.int64]:
    """Order of places, shape (N,): 2 × 10 bits over the box that they fill."""
    result: NDArray[np.int64] = _spread(x) | (_spread(y) << 1)
    return result


def _spread(v: NDArray[Any]) -> NDArray[np.int64]:
    low, span = (float(v.min()), float(np.ptp(v)) or 1.0) if len(v) else (0.0, 1.0)
    n: NDArray[np.int64] = ((v - low) / span * 1023).astype(np.int64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        n = (n | (n << shift)) & mask
    return n
