// What is heard and felt: tones of our own making, after the first touch as browsers want it.
import { on } from '/core.js';

let sound = null;
let ringing = 0;

function wakeUp() {
  const Kind = window.AudioContext || window.webkitAudioContext;
  if (!sound && Kind) sound = new Kind();
  if (sound && sound.state === 'suspended') sound.resume().catch(() => {});
}
for (const touch of ['pointerdown', 'touchend', 'keydown']) window.addEventListener(touch, wakeUp, { passive: true });

function tone(pitch, from, long) {
  if (!sound || sound.state !== 'running') return;
  const voice = sound.createOscillator();
  const loud = sound.createGain();
  const at = sound.currentTime + from;
  voice.frequency.value = pitch;
  loud.gain.setValueAtTime(0, at);
  loud.gain.linearRampToValueAtTime(0.25, at + 0.02);
  loud.gain.setValueAtTime(0.25, at + long - 0.05);
  loud.gain.linearRampToValueAtTime(0, at + long);
  voice.connect(loud);
  loud.connect(sound.destination);
  voice.start(at);
  voice.stop(at + long);
}

function shake(pattern) { if (navigator.vibrate) { try { navigator.vibrate(pattern); } catch (error) { /* not allowed yet */ } } }

on('fresh', (orders) => {
  const urgent = orders.some((order) => order.level <= 1);
  for (let at = 0; at < (urgent ? 3 : 1); at += 1) { tone(880, at * 0.7, 0.2); tone(1175, at * 0.7 + 0.25, 0.3); }
  shake(urgent ? [300, 150, 300, 150, 300] : [300, 150, 300]);
});
on('mail', (letters) => {
  tone(660, 0, 0.2);
  shake(letters.some((letter) => letter.kind === 'roll') ? [300, 150, 300] : [150]);
});
on('ring', (yes) => {
  clearInterval(ringing);
  shake(0);
  if (!yes) return;
  const once = () => { tone(440, 0, 0.9); tone(480, 0, 0.9); shake([600, 400, 600]); };
  once();
  ringing = setInterval(once, 3000);
});
