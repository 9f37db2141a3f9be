"""deck.gl as pydeck ships it, fit for a page that has nothing of the outside world in it."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from cockpit.model.errors import UserError

_ADDRESS = re.compile(r"(?:https?|wss?)://(?!www\.w3\.org/(?:2000/svg|1999/xhtml|1999/xlink|2000/xmlns|XML/1998))")
"""Addresses; the names of XML namespaces look like some and are none."""
_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
NOWHERE = "nowhere:"
"""What stands where an address stood: a scheme that no browser knows."""
_NOTICES = "Bundled license information"


@lru_cache(maxsize=1)
def library() -> str:
    """The script, with every address in it made one that leads nowhere, since deck.gl could load things from elsewhere;
    in its licence notices only the scheme is left out. It puts `deck` and `createDeck` into the window.

    Raises:
        UserError: pydeck is not installed, or not as a whole.
    """
    import importlib.util

    spec = importlib.util.find_spec("pydeck")
    folder = Path(spec.origin).parent if spec is not None and spec.origin else None
    if folder is None:
        raise UserError("share.no_pydeck")
    try:
        text = (folder / "nbextension" / "static" / "index.js").read_text(encoding="utf-8")
    except OSError as error:
        raise UserError("share.no_pydeck") from error
    return without_addresses(_MAP.sub("", text))


def without_addresses(text: str) -> str:
    """A script whose addresses lead nowhere. It may stand in a <script> of a page."""
    code, mark, notices = text.partition(_NOTICES)
    clean = _ADDRESS.sub(NOWHERE, code) + mark + _ADDRESS.sub("", notices)
    return clean.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def addresses(text: str) -> list[str]:
    """What in a text is an address of the outside world; [] is what a shared page has to have."""
    return [text[m.start() : m.start() + 80] for m in _ADDRESS.finditer(text)]


def fingerprint(script: str) -> str:
    """What a page's policy names a script of its own by: 'sha256-…'."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
