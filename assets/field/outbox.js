// Our own outbox: what a person did is on the phone's disk before it is shown, and stays until the gateway has it.
// Ordered within a chain (an order's steps), each with one key for ever, so that sent twice counts once.
import { Problem, Unreachable, ask, hexOf, me, net, on, tell, uuid7 } from '/core.js';
import { line } from '/live.js';
import * as store from '/store.js';

const PIECE = 128 * 1024;
const LONGEST = 60000;
const HEAVY = 1;

let items = [];
const progress = {};
const lanes = [false, false];
let timer = 0;

export function waiting() { return items.filter((item) => !item.failed); }
export function failed() { return items.filter((item) => item.failed); }
export function ofOrder(order) { return items.filter((item) => item.order === order && !item.failed); }
export function sentShare(item) { return item.blobs.length ? progress[item.blobs[0]] : undefined; }

export async function recall() {
  items = (await store.all('outbox')).sort((a, b) => a.seq - b.seq);
}

// what: {chain, path, body, label, order, kind, blobs: [sha256], after: [keys]}; then() once it is on the disk, before it
// can be sent; writes: what goes to the disk with it.
export async function add(what, then, ...writes) {
  const item = {
    key: uuid7(), chain: what.chain, path: what.path, body: JSON.stringify(what.body), label: what.label || '',
    order: what.order || '', kind: what.kind || '', blobs: what.blobs || [], after: what.after || [], made: Date.now(),
    tries: 0, due: 0, failed: '',
  };
  await store.write([['add', 'outbox', item], ...writes]);
  if (then) then();
  await recall();
  tell('outbox');
  poke();
}

export async function drop(seq) {
  await settle(items.find((item) => item.seq === seq), []);
}

export function poke() {
  clearTimeout(timer);
  lane(0);
  lane(HEAVY);
}

export function hurry() {
  for (const item of items) item.due = 0;
  poke();
}

on('net', () => { if (net.reached) hurry(); });
window.addEventListener('online', hurry);

async function lane(number) {
  if (lanes[number] || !me.token || line.replaced) return;
  lanes[number] = true;
  try {
    for (;;) {
      const item = next(number);
      if (!item) break;
      await attempt(item);
    }
  } finally {
    lanes[number] = false;
  }
  again();
}

function again() {
  clearTimeout(timer);
  const due = waiting().map((item) => item.due).filter((when) => when > 0);
  if (!due.length) return;
  timer = setTimeout(poke, Math.max(250, Math.min(Math.min(...due) - Date.now(), LONGEST)));
}

function next(number) {
  const blocked = new Set();
  const there = new Set(waiting().map((item) => item.key));
  for (const item of waiting()) {
    const free = !blocked.has(item.chain) && !item.after.some((key) => there.has(key));
    blocked.add(item.chain);
    const wait = item.due - Date.now();
    const due = wait <= 0 || wait > LONGEST * 2; // the phone's clock was set back meanwhile
    if (free && due && (item.blobs.length ? HEAVY : 0) === number) return item;
  }
  return null;
}

async function attempt(item) {
  try {
    for (const sha256 of item.blobs) await upload(sha256);
    await ask('POST', item.path, { body: item.body, headers: { 'Idempotency-Key': item.key } });
    const gone = item.blobs.map((sha256) => ['del', 'blobs', sha256]);
    await settle(item, gone);
    tell('sent', item);
    poke(); // what waited for it may be of the other lane
  } catch (error) {
    await put_off(item, error);
  }
}

async function settle(item, writes) {
  if (!item) return;
  const still = new Set();
  for (const other of items) if (other !== item) for (const sha256 of other.blobs) still.add(sha256);
  await store.write([['del', 'outbox', item.seq], ...writes.filter((change) => !still.has(change[2]))]);
  items = items.filter((other) => other.seq !== item.seq);
  tell('outbox');
}

const LATER = [401, 408, 425, 429, 500, 502, 503, 504, 507];

// 409 is a photo of which another connection still writes, unless the key was used for something else.
function isLater(error) {
  return LATER.includes(error.status) || (error.status === 409 && error.code !== 'field.key_used');
}

async function put_off(item, error) {
  item.tries += 1;
  const soft = error instanceof Unreachable || (error instanceof Problem && isLater(error));
  if (soft || !(error instanceof Problem || error instanceof Gone)) {
    const back = Math.min(LONGEST, 1000 * 2 ** Math.min(item.tries - 1, 6)) * (0.75 + Math.random() / 2);
    item.due = Date.now() + Math.max(back, (error.wait || 0) * 1000);
    tell('outbox');
    return;
  }
  item.failed = error.message;
  try {
    await store.put('outbox', { ...item, due: 0 });
  } finally {
    tell('outbox');
    tell('unsendable', item);
  }
}

class Gone extends Error {}

// -- photos and voices: in pieces, going on where the connection broke ----------------------------------------------------

export async function keep(data, type) {
  const sha256 = hexOf(await crypto.subtle.digest('SHA-256', data));
  await store.put('blobs', { data, type }, sha256);
  return sha256;
}

export function forget(sha256) { return store.write([['del', 'blobs', sha256]]); }

async function upload(sha256) {
  const blob = await store.get('blobs', sha256);
  if (!blob) throw new Gone('the photo is not on this phone any more');
  const size = blob.data.byteLength;
  const begun = await ask('POST', '/v1/blobs', { body: JSON.stringify({ sha256, size, type: blob.type }) });
  let at = Number(begun.headers.get('Upload-Offset'));
  let lost = 0;
  while (at < size) {
    progress[sha256] = at / size;
    tell('outbox');
    try {
      const answer = await ask('PATCH', `/v1/blobs/${sha256}`, {
        raw: blob.data.slice(at, at + PIECE), seconds: 60,
        headers: { 'Upload-Offset': String(at), 'Content-Type': 'application/offset+octet-stream' },
      });
      at = Number(answer.headers.get('Upload-Offset'));
    } catch (error) {
      lost += 1;
      const elsewhere = error.status === 409 && error.headers && error.headers.get('Upload-Offset');
      if (!elsewhere || lost > 5) throw error;
      at = Number(elsewhere);
    }
  }
  delete progress[sha256];
}
