"""A process that draws nothing gives back what it frees, and its threads share what small pieces are cut from."""

from __future__ import annotations

import subprocess
import sys

import pytest

HOLES = """
import ctypes, os, sys
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]

def rss():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

def taken(size):
    at = libc.malloc(size)
    libc.memset(at, 1, size)
    return at

if sys.argv[1] == "lean":
    from cockpit.processes import lean
    lean()
libc.free(taken(30_000_000))  # from now on the C library keeps pieces as large as this one
before = rss()
columns = []
for _ in range(60):
    columns.append(taken(1_000_000))
    taken(2_000)  # stays
for column in columns:
    libc.free(column)
print(rss() - before)
"""
ARENAS = """
import ctypes, sys, tempfile, threading
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
if sys.argv[1] == "lean":
    from cockpit.processes import lean
    lean()
there, done = threading.Barrier(7), threading.Barrier(7)

def work():
    there.wait()
    libc.malloc(100_000)
    done.wait()

for _ in range(6):
    threading.Thread(target=work).start()
there.wait()
done.wait()
libc.fopen.restype = ctypes.c_void_p
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.fclose.argtypes = [ctypes.c_void_p]
name = tempfile.mktemp()
file = libc.fopen(name.encode(), b"w")
libc.malloc_info(0, file)
libc.fclose(file)
print(open(name).read().count("<heap nr="))
"""
glibc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of the C library of Linux")


def said(program: str, how: str) -> float:
    line = [sys.executable, "-c", program, how]
    return float(subprocess.run(line, capture_output=True, text=True, check=True, timeout=60).stdout)


@glibc
def test_columns_that_are_freed_between_small_pieces_are_the_systems_at_once() -> None:
    assert said(HOLES, "plain") > 40, "else there is nothing to be mended any more"
    assert said(HOLES, "lean") < 5


@glibc
def test_threads_share_what_small_pieces_are_cut_from() -> None:
    assert said(ARENAS, "plain") > 4, "else there is nothing to be mended any more"
    assert said(ARENAS, "lean") <= 2
