// Where the phone is: watched while the page is open and its person on duty; thinned, and kept until it could be sent.
import { Unreachable, ask, me, net, on, tell, uuid7 } from '/core.js';
import { line } from '/live.js';
import * as store from '/store.js';

const FRESH = 120000;
const STEP = 20;
const REST = 30000;
const BATCH = 60;
const MOST = 2000;
const EVERY = 15000;

let last = null;
let queued = 0;
let before = null;
let watch = null;
let sending = false;
let timer = 0;
let pause = 0;
export const trouble = { why: '' };

export function here() { return last; }
export function count() { return queued; }

export function forFact() {
  if (!last || Date.now() - last.seen > FRESH) return {};
  return { lon: round(last.lon), lat: round(last.lat) };
}

function round(degrees) { return Math.round(degrees * 1e6) / 1e6; }

export function metres(a, b) {
  const rad = Math.PI / 180;
  const x = (b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad);
  return Math.hypot(x, (b.lat - a.lat) * rad) * 6371008.8;
}

export async function recall() { queued = (await store.keys('fixes')).length; }

// On duty it is watched; else asked once where it is needed.
export function follow() {
  if (!navigator.geolocation) { trouble.why = 'place.none'; return; }
  const wanted = !!me.token && me.duty;
  if (wanted && watch === null) {
    watch = navigator.geolocation.watchPosition(fixed, wrong, { enableHighAccuracy: true, maximumAge: 5000, timeout: 30000 });
    timer = setInterval(send, EVERY);
  } else if (!wanted && watch !== null) {
    navigator.geolocation.clearWatch(watch);
    clearInterval(timer);
    watch = null;
  }
}
on('me', follow);

export function once() {
  if (!navigator.geolocation || watch !== null || (last && Date.now() - last.seen < FRESH / 2)) return;
  navigator.geolocation.getCurrentPosition((found) => { learn(found); tell('place'); }, wrong, { enableHighAccuracy: true, maximumAge: 10000, timeout: 20000 });
}

function learn(found) {
  const { longitude, latitude, accuracy } = found.coords;
  last = { lon: longitude, lat: latitude, accuracy, seen: Date.now() };
  trouble.why = '';
}

function wrong(error) {
  trouble.why = error.code === 1 ? 'place.denied' : 'place.lost';
  tell('place');
}

async function fixed(found) {
  const moved = last;
  learn(found);
  if (!moved || metres(moved, last) > 5) tell('place');
  const still = before && metres(before, last) < Math.max(STEP, Math.min(last.accuracy, 60)) && last.seen - before.seen < REST;
  if (still || !(last.accuracy < 1000)) return;
  before = last;
  const fix = { id: uuid7(), at: new Date().toISOString(), lon: round(last.lon), lat: round(last.lat), accuracy: Math.round(last.accuracy * 10) / 10 };
  try {
    const writes = [['put', 'fixes', fix, fix.id]];
    if (queued >= MOST) for (const id of (await store.keys('fixes')).slice(0, MOST).filter((_, at) => at % 2)) writes.push(['del', 'fixes', id]);
    await store.write(writes);
    await recall();
  } catch (error) {
    return; // no room for where we were: what was done is worth more
  }
  tell('fixes');
  if (queued === 1) send();
}

export async function send() {
  if (sending || !me.token || line.replaced || Date.now() < pause) return;
  sending = true;
  try {
    for (;;) {
      const fixes = (await store.all('fixes')).slice(0, BATCH);
      if (!fixes.length) break;
      const done = () => store.write(fixes.map((fix) => ['del', 'fixes', fix.id]));
      try {
        await ask('POST', '/v1/positions', { body: JSON.stringify({ fixes }) });
        await done();
      } catch (error) {
        const late = error.status === 409 && !me.duty; // off duty meanwhile
        if (error instanceof Unreachable || !(late || [400, 404, 413, 422].includes(error.status))) throw error;
        await done(); // it will never be taken; a place of yesterday is no evidence
      }
      await recall();
      tell('fixes');
    }
  } catch (error) {
    pause = Date.now() + Math.max(5000, (error.wait || 0) * 1000);
  } finally {
    sending = false;
  }
}
on('net', () => { pause = 0; if (net.reached) send(); });
window.addEventListener('online', () => { pause = 0; send(); });
