"""The CoT types that ship, from the type tree of MITRE as node-cot carries it (MIT).

python packaging/make_cot_types.py CoTtypes.xml > assets/formats/cot_types.tsv
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from defusedxml import ElementTree

_RETIRED = re.compile(r"^.*<!--\s*DEPRECATED\s*-->.*$", re.M)


def types(text: str) -> dict[str, str]:
    """Names by type, the longer of `full` and `desc`; retired types and those of weapons are left out."""
    root = ElementTree.fromstring(_RETIRED.sub("", text))
    found: dict[str, str] = {}
    for element in root.iter("cot"):
        kind = (element.get("cot") or "").strip()
        name = (element.get("desc") or element.get("full") or "").strip()
        if kind and name:
            found.setdefault(kind, re.sub(r"\s+", " ", name))
    return found


def main() -> None:
    for kind, name in sorted(types(Path(sys.argv[1]).read_text("utf-8")).items()):
        sys.stdout.write(f"{kind}\t{name}\n")


if __name__ == "__main__":
    main()
