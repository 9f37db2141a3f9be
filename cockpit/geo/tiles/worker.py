"""The process in which tiles from outside are decoded: one job in, one answer out, by its standard input and output.

What a hostile tile brings down is this process; its parent starts another one. It dies with its parent.
"""

from __future__ import annotations

import os
import resource
import struct
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec

from cockpit.geo.tiles import geojson, mvt, pixels
from cockpit.geo.tiles.grid import Tile
from cockpit.geo.tiles.made import Answer, Job

HEAD = struct.Struct("<I")
MOST_MEMORY = 3_000_000_000
"""Of address space, bytes."""


def work(job: Job) -> Answer:
    """Does a job; what is wrong with a tile is an answer, not an error."""
    try:
        if job.kind == "vector":
            return Answer(made=mvt.decode(job.data[0], Tile(*job.tile), job.schema))
        if job.kind == "pixels":
            return Answer(pixels=pixels.decode(job.data, job.tone))
        return Answer(made=geojson.decode(Path(job.file)))
    except (ValueError, ArithmeticError, LookupError, OSError, TypeError) as error:
        return Answer(why=str(error)[:200] or type(error).__name__)
    except MemoryError:
        return Answer(why="too large")


def main() -> int:
    """Serves until its standard input ends."""
    from cockpit.processes import die_with_parent, no_core

    die_with_parent()
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    no_core()
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints does not get among the answers
    return serve(sys.stdin.buffer, out)


def serve(jobs: BinaryIO, answers: BinaryIO) -> int:
    decoder, encoder = msgspec.msgpack.Decoder(Job), msgspec.msgpack.Encoder()
    while len(head := jobs.read(HEAD.size)) == HEAD.size:
        job = decoder.decode(jobs.read(HEAD.unpack(head)[0]))
        data = encoder.encode(work(job))
        answers.write(HEAD.pack(len(data)))
        answers.write(data)
        answers.flush()
    return 0
