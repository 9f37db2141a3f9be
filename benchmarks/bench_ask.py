"""How much of what is asked the offline grammar answers rightly, and how quickly.

The questions are those of tests/questions: 120 that its author saw, 120 that were sealed before there was a grammar,
and 20 that no one can answer from this data. `ask.offline.accuracy` is that of the sealed ones.
"""

from __future__ import annotations

import numpy as np

from benchmarks.registry import NotHere, bench
from tests.question_run import judged, judged_declined, there_is_a_grammar


def _need() -> None:
    if not there_is_a_grammar():
        raise NotHere("there is no grammar yet")


@bench("ask.offline.accuracy", unit="share", better="higher", runs=1)
def sealed() -> float:
    _need()
    return judged("sealed").share


@bench("ask.offline.accuracy.open", unit="share", better="higher", runs=1)
def seen() -> float:
    _need()
    return judged("open").share


@bench("ask.offline.declined", unit="share", better="higher", runs=1)
def declined() -> float:
    _need()
    return judged_declined().share


@bench("ask.offline_p95", unit="ms", better="lower", runs=1)
def p95() -> float:
    """Of all 260; each is asked once, so the first of a kind pays for what is kept afterwards."""
    _need()
    took = [one for found in (judged("open"), judged("sealed"), judged_declined()) for one in found.milliseconds]
    return float(np.percentile(took, 95))
