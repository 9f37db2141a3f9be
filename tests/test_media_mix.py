"""The mixer and what feeds it: who hears whom, uneven networks, drifting clocks; pictures in shared memory."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest

from cockpit.media.frames import MAX_PIXELS, Frames, make_memory
from cockpit.media.gate import Gate
from cockpit.media.mix import Heard, Member, Mix, Mixer, Prompt, limited
from cockpit.media.opus import FRAME, RATE, Decoder, Encoder, Samples
from cockpit.media.playout import Playout
from tests.media_peer import loudness

BEAT = 0.02


def tone(hertz: float, frames: int, level: float = 0.3) -> Samples:
    return (level * np.sin(2 * np.pi * hertz * np.arange(frames * FRAME) / RATE)).astype(np.float32)


class End:
    """Sends a tone, keeps what it hears."""

    def __init__(self, hertz: float = 0.0, level: float = 0.3) -> None:
        self.said = tone(hertz, 100, level) if hertz else None
        self.heard: list[np.ndarray] = []
        self.packets: list[bytes] = []
        self.at = 0

    def pull(self, now: float) -> Samples | None:
        if self.said is None:
            return None
        self.at += 1
        return self.said[(self.at - 1) % 100 * FRAME :][:FRAME]

    def push(self, heard: Heard) -> None:
        self.heard.append(heard.pcm.astype(np.float32) / 32768)
        self.packets.append(heard.packet)

    def loud(self, hertz: float) -> float:
        return loudness(np.concatenate(self.heard[-25:]), hertz)


def conference(*ends: End) -> Mix:
    mix = Mix("conference")
    for n, end in enumerate(ends):
        mix.members[str(n)] = Member(str(n), end)
    return mix


def run(mix: Mix, beats: int = 30) -> None:
    for n in range(beats):
        mix.beat(n * BEAT)


def test_each_of_a_mix_hears_all_others_and_nobody_themselves() -> None:
    ends = [End(400 + 200 * n, 0.2) for n in range(3)]
    run(conference(*ends))
    for n, end in enumerate(ends):
        for m in range(3):
            assert end.loud(400 + 200 * m) == (pytest.approx(0.2, abs=0.02) if n != m else pytest.approx(0, abs=0.001))


def test_who_only_listens_shares_one_encoding_and_who_speaks_has_their_own() -> None:
    ends = [End(440), End(660), *(End() for _ in range(4))]
    run(conference(*ends))
    listening = [end.packets[-1] for end in ends[2:]]
    assert all(packet is listening[0] for packet in listening)
    assert ends[0].packets[-1] is not listening[0]


def test_muted_nobody_hears_them_deaf_they_hear_nobody_held_neither() -> None:
    ends = [End(440), End(660), End(880)]
    mix = conference(*ends)
    mix.members["0"].muted = True
    mix.members["1"].deaf = True
    run(mix)
    assert ends[2].loud(440) < 0.001 < 0.2 < ends[2].loud(660)
    assert ends[1].loud(880) < 0.001
    assert ends[0].loud(660) > 0.2
    mix.members["2"].held = True
    before = len(ends[2].heard)
    run(mix)
    assert len(ends[2].heard) == before
    assert ends[0].loud(880) < 0.001


def test_a_member_from_whom_nothing_comes_is_silent_and_keeps_nobody_waiting() -> None:
    ends = [End(440), End(), End()]
    run(conference(*ends), 40)
    assert len(ends[1].heard) == len(ends[0].heard) == 40
    assert ends[1].loud(440) > 0.25
    assert not np.any(np.concatenate(ends[0].heard))


def test_ten_loud_voices_at_once_are_bent_and_not_torn() -> None:
    out = limited(np.concatenate([tone(440, 5, level) for level in (0.5, 3.0, 100.0)]))
    steps = np.abs(np.diff(out.astype(np.int64)))
    assert out.max() <= 32767
    assert out.min() >= -32768
    assert steps.max() < 65535  # a wrapped sample jumps over the whole range
    assert np.array_equal(out[: 5 * FRAME], (tone(440, 5, 0.5) * 32767).astype(np.int16))


def test_what_is_said_to_a_mix_everyone_hears_and_what_is_said_to_one_only_they() -> None:
    ends = [End(), End()]
    mix = conference(*ends)
    told: list[str] = []
    mix.prompt.add(tone(500, 30), lambda: told.append("all"))
    mix.members["0"].prompt.add(tone(900, 30), lambda: told.append("one"))
    run(mix, 29)
    assert told == []
    assert ends[0].loud(500) > 0.25 < ends[1].loud(500)
    assert ends[0].loud(900) > 0.25 > 0.001 > ends[1].loud(900)
    run(mix, 1)
    assert told == ["all", "one"]


def test_a_prompt_waits_until_somebody_can_hear_it() -> None:
    mix = conference(End())
    mix.members["0"].up = False
    mix.prompt.add(tone(500, 2))
    run(mix, 10)
    assert mix.prompt.seconds == pytest.approx(0.04)
    mix.members["0"].up = True
    run(mix, 2)
    assert mix.prompt.seconds == 0


def test_dropped_prompts_tell_whoever_waits_for_their_end() -> None:
    told: list[int] = []
    prompt = Prompt()
    for n in range(3):
        prompt.add(tone(500, 2), lambda n=n: told.append(n))
    prompt.drop()
    assert told == [0, 1, 2]
    assert prompt.pull() is None


def test_a_leg_is_in_one_mix_and_a_mix_that_nobody_is_in_is_forgotten() -> None:
    mixer = Mixer()
    member = Member("leg", End(440))
    mixer.join("first", member)
    mixer.join("second", member)
    assert set(mixer.mixes) == {"second"}
    mixer.leave("leg")
    assert not mixer.mixes


def test_the_noise_of_a_room_is_kept_out_and_a_voice_let_through_whole() -> None:
    noise = np.random.default_rng(1).normal(0, 0.002, 200 * FRAME).astype(np.float32)
    gate = Gate()
    for n in range(100):
        quiet = gate.through(noise[n * FRAME : (n + 1) * FRAME])
    assert quiet is None
    voice = tone(300, 10, 0.1) + noise[: 10 * FRAME]
    heard = [gate.through(voice[n * FRAME : (n + 1) * FRAME]) for n in range(10)]
    assert all(part is not None for part in heard)
    assert np.array_equal(np.concatenate(heard), voice)  # type: ignore[arg-type]


# -- the network -----------------------------------------------------------------------------------------------------


def played(arrivals: list[tuple[float, int]], beats: int, drift: float = 0.0) -> tuple[Playout, list[Samples | None]]:
    """A tone whose packets (number n) arrive as told, played for so many beats of our clock."""
    encoder = Encoder()
    wave = (tone(440, max(n for _, n in arrivals) + 1) * 32767).astype(np.int16)
    packets = [encoder.encode(wave[at : at + FRAME]) for at in range(0, len(wave), FRAME)]
    playout = Playout(Decoder().decode)
    waiting = sorted(arrivals)
    out: list[Samples | None] = []
    for beat in range(beats):
        now = beat * BEAT * (1 + drift)
        while waiting and waiting[0][0] <= now:
            when, n = waiting.pop(0)
            playout.put((n * FRAME + 0xFFFFF000) & 0xFFFFFFFF, packets[n], when)
        out.append(playout.pull(now))
    return playout, out


def silent(out: list[Samples | None]) -> int:
    """Frames of silence once sound began."""
    loud = [part is not None and float(np.sqrt(np.mean(part**2))) > 0.1 for part in out]
    begin = loud.index(True)
    return loud[begin:].count(False)


def test_an_even_stream_is_heard_without_a_gap_within_60_ms() -> None:
    playout, out = played([(n * BEAT + 0.003, n) for n in range(200)], 200)
    assert silent(out) == 0
    assert next(n for n, part in enumerate(out) if part is not None) <= 3
    assert playout.late == 0


def test_packets_up_to_80_ms_late_and_out_of_order_are_heard_without_a_gap_once_the_delay_knows() -> None:
    rng = np.random.default_rng(3)
    _, out = played([(n * BEAT + rng.uniform(0, 0.08), n) for n in range(600)], 600)
    assert silent(out[150:]) == 0


def test_single_lost_packets_are_bridged() -> None:
    _, out = played([(n * BEAT, n) for n in range(300) if n % 20 != 7], 300)
    assert silent(out[:290]) == 0


def test_a_clock_that_is_faster_by_300_ppm_piles_nothing_up() -> None:
    beats = 6000
    _, out = played([(n * BEAT, n) for n in range(beats)], beats, drift=-0.0003)
    slow, _ = played([(n * BEAT, n) for n in range(beats + 2)], beats, drift=0.0003)
    assert silent(out) <= 3
    assert len(slow._packets) <= 6


def test_after_a_stall_of_a_second_it_is_heard_again_without_a_second_of_delay() -> None:
    arrivals = [(n * BEAT if not 100 <= n < 150 else 3.0, n) for n in range(500)]
    playout, out = played(arrivals, 500)
    assert silent(out[160:]) == 0
    assert len(playout._packets) * BEAT < 0.3


def test_a_flood_or_nonsense_of_packets_costs_no_memory_and_kills_nothing() -> None:
    playout = Playout(Decoder().decode)
    rng = np.random.default_rng(5)
    for n in range(5000):
        playout.put(int(rng.integers(0, 1 << 32)), rng.bytes(int(rng.integers(1, 400))), n * 0.001)
        if n % 20 == 0:
            playout.pull(n * 0.001)
    assert len(playout._packets) <= 100


# -- pictures --------------------------------------------------------------------------------------------------------


@pytest.fixture
def frames():
    fd = make_memory()
    one, other = Frames(fd), Frames(fd)
    os.close(fd)
    yield one, other
    one.close()
    other.close()


def test_a_reader_never_sees_half_of_a_picture(frames: tuple[Frames, Frames]) -> None:
    writer, reader = frames
    size = 160 * 90 * 3
    writer.write(3, 160, 90, bytes([0]) * size)
    stop = threading.Event()

    def write() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            writer.write(3, 160, 90, bytes([n % 256]) * size)

    thread = threading.Thread(target=write)
    thread.start()
    serials = []
    try:
        while len(serials) < 300:
            frame = reader.read(3)
            if frame is not None:
                assert len(set(bytes(frame.data))) == 1
                serials.append(frame.serial)
    finally:
        stop.set()
        thread.join()
    assert serials == sorted(serials)
    assert serials[-1] > serials[0]


def test_pictures_that_are_too_large_or_cut_short_are_refused_and_cleared_ones_are_gone(
    frames: tuple[Frames, Frames],
) -> None:
    writer, reader = frames
    assert reader.read(0) is None
    for width, height, length in ((1281, 720, 1281 * 720 * 3), (10, 10, 299), (0, 10, 0)):
        with pytest.raises(ValueError, match="picture"):
            writer.write(0, width, height, bytes(length))
    writer.write(0, 720, 1280, bytes(MAX_PIXELS * 3))
    assert (reader.read(0).width, reader.read(0).height) == (720, 1280)  # type: ignore[union-attr]
    writer.clear(0)
    assert reader.read(0) is None
