"""Feeds one format what coverage guides atheris to; ends with the process.

    python -m tests.torture.fuzz_one FORMAT CORPUS [libFuzzer options]

The first byte of an input chooses among the samples' mappings of the format. It fails where a format raises, takes
`MOST_SECONDS`, or lets through what does not fit its table.
"""

from __future__ import annotations

import logging
import sys
import time
import warnings

import atheris

with atheris.instrument_imports(include=["cockpit.feeds"]):
    from cockpit.feeds.checks import check
    from cockpit.feeds.finding import find_format, make_format
    from cockpit.feeds.formats.base import Context

    find_format(sys.argv[1])

from cockpit.feeds.items import SAMPLE_BYTES, Item, Readings, Refused, Rows
from cockpit.model.batch import columns_of_rows
from cockpit.model.messages import texts
from cockpit.model.tables import TABLES
from tests.format_samples import samples

MOST_SECONDS = 1.0
"""Processor time of an input, though it takes several times as long instrumented."""
BOUNDS = (120.05, 30.12, 120.32, 30.36)
NOW = 1_784_021_556_000_000
name = sys.argv[1]
MINE = [(topic, mapping) for named, topic, mapping, _ in samples() if named == name]


def hold(item: Item) -> None:
    """What the hub relies on."""
    if isinstance(item, Rows):
        columns_of_rows(
            TABLES[item.topic], [{**row, "key": row["id"], "feed": "f", "received": 1} for row in item.rows]
        )
        assert len({row["id"] for row in item.rows}) == len(item.rows)
    elif isinstance(item, Readings):
        assert len(item.ids) == len(item.values) == len(item.measured)
    elif isinstance(item, Refused):
        assert len(item.sample) <= SAMPLE_BYTES
        assert texts("zh")(item.reason) != item.reason.id


def one_input(data: bytes) -> None:
    topic, mapping = MINE[(data[0] if data else 0) % len(MINE)]
    where = Context("f", topic, BOUNDS, NOW, first=True, whole=True, address="v1.1/Datastreams(1)/Observations")
    began = time.thread_time()
    for item in check(make_format(name, mapping, topic).parse(data[1:], where), where):
        hold(item)
    assert time.thread_time() - began < MOST_SECONDS


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    atheris.Setup([sys.argv[0], *sys.argv[2:]], one_input)
    atheris.Fuzz()
