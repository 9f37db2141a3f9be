// What every part needs: who we are, the city's clock, events, ids, asking the gateway.
import * as store from '/store.js';
import { language } from '/words.js';

export const me = {
  token: '', unit: '', name: '', area: '', kinds: [], forms: [], city: null, duty: false, desk: null, ice: null, enrolled: '',
};
const SAVED = ['token', 'unit', 'name', 'area', 'kinds', 'forms', 'city', 'duty', 'enrolled', 'ice'];

export async function recall() {
  Object.assign(me, (await store.get('kv', 'me')) || {});
  clock.offset = (await store.get('kv', 'offset')) || 0;
}

export function saveMe(...more) {
  const value = {};
  for (const name of SAVED) value[name] = me[name];
  return store.write([['put', 'kv', value, 'me'], ...more]);
}

// -- events -----------------------------------------------------------------------------------------------------------

const listeners = {};
export function on(name, heard) { (listeners[name] = listeners[name] || []).push(heard); }
export function tell(name, what) { for (const heard of listeners[name] || []) heard(what); }

// -- time: the phone's clock may be wrong; countdowns use the city's, what is sent says the phone's own ------------------

export const clock = {
  offset: 0,
  now() { return Date.now() + this.offset; },
  learn(now, asked) {
    const theirs = Date.parse(now);
    if (Number.isNaN(theirs)) return;
    const offset = theirs - (asked + Date.now()) / 2;
    if (Math.abs(offset - this.offset) < 300) return;
    this.offset = offset;
    store.put('kv', offset, 'offset').catch(() => {});
    tell('clock');
  },
};

export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let now = Date.now();
  for (let at = 5; at >= 0; at -= 1) { bytes[at] = now % 256; now = Math.floor(now / 256); }
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = hexOf(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function hexOf(bytes) {
  let said = '';
  for (const byte of new Uint8Array(bytes)) said += byte.toString(16).padStart(2, '0');
  return said;
}

// -- the gateway ------------------------------------------------------------------------------------------------------

export const net = { reached: true, failing: 0 };

export class Problem extends Error {
  constructor(status, body, wait) {
    super((body && body.detail) || `HTTP ${status}`);
    this.status = status;
    this.code = (body && body.code) || '';
    this.wait = wait;
  }
}
export class Unreachable extends Error {}

function reached(yes) {
  net.failing = yes ? 0 : net.failing + 1;
  if (net.reached === yes) return;
  net.reached = yes;
  tell('net');
}

// Answers {status, headers, json()}; throws Problem for a refusal, Unreachable where nothing came.
export async function ask(method, path, { body, raw, headers, seconds = 25, abort, open = false } = {}) {
  const all = { 'Accept-Language': language(), ...headers };
  if (me.token && !open) all.Authorization = `Bearer ${me.token}`;
  if (body !== undefined) all['Content-Type'] = 'application/json';
  const limit = abort || new AbortController();
  const timer = setTimeout(() => limit.abort(), seconds * 1000);
  let answer;
  let data;
  try {
    answer = await fetch(path, {
      method, headers: all, body: raw !== undefined ? raw : body, signal: limit.signal, cache: 'no-store',
      credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer',
    });
    data = method === 'HEAD' || answer.status === 204 ? null : await answer.arrayBuffer();
  } catch (error) {
    if (!(limit.signal.aborted && limit.meant)) reached(false);
    throw new Unreachable(String(error));
  } finally {
    clearTimeout(timer);
  }
  reached(true);
  if (answer.ok) return { status: answer.status, headers: answer.headers, data, json: () => parsed(data) };
  const problem = new Problem(answer.status, quiet(data), Number(answer.headers.get('Retry-After')) || 0);
  problem.headers = answer.headers;
  if (answer.status === 401 && !open) tell('refused', problem);
  throw problem;
}

function parsed(data) { return JSON.parse(new TextDecoder().decode(data)); }
function quiet(data) { try { return parsed(data); } catch (error) { return null; } }

export async function askTime() {
  const asked = Date.now();
  const answer = await ask('GET', '/v1/health', { open: true, seconds: 10 });
  clock.learn(answer.json().now, asked);
}
