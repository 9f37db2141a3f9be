"""Runs again, alone, the few files whose tests failed while everything ran at once; `make test` ends with it.

    again.py NAME… -- COMMAND…

NAME are legs of legs.sh (build/NAME.log, build/NAME.state); COMMAND runs pytest and is given the files. What passes
alone is said with its names, on the screen and in build/failed-once.txt: somebody has to look at it (decision 0021).
Ends with 1 where a leg failed otherwise (a crash, an input that hypothesis found), where more failed than chance may,
or where one fails again.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

MOST_TESTS = 4
MOST_FILES = 3
MOST_NAMED = 12
MOST_LETTERS = 160
FOUND = "Falsifying example"
"""Hypothesis found an input, which it need not find again: that is no chance of the machine."""
TESTS_FAILED = 1
"""Pytest's exit code for that, and nothing worse."""
_FAILED = re.compile(r"^(?:FAILED|ERROR) ((\S+?\.py)::[\w:]+(?:\[.*?\](?= - |$))?)", re.MULTILINE)
_WHY = re.compile(r"^E  .*", re.MULTILINE)


def failed(log: str) -> dict[str, str]:
    """Files by the tests that failed, as pytest's summary names them."""
    return {found[1]: found[2] for found in _FAILED.finditer(log)}


def main(arguments: Sequence[str], build: Path = Path("build")) -> int:
    names, command = arguments[: arguments.index("--")], arguments[arguments.index("--") + 1 :]
    tests: dict[str, str] = {}
    for name in names:
        told = build / f"{name}.state"
        state = int(told.read_text()) if told.exists() else None
        if state in (0, 5):  # 5: none of its tests was asked for
            continue
        log = build / f"{name}.log"
        text = log.read_text("utf-8", "replace") if log.exists() else ""
        found = failed(text)
        if state != TESTS_FAILED or not found or FOUND in text:
            print(f"{name} failed ({'not run' if state is None else state}): build/{name}.log", file=sys.stderr)
            # last of all: the end of a run is all that some see of it
            why = [line[:MOST_LETTERS] for line in _WHY.findall(text)]
            print(*list(found)[:MOST_NAMED], *why[:MOST_NAMED], sep="\n", file=sys.stderr)
            return 1
        tests |= found
    files = sorted(set(tests.values()))
    if not tests:
        return 0
    if len(tests) > MOST_TESTS or len(files) > MOST_FILES:
        print(f"{len(tests)} tests failed: that is no chance", *tests, sep="\n  ", file=sys.stderr)
        return 1
    print("--- failed beside others, run again alone:", *tests, sep="\n  ", flush=True)
    if subprocess.run([*command, *files], check=False).returncode:
        return 1
    with (build / "failed-once.txt").open("a", encoding="utf-8") as once:
        once.writelines(f"{test}\n" for test in tests)
    print("--- FAILED ONCE, PASSED ALONE (build/failed-once.txt); each is a bug of the product or of the test:", *tests,
          sep="\n  ")  # fmt: skip
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
