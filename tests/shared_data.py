"""The one way to data that tests may read and the product does not ship."""

from __future__ import annotations

from pathlib import Path

import pytest

_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data(name: str) -> Path:
    """Path of a file or folder of the shared test data; skips the test where it is absent."""
    path = _FOLDER / name
    if not path.exists():
        pytest.skip(f"shared test data {name} is not beside this checkout")
    return path
