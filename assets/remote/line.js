// The line to the gateway: enrolling by a code, one WebSocket that comes back, and answers to what is asked on it.
import { language, t } from '/remote/words.js';

const TOKEN = 'wall-remote';
const PATIENCE = 6000;
const REPLACED = 4001;
const SIGNED_OUT = 4003;

export const line = { state: 'off', role: '', name: '', home: null };

let socket = null;
let number = 0;
let pause = 500;
let heard = () => {};
const asked = new Map();

export function token() { try { return localStorage.getItem(TOKEN) || ''; } catch (error) { return line.token || ''; } }
export function forget() {
  line.token = '';
  try { localStorage.removeItem(TOKEN); } catch (error) { /* private mode */ }
}
function keep(secret) {
  line.token = secret;
  try { localStorage.setItem(TOKEN, secret); } catch (error) { /* private mode: as long as the page is open */ }
}

// Taken out of the address at once: not in the history, not in a picture of the screen.
export function codeOfLink() {
  const found = /[#&]code=([^&]+)/.exec(location.hash);
  if (location.hash) history.replaceState(null, '', location.pathname);
  return found ? decodeURIComponent(found[1]).slice(0, 40) : '';
}

// Answers '' where it was enrolled, else a sentence that says why not.
export async function enrol(code, device) {
  let answer;
  try {
    answer = await fetch('/remote/v1/enrol', {
      method: 'POST', headers: { 'Content-Type': 'application/json', 'Accept-Language': language() },
      body: JSON.stringify({ code, device }), cache: 'no-store', credentials: 'omit', redirect: 'error',
    });
  } catch (error) {
    return t('enrol.offline');
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.status !== 201) return said.detail || t('enrol.offline');
  keep(said.token);
  return '';
}

// Opens the line and keeps it open; `hears` is told each message, and {kind: 'line'} when the line came or went.
export function open(hears) {
  heard = hears;
  join();
}

export function close() {
  const old = socket;
  socket = null;
  line.state = 'off';
  if (old) old.close();
}

function join() {
  const secret = token();
  if (!secret) { heard({ kind: 'signed_out' }); return; }
  const now = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/remote/v1/live`, ['cockpit.wall.v1']);
  socket = now;
  now.onopen = () => now.send(JSON.stringify({ token: secret, lang: language() }));
  now.onmessage = (event) => { if (socket === now) take(JSON.parse(event.data)); };
  now.onclose = (event) => { if (socket === now) gone(event.code); };
}

function back() {
  if (line.state === 'rests' && !socket && document.visibilityState === 'visible') join();
}
document.addEventListener('visibilitychange', back);
document.addEventListener('pointerdown', back);

function lost() {
  socket = null;
  for (const answer of asked.values()) answer({ kind: 'lost' });
  asked.clear();
}

function gone(code) {
  if (code === SIGNED_OUT) { ended(); return; }
  lost();
  line.state = code === REPLACED ? 'rests' : 'lost';
  heard({ kind: 'line' });
  if (code === REPLACED) return; // this remote is open in more windows than may work: until somebody comes back to this one
  setTimeout(() => { if (!socket && line.state === 'lost') join(); }, pause);
  pause = Math.min(pause * 1.7, 5000);
}

// The token is gone before anything says so: whoever reads it may put the tablet away at once.
function ended() {
  const old = socket;
  lost();
  forget();
  line.state = 'off';
  heard({ kind: 'signed_out' });
  if (old) old.close();
}

function take(message) {
  if (message.kind === 'signed_out') { ended(); return; }
  const answer = asked.get(message.n);
  if (answer && message.n) {
    asked.delete(message.n);
    answer(message);
  }
  if (message.kind === 'welcome') {
    pause = 500;
    Object.assign(line, { state: 'on', role: message.role, name: message.name, home: message.home || null });
    heard({ kind: 'line' });
  }
  heard(message);
}

// Answers the message that says what became of it: kind `done`, `refused`, `events`, or `lost`.
export function ask(message) {
  if (!socket || socket.readyState !== 1) return Promise.resolve({ kind: 'lost' });
  number += 1;
  const n = number;
  return new Promise((resolve) => {
    const timer = setTimeout(() => { asked.delete(n); resolve({ kind: 'late' }); }, PATIENCE);
    asked.set(n, (answer) => { clearTimeout(timer); resolve(answer); });
    socket.send(JSON.stringify({ ...message, n }));
  });
}

// What changes with every frame of a finger: one is under way, the newest waits, what is between is left out.
export class Newest {
  constructor(told) { this.told = told || (() => {}); this.busy = false; this.next = null; }

  async put(message) {
    this.next = message;
    if (this.busy) return;
    this.busy = true;
    while (this.next) {
      const now = this.next;
      this.next = null;
      const answer = await ask(now);
      this.told(answer);
      if (answer.kind === 'refused') this.next = null;
    }
    this.busy = false;
  }
}
