"""How fast a desk calls by SIP: the adapter and Kamailio on loopback, with sipp as the phones.

`python -m benchmarks.calls_sip ring` or `group` prints one JSON line, ms. No Qt.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cockpit.calls.baresip.adapter import SPARES
from cockpit.model.clock import SystemClock
from tests.sip_parts import Deaf, Desk, Kamailio, SoundServer, free_udp, need, running

CALLS = 48
GROUPS = 10
PEOPLE = 5
clock = SystemClock()

_CALLEE = """<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="phone">
<recv request="INVITE" crlf="true"/>
<send><![CDATA[
SIP/2.0 180 Ringing
[last_Via:]
[last_Record-Route:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port];transport=[transport]>
Content-Length: 0

]]></send>
{answer}
<recv request="{end}" crlf="true"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]{tag}
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
{after}
</scenario>
"""
_ANSWER = """<send retrans="500"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_Record-Route:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port];transport=[transport]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=phone 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
a=sendrecv

]]></send>
<recv request="ACK" crlf="true"/>
"""
_CANCELLED = """<send retrans="500"><![CDATA[
SIP/2.0 487 Request Terminated
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
CSeq: [cseq] INVITE
Content-Length: 0

]]></send>
<recv request="ACK" crlf="true"/>
"""
_CALLER = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="caller">
<send retrans="500" start_rtd="1"><![CDATA[
INVITE sip:at{port}@city.local SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:free@city.local>;tag=[call_number]
To: <sip:at{port}@city.local>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:free@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=free 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000

]]></send>
<recv response="100" optional="true"/>
<recv response="180" rtd="1"/>
<send retrans="500"><![CDATA[
CANCEL sip:at{port}@city.local SIP/2.0
[last_Via:]
From: <sip:free@city.local>;tag=[call_number]
To: <sip:at{port}@city.local>
Call-ID: [call_id]
CSeq: 1 CANCEL
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>
<recv response="487"/>
<send><![CDATA[
ACK sip:at{port}@city.local SIP/2.0
[last_Via:]
From: <sip:free@city.local>;tag=[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
</scenario>
"""


class Phones:
    """sipp in place of phones; ended with the block."""

    def __init__(self, folder: Path, answers: bool) -> None:
        self.port = free_udp()
        folder.mkdir()
        parts = {"answer": "", "end": "CANCEL", "after": _CANCELLED, "tag": ";tag=[call_number]"}
        if answers:
            parts = {"answer": _ANSWER, "end": "BYE", "after": "", "tag": ""}
        text = _CALLEE
        for name, value in parts.items():
            text = text.replace(f"{{{name}}}", value)
        (folder / "phone.xml").write_text(text)
        command = ["sipp", "-sf", "phone.xml", "-i", "127.0.0.1", "-p", str(self.port), "-nostdin", "-rtp_echo"]
        environment = {**os.environ, "TERM": "dumb"}
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env=environment)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


def rings_of_sipp(folder: Path, kamailio: int, phone: int) -> list[float]:
    """INVITE to 180 of a bare sipp, ms."""
    folder.mkdir()
    (folder / "caller.xml").write_text(_CALLER.replace("{port}", str(phone)))
    command = [
        "sipp", "-sf", "caller.xml", "-i", "127.0.0.1", "-p", str(free_udp()), "-m", str(CALLS), "-r", "10", "-nostdin",
        "-trace_rtt", "-rtt_freq", "1", f"127.0.0.1:{kamailio}",
    ]  # fmt: skip
    subprocess.run(command, cwd=folder, env={**os.environ, "TERM": "dumb"}, capture_output=True, timeout=90, check=True)
    (found,) = folder.glob("caller_*_rtt.csv")
    rows = (line.split(";") for line in found.read_text().splitlines()[1:])
    return [float(row[1]) for row in rows if len(row) > 1]


async def rings_of_desk(desk: Desk, phone: int) -> list[float]:
    """`place` to `rang`, ms."""
    took = []
    async with running(desk):
        for n in range(CALLS):
            leg, rang = f"ring{n}", asyncio.Event()
            desk.heard.rang = lambda _, rang=rang: rang.set()  # type: ignore[method-assign, misc]
            begun = clock.mono()
            await desk.call(leg, f"at{phone}")
            async with asyncio.timeout(10):
                await rang.wait()
            took.append((clock.mono() - begun) * 1000)
            await desk.adapter.hang_up(leg)
            await desk.ending(leg)
            await asyncio.sleep(0.15)
    return took


async def groups_of_desk(desk: Desk, phone: int) -> list[float]:
    """From the key to the last of five that pick up at once being up, ms."""
    took = []
    async with running(desk):
        for n in range(GROUPS):
            legs = [f"group{n}-{m}" for m in range(PEOPLE)]
            left, all_up = set(legs), asyncio.Event()

            def up(leg: str, video: bool = False, left: set[str] = left, all_up: asyncio.Event = all_up) -> None:
                left.discard(leg)
                if not left:
                    all_up.set()

            desk.heard.up = up  # type: ignore[method-assign]
            begun = clock.mono()
            await asyncio.gather(*(desk.call(leg, f"at{phone}") for leg in legs))
            async with asyncio.timeout(20):
                await all_up.wait()
            took.append((clock.mono() - begun) * 1000)
            for leg in legs:
                await desk.adapter.hang_up(leg)
            for leg in legs:
                await desk.ending(leg)
            await asyncio.sleep(2.0)
    return took


@contextlib.contextmanager
def stage(answers: bool) -> Iterator[tuple[Path, Kamailio, Phones, Desk]]:
    need("baresip", "sipp")
    with tempfile.TemporaryDirectory(prefix="ck-sip-") as name:
        folder = Path(name)
        os.environ["XDG_RUNTIME_DIR"] = str(folder / "run")
        (folder / "run").mkdir(mode=0o700)
        kamailio, sound = Kamailio(folder / "kamailio"), SoundServer(folder / "pulse")
        phones = Phones(folder / "phones", answers)
        try:
            kamailio.start()
            sound.start()
            os.environ["PULSE_SERVER"] = sound.server
            (folder / "desk").mkdir()
            server = f"127.0.0.1:{kamailio.port}"
            yield (
                folder,
                kamailio,
                phones,
                Desk(folder / "desk", Deaf("mic.monitor", "spk"), spares=SPARES, server=server),
            )
        finally:
            phones.stop()
            sound.stop()
            kamailio.stop()


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def measure(what: str) -> dict[str, Any]:
    with stage(answers=what == "group") as (folder, kamailio, phones, desk):
        if what == "group":
            took = asyncio.run(groups_of_desk(desk, phones.port))
            return {"n": len(took), "median": statistics.median(took), "p95": p95(took)}
        theirs = rings_of_sipp(folder / "peer", kamailio.port, phones.port)
        ours = asyncio.run(rings_of_desk(desk, phones.port))
        said = {"n": len(ours), "median": statistics.median(ours), "p95": p95(ours)}
        return {**said, "peer_n": len(theirs), "peer_median": statistics.median(theirs), "peer_p95": p95(theirs)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("ring", "group"))
    print(json.dumps(measure(parser.parse_args().what)))


if __name__ == "__main__":
    main()
