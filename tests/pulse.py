"""A PulseAudio daemon of its own for a test: a loudspeaker, a microphone that hears what is played to it, a headset."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from cockpit.model.clock import SystemClock
from tests import leaks

PATIENCE = 30.0
SPEAKER, MICROPHONE = "speaker", "microphone"
HEADSET_OUT, HEADSET_IN = "usb_headset_out", "usb_headset_in"


class Pulse:
    """The daemon.

    Attributes:
        server: for PULSE_SERVER.
    """

    def __init__(self, folder: Path) -> None:
        for program in ("pulseaudio", "pactl", "pacat"):
            if shutil.which(program) is None:
                pytest.skip(f"{program} is not installed, which packaging/system-deps.sh --tests does")
        self._socket = Path(folder) / "p.sock"
        self.server = f"unix:{self._socket}"
        self.environment = {
            **os.environ,
            "XDG_RUNTIME_DIR": str(folder),
            "HOME": str(folder),
            "PULSE_SERVER": self.server,
            "PULSE_COOKIE": str(folder / "cookie"),
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
        }
        modules = (
            f"module-native-protocol-unix socket={self._socket} auth-anonymous=1",
            f"module-null-sink sink_name={SPEAKER} rate=48000 sink_properties=device.description=Speaker",
            "module-null-sink sink_name=throat rate=48000",  # what is played here the microphone hears
            f"module-remap-source source_name={MICROPHONE} master=throat.monitor",
        )
        loading = [part for module in modules for part in ("-L", module)]
        command = [
            "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=true", "--use-pid-file=no",
            "--log-level=error", *loading,
        ]  # fmt: skip
        self._log = folder / "pulse.log"
        with open(self._log, "wb") as log:
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        clock = SystemClock()
        end = clock.mono() + PATIENCE
        while subprocess.run(["pactl", "info"], env=self.environment, capture_output=True, check=False).returncode:
            try:
                self.process.wait(0.05)
            except subprocess.TimeoutExpired:
                if clock.mono() < end:
                    continue
            self.stop()
            pytest.fail(f"pulseaudio did not start: {self._log.read_text('utf-8', 'replace')[-1000:]}")

    def ctl(self, *args: str) -> str:
        """What pactl says."""
        done = subprocess.run(["pactl", *args], env=self.environment, capture_output=True, check=True, timeout=PATIENCE)
        return done.stdout.decode().strip()

    def modules(self) -> list[str]:
        """Arguments of what is loaded."""
        return [line.split("\t")[2] for line in self.ctl("list", "short", "modules").splitlines() if line.count("\t")]

    def plug_in_headset(self) -> list[str]:
        """Numbers of its modules, for `unplug`."""
        props = "sink_properties=\"device.description='USB Headset' device.form_factor=headset\""
        sink = self.ctl("load-module", "module-null-sink", f"sink_name={HEADSET_OUT}", "rate=48000", props)
        props = "source_properties=\"device.description='USB Headset' device.form_factor=headset\""
        source = self.ctl(
            "load-module", "module-remap-source", f"source_name={HEADSET_IN}", "master=throat.monitor", props
        )
        return [source, sink]

    def unplug(self, numbers: list[str]) -> None:
        for number in numbers:
            self.ctl("unload-module", number)

    @contextmanager
    def playing(self, tone: float, sink: str = "throat") -> Iterator[None]:
        """A tone that goes on into a sink."""
        wave = (8000 * np.sin(2 * np.pi * tone * np.arange(48_000 * 60) / 48_000)).astype("<i2").tobytes()
        raw = ["--raw", "--rate=48000", "--channels=1", "--format=s16le", "--latency-msec=50"]
        process = subprocess.Popen(
            ["pacat", "--playback", f"--device={sink}", *raw], env=self.environment, stdin=subprocess.PIPE
        )
        assert process.stdin is not None
        os.set_blocking(process.stdin.fileno(), False)
        import threading

        def feed() -> None:
            at = 0
            while process.poll() is None and at < len(wave):
                try:
                    at += os.write(process.stdin.fileno(), wave[at : at + 65536])  # type: ignore[union-attr]
                except BlockingIOError:
                    stop.wait(0.02)
                except OSError:
                    return
                if stop.is_set():
                    return

        stop = threading.Event()
        feeder = threading.Thread(target=feed, name="feeder")
        feeder.start()
        try:
            yield
        finally:
            stop.set()
            feeder.join(10)
            process.kill()
            process.wait()
            process.stdin.close()

    def heard(self, source: str, seconds: float = 0.5) -> np.ndarray:
        """What comes from a source for a while, ±1."""
        raw = ["--raw", "--rate=48000", "--channels=1", "--format=s16le", "--latency-msec=20"]
        process = subprocess.Popen(
            ["pacat", "--record", f"--device={source}", *raw], env=self.environment, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            data = process.stdout.read(2 * int(48_000 * seconds))
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32) / 32768

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def pulse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pulse]:
    """One daemon for a module's tests; its sound devices are null sinks."""
    daemon = Pulse(tmp_path_factory.mktemp("pulse"))
    leaks.kept_processes.add(daemon.process.pid)
    try:
        yield daemon
    finally:
        daemon.stop()
        leaks.kept_processes.discard(daemon.process.pid)
