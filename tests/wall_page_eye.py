"""A web page on a wall in a process of its own, which tells what it sees by lines of JSON.

`python -m tests.wall_page_eye` needs an X screen. It serves the page that it shows, then serves it no more.
"""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Callable
from typing import Any

from cockpit.ui.app import application
from tests.panel_desk import desk
from widgets.kit.wallsight import WallSight
from widgets.wall import web

PAGE = '<meta charset="utf-8"><body style="background:#224466"><h1>排班</h1><img src="http://outside.invalid/spy.png">'
PATIENCE = 60.0


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Nothing: what is told goes to standard output."""


def main() -> None:
    app = application()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    at = desk()
    at.ctx.wall = WallSight()
    panel: Any = web.WallWeb(at.ctx, None, url=f"http://127.0.0.1:{server.server_port}/")
    panel.resize(900, 500)
    panel.show()

    def until(done: Callable[[], Any]) -> bool:
        end = time.monotonic() + PATIENCE
        while not done() and time.monotonic() < end:
            app.processEvents()
            time.sleep(0.01)
        return bool(done())

    def middle() -> str:
        image = panel.grab().toImage()
        return str(image.pixelColor(image.width() // 2, image.height() - 40).name())

    came = until(lambda: panel._came)
    drawn = until(lambda: panel.page.grab().toImage().pixelColor(450, 300).name() == "#224466")
    panel.age_tick()
    until(lambda: panel.page.gate.refused)
    seen = {"came": came, "drawn": drawn, "refused": panel.page.gate.refused}
    server.shutdown()
    server.server_close()
    panel._load()
    seen["missed"] = until(lambda: panel._tries)
    seen["kept"] = middle()
    seen["age"] = at.ctx.t(panel._age[0])
    panel.close()
    app.processEvents()
    print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    main()
