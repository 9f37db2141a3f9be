"""Real parts for the tests of SIP: Kamailio as registrar and proxy, a sound server, baresip as workers, the adapter.

All on loopback with ports that are free, in folders of their own, memory only.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import threading
import wave
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from numpy.typing import NDArray

from cockpit.calls.adapter import Around
from cockpit.calls.baresip.adapter import SipAdapter
from cockpit.calls.baresip.config import modules
from cockpit.calls.baresip.control import Control, Told
from cockpit.calls.baresip.line import Rhythm
from cockpit.calls.settings import CallSettings, SipSettings
from cockpit.media.told import MediaEvent
from cockpit.model.calls import Line, Outcome, Quality, Sound, Way, WayKind
from cockpit.model.clock import SystemClock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.processes import free_port
from cockpit.secrets import keep_secret
from tests import leaks
from tests.certificates import Certificates

DOMAIN = "city.local"
PASSWORD = "grid-secret"
RATE = 8000
QUICK = Rhythm(pauses=(0.1, 0.2, 0.4), wrong=0.4, watch=0.4, answer=0.6, look=0.25)
PATIENCE = 30.0
_INSTALL = "is not installed, which packaging/system-deps.sh --tests does"


def free_udp() -> int:
    """A port of loopback that is free for UDP and TCP."""
    for _ in range(50):
        port = free_port()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, contextlib.suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


def need(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} {_INSTALL}")
    if "baresip" in programs and not modules():
        pytest.skip(f"baresip {_INSTALL}")


class Part:
    """A process of a module's parts, which outlives single tests."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, command: list[str], **environment: str) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                env={**os.environ, **environment}, start_new_session=True,
            )  # fmt: skip
        leaks.kept_processes.add(self.process.pid)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Self:
        raise NotImplementedError

    def words(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")[-2000:]

    def wait_for(self, condition: Callable[[], bool]) -> None:
        clock = SystemClock()
        end = clock.mono() + PATIENCE
        while not condition():
            if self.process is None or self.process.poll() is not None or clock.mono() > end:
                pytest.fail(f"{type(self).__name__} did not come up: {self.words()}")
            threading.Event().wait(0.02)

    def stop(self) -> None:
        if self.process is None:
            return
        for signum in (signal.SIGCONT, signal.SIGTERM):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signum)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(3)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        leaks.kept_processes.discard(self.process.pid)
        self.process = None


_KAMAILIO = """#!KAMAILIO
debug=0
log_stderror=yes
children=2
tcp_children=2
auto_aliases=no
alias="{domain}"
listen=udp:127.0.0.1:{port}
listen=tcp:127.0.0.1:{port}
{tls_listen}
disable_core_dump=yes
shm_force_alloc=no
mpath="{mpath}"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
loadmodule "nathelper.so"
modparam("nathelper|registrar","received_avp","$avp(RECEIVED)")
{tls}
modparam("usrloc","db_mode",0)
modparam("registrar","max_contacts",1)
request_route {{
  if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483","Too Many Hops"); exit; }}
  if (has_totag()) {{
    if (loose_route()) {{ handle_ruri_alias(); t_on_reply("REPLY"); t_relay(); exit; }}
    if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
    t_relay(); exit;
  }}
  if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
  t_check_trans();
  remove_hf("Route");
  if (is_method("OPTIONS") && uri==myself) {{ sl_send_reply("200","OK"); exit; }}
  if (is_method("REGISTER|INVITE|MESSAGE")) {{
    if (is_method("REGISTER")) {{
      if (!pv_www_authenticate("{domain}","{password}","0")) {{ www_challenge("{domain}","0"); exit; }}
      consume_credentials(); fix_nated_register(); save("location"); exit;
    }} else if (!($fU =~ "^free")) {{
      if (!pv_proxy_authenticate("{domain}","{password}","0")) {{ proxy_challenge("{domain}","0"); exit; }}
      consume_credentials();
    }}
  }}
  if (is_method("INVITE|SUBSCRIBE")) {{ record_route(); set_contact_alias(); t_on_reply("REPLY"); }}
  if ($rU =~ "^code") {{
    $var(code) = $(rU{{s.substr,4,3}}{{s.int}});
    sl_send_reply("$var(code)","As you wished"); exit;
  }}
  if ($rU =~ "^at") {{ $du = "sip:127.0.0.1:" + $(rU{{s.substr,2,0}}); t_relay(); exit; }}
  if (!lookup("location")) {{ sl_send_reply("480","Temporarily Unavailable"); exit; }}
  t_relay();
}}
onreply_route[REPLY] {{ set_contact_alias(); }}
"""
_MPATHS = ("/usr/lib/x86_64-linux-gnu/kamailio/modules/", "/usr/lib/aarch64-linux-gnu/kamailio/modules/")


class Kamailio(Part):
    """Registrar and proxy of `city.local` with digest; every password is PASSWORD; `free…` needs none to call.

    A phone is reached over the connection by which it registered, as phones behind NAT and with TLS must be.
    Numbers `codeNNN` answer NNN, `atPORT` is whoever listens on that port of loopback.

    Attributes:
        port: of UDP and TCP; tls_port: of TLS, 0 without certificates.
    """

    def __init__(self, folder: Path, certificates: Certificates | None = None) -> None:
        super().__init__(folder)
        need("kamailio")
        self.port = free_udp()
        self.tls_port = free_udp() if certificates is not None else 0
        self.certificates = certificates

    def start(self) -> Self:
        tls = tls_listen = ""
        if self.certificates is not None:
            tls_listen = f"enable_tls=yes\nlisten=tls:127.0.0.1:{self.tls_port}"
            tls = (
                'loadmodule "tls.so"\nmodparam("tls","tls_method","TLSv1.2+")\n'
                f'modparam("tls","private_key","{self.certificates.server_key}")\n'
                f'modparam("tls","certificate","{self.certificates.server}")\n'
            )
        mpath = next((path for path in _MPATHS if os.path.isdir(path)), "/usr/lib/kamailio/modules/")
        (self.folder / "kamailio.cfg").write_text(
            _KAMAILIO.format(
                domain=DOMAIN, password=PASSWORD, port=self.port, tls=tls, tls_listen=tls_listen, mpath=mpath
            )
        )
        kamailio = shutil.which("kamailio") or "kamailio"
        self.run([kamailio, "-f", "kamailio.cfg", "-DD", "-E", "-m", "32", "-M", "4", "-Y", str(self.folder)])
        self.wait_for(self._answers)
        return self

    def _answers(self) -> bool:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", 0))
            sock.settimeout(0.2)
            ours = sock.getsockname()[1]
            asked = (
                f"OPTIONS sip:{DOMAIN} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{ours};branch=z9hG4bK{ours}\r\n"
                f"From: <sip:t@{DOMAIN}>;tag=1\r\nTo: <sip:{DOMAIN}>\r\nCall-ID: {ours}\r\nCSeq: 1 OPTIONS\r\n"
                "Max-Forwards: 9\r\nContent-Length: 0\r\n\r\n"
            )
            with contextlib.suppress(OSError):
                sock.sendto(asked.encode(), ("127.0.0.1", self.port))
                return b"200" in sock.recv(4096)
        return False


class SoundServer(Part):
    """PulseAudio with a loudspeaker `spk` and a `microphone`, which hears what is played to `mic`; no sound card."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        need("pulseaudio", "pactl", "parec", "pacat")
        self.socket = folder / "native"
        self.server = f"unix:{self.socket}"

    def start(self, *sinks: str) -> Self:
        loads = [f"module-native-protocol-unix socket={self.socket} auth-anonymous=1"]
        loads += [f"module-null-sink sink_name={name} rate=48000 channels=1" for name in (*sinks, "spk", "mic")]
        loads.append("module-remap-source source_name=microphone master=mic.monitor")
        options = [word for load in loads for word in ("-L", load)]
        home = {"HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder), "PULSE_RUNTIME_PATH": str(self.folder)}
        command = [
            "pulseaudio",
            "-n",
            "--daemonize=no",
            "--exit-idle-time=-1",
            "--use-pid-file=no",
            "--disable-shm=yes",
        ]
        self.run([*command, *options], **home)
        self.wait_for(self.socket.exists)
        self.wait_for(lambda: "mic" in self.pactl("list", "short", "sinks"))
        return self

    def pactl(self, *args: str) -> str:
        done = subprocess.run(["pactl", *args], env={**os.environ, "PULSE_SERVER": self.server}, capture_output=True)
        return done.stdout.decode()

    @contextlib.contextmanager
    def speaking(self, hertz: float, sink: str = "mic") -> Iterator[None]:
        """A tone goes into a sink: what captures from its monitor hears it."""
        tone = (0.4 * 32767 * np.sin(2 * np.pi * hertz * np.arange(48_000) / 48_000)).astype("<i2").tobytes()
        command = ["pacat", "--raw", "--format=s16le", "--rate=48000", "--channels=1", f"--device={sink}"]
        pacat = subprocess.Popen(
            [*command, "--latency-msec=50"], stdin=subprocess.PIPE, env={**os.environ, "PULSE_SERVER": self.server}
        )
        over = threading.Event()

        def feed() -> None:
            assert pacat.stdin is not None
            with contextlib.suppress(OSError):
                while not over.is_set():
                    pacat.stdin.write(tone)

        thread = threading.Thread(target=feed, name="tone")
        thread.start()
        try:
            yield
        finally:
            over.set()
            pacat.kill()
            pacat.wait()
            thread.join()
            with contextlib.suppress(OSError):
                assert pacat.stdin is not None
                pacat.stdin.close()

    async def hears(self, hertz: float, device: str = "spk.monitor") -> None:
        """Returns once that tone, and no other as loud, comes from a source."""
        command = ["parec", "--raw", "--format=s16le", "--rate=8000", "--channels=1", f"--device={device}"]
        parec = await asyncio.create_subprocess_exec(
            *command,
            "--latency-msec=50",
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PULSE_SERVER": self.server},
        )
        assert parec.stdout is not None
        try:
            heard: list[float] = []
            async with asyncio.timeout(PATIENCE):
                while heard[-2:] != [hertz, hertz]:
                    data = await parec.stdout.readexactly(8000)
                    heard.append(loudest(np.frombuffer(data, "<i2"), RATE))
        except TimeoutError:
            pytest.fail(f"{hertz} Hz was not heard but {heard}")
        finally:
            with contextlib.suppress(ProcessLookupError):
                parec.kill()
            await parec.wait()


def loudest(samples: NDArray[Any], rate: int) -> float:
    """The tone that is loudest, to 10 Hz; 0 where it is quiet."""
    if samples.size < rate // 4 or np.abs(samples).max() < 300:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(round(np.fft.rfftfreq(samples.size, 1 / rate)[int(spectrum.argmax())], -1))


def write_tone(path: Path, hertz: float) -> Path:
    """A WAV of a minute, 8 kHz."""
    tone = (0.5 * 32767 * np.sin(2 * np.pi * hertz * np.arange(RATE * 60) / RATE)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(tone.tobytes())
    return path


class Worker(Part):
    """A worker's phone: says a tone, records what it hears, is told what to do."""

    def __init__(self, folder: Path, user: str, server: str, *, hertz: float = 1000, **more: str) -> None:
        """
        Args:
            server: "127.0.0.1:5060;transport=udp".
            more: `codecs`, `mediaenc`, `answermode`, `password`, `to` (whom it writes to).
        """
        super().__init__(folder)
        need("baresip")
        self.user = user
        self.control_port = free_port()
        self.address = f"sip:{user}@{DOMAIN}"
        self.events: list[Told] = []
        self._control: Control | None = None
        transport = server.rpartition("=")[2]
        tone = write_tone(folder / "tone.wav", hertz)
        audio = [f"audio_source aufile,{tone}", "audio_player aubridge,nil"]
        config = [
            "poll_method epoll", "sip_listen 127.0.0.1:0", "net_interface 127.0.0.1", "call_local_timeout 120",
            "call_max_calls 8", *audio, "audio_alert aufile,", f"audio_path {folder}/none", "menu_bell no",
            "ringback_disabled yes", "statmode_default off", "ausrc_srate 8000", "auplay_srate 8000",
            "ausrc_channels 1", "auplay_channels 1", f"module_path {modules()}", "module uuid.so", "module g711.so",
            "module g722.so", "module opus.so", "module aufile.so", "module aubridge.so", "module sndfile.so",
            "module vumeter.so", "module srtp.so", "module dtls_srtp.so", "module_tmp account.so",
            "module_app contact.so", "module_app menu.so", "module_app ctrl_tcp.so",
            f"ctrl_tcp_listen 127.0.0.1:{self.control_port}", f"snd_path {folder}", "rtp_timeout 60",
        ]  # fmt: skip
        (folder / "config").write_text("\n".join(config) + "\n")
        menc = f";mediaenc={more['mediaenc']}" if "mediaenc" in more else ""
        (folder / "accounts").write_text(
            f"<{self.address};transport={transport}>;auth_user={user};auth_pass={more.get('password', PASSWORD)}"
            f';outbound="sip:{server}";answermode={more.get("answermode", "manual")};regint=600{menc}'
            f";audio_codecs={more.get('codecs', 'PCMA,PCMU')}\n"
        )
        (folder / "contacts").write_text(f'"to" <{more["to"]}>\n' if "to" in more else "")
        (folder / "uuid").write_text(f"00000000-0000-4000-8000-{abs(hash(user)) % 10**12:012d}")

    def start(self) -> Self:
        self.run(["setpriv", "--pdeathsig", "KILL", "--", "stdbuf", "-oL", "baresip", "-s", "-f", str(self.folder)])
        self.wait_for(lambda: "200 OK" in (self.folder / "log").read_text("utf-8", "replace"))
        return self

    async def listen(self) -> Worker:
        """On the loop of the test, once."""
        self.events.clear()
        self._control = Control(self.events.append, lambda: None)
        await self._control.open("127.0.0.1", self.control_port)
        return self

    async def unlisten(self) -> None:
        if self._control is not None:
            with contextlib.suppress(OSError):
                for _ in range(4):
                    await self._control.ask(("hangup", ""))
            await self._control.close()
            self._control = None

    async def do(self, command: str, params: str = "") -> Told:
        assert self._control is not None
        return (await self._control.ask((command, params)))[0]

    async def told(self, type: str, after: int = 0) -> Told:
        """The event of that type, once it comes."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for event in self.events[after:]:
                    if event.type == type:
                        return event
                await asyncio.sleep(0.01)

    async def heard(self, hertz: float) -> None:
        """Returns once the newest recording of what came says that tone at its end."""
        async with asyncio.timeout(PATIENCE):
            while self._heard() != hertz:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.1)

    def _heard(self) -> float:
        files = sorted(self.folder.glob("dump-*-dec.wav"), key=lambda path: path.stat().st_mtime_ns)
        if not files:
            return 0.0
        samples = np.frombuffer(files[-1].read_bytes()[64:][: 1 << 24], "<i2")
        return loudest(samples[-RATE // 2 :], RATE)

    def texts(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")


class Deaf:
    """In place of a media process: the desk's own sound, and mixes that are sinks which are there already."""

    def __init__(self, input: str, output: str) -> None:
        self.sound = Sound(input=input, output=output)
        self.ends: dict[str, tuple[str, str]] = {}
        self.closed: list[str] = []
        self.listeners: list[Callable[[MediaEvent], None]] = []

    def listen(self, listener: Callable[[MediaEvent], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    async def start(self) -> None:
        pass

    async def sip_ends(self, leg: str, mix: str) -> tuple[str, str]:
        if mix not in self.ends:
            raise OutsideError("media.not_running")
        return self.ends[mix]

    async def close(self, leg: str) -> None:
        self.closed.append(leg)

    async def move(self, leg: str, mix: str) -> None:
        pass


class Heard:
    """`Events`, kept."""

    def __init__(self) -> None:
        self.all: list[tuple[str, ...]] = []
        self.endings: dict[str, tuple[Outcome, Message]] = {}
        self.qualities: dict[str, list[Quality]] = {}
        self.incoming: list[tuple[str, Way, str]] = []
        self.texts: list[tuple[Way, str]] = []
        self.said: list[Line] = []

    def rang(self, leg: str) -> None:
        self.all.append(("rang", leg))

    def up(self, leg: str, video: bool = False) -> None:
        self.all.append(("up", leg))

    def held(self, leg: str, by_them: bool) -> None:
        self.all.append(("held" if by_them else "back", leg))

    def ended(self, leg: str, outcome: Outcome, why: Message) -> None:
        self.endings[leg] = (outcome, why)
        self.all.append(("ended", leg))

    def came_in(self, leg: str, way: Way, name: str, video: bool) -> None:
        self.incoming.append((leg, way, name))
        self.all.append(("came_in", leg))

    def quality(self, leg: str, quality: Quality) -> None:
        self.qualities.setdefault(leg, []).append(quality)

    def digits(self, leg: str, digits: str) -> None:
        self.all.append(("digits", leg, digits))

    def text(self, way: Way, words: str) -> None:
        self.texts.append((way, words))

    def line(self, line: Line) -> None:
        self.said.append(line)

    def rolled(self, leg: str) -> None:
        raise AssertionError("SIP knows no roll call")


class Desk:
    """The adapter as a desk has it, and what it told."""

    def __init__(self, folder: Path, media: Deaf, rhythm: Rhythm = QUICK, spares: int = 1, **sip: Any) -> None:
        self.heard = Heard()
        self.media = media
        numbers = itertools.count(1)
        keep_secret("sip-pass", sip.pop("password", PASSWORD), folder)
        user = sip.pop("user", "desk")
        settings = SipSettings(
            user=user, account=f"sip:{user}@{DOMAIN}", password="secret:sip-pass",
            **{"codecs": ("PCMA", "PCMU"), **sip},
        )  # fmt: skip
        around = Around(
            folder, CallSettings(sip=settings), SystemClock(), self.heard, media,  # type: ignore[arg-type]
            lambda *_: None, lambda _: False, lambda: f"in-{next(numbers)}", lambda: "Duty desk",
        )  # fmt: skip
        self.adapter = SipAdapter(around, settings, rhythm, spares)

    @property
    def line(self) -> Line:
        return self.adapter.lines()[0]

    async def until(self, condition: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.005)
        except TimeoutError:
            pytest.fail(f"never; told: {self.heard.all} {self.heard.endings} {self.heard.said}")

    async def was(self, *event: str) -> None:
        await self.until(lambda: tuple(event) in self.heard.all)

    async def call(self, leg: str, address: str, mix: str = "") -> None:
        await self.adapter.place(leg, Way(WayKind.SIP, address), video=False, into_mix=mix)

    async def reaches(self, leg: str, worker: Worker) -> None:
        """Calls a worker, who answers; both speak."""
        await self.call(leg, worker.user)
        await worker.told("CALL_INCOMING")
        await worker.do("accept")
        await self.was("up", leg)

    async def ending(self, leg: str) -> tuple[Outcome, str]:
        await self.was("ended", leg)
        outcome, why = self.heard.endings[leg]
        return outcome, why.id

    async def comes_in(self, number: int = 1) -> str:
        await self.until(lambda: len(self.heard.incoming) >= number)
        return self.heard.incoming[number - 1][0]


@contextlib.asynccontextmanager
async def running(desk: Desk, *workers: Worker, registered: bool = True) -> AsyncIterator[Desk]:
    """The desk at work, and the workers listening."""
    try:
        for worker in workers:
            await worker.listen()
        await desk.adapter.start()
        if registered:
            await desk.until(lambda: desk.line.ready)
        yield desk
    finally:
        await desk.adapter.stop()
        for worker in workers:
            await worker.unlisten()
