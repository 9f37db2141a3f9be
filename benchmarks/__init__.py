"""Measurements: `python -m benchmarks.run` writes results.json, a row a name."""
