// Orders and letters: asked for, kept on the phone, and what is sent without anybody pressing a key.
import { ask, clock, me, net, on, saveMe, tell, uuid7 } from '/core.js';
import { line } from '/live.js';
import * as outbox from '/outbox.js';
import * as place from '/place.js';
import * as store from '/store.js';

export const RANK = ['sent', 'delivered', 'read', 'accepted', 'en_route', 'on_scene', 'done'];
export const STEPS = ['accepted', 'en_route', 'on_scene', 'done'];
const ENDED = ['verified', 'refused', 'recalled', 'expired'];
const WAIT = 25;
const FOLDING = 15000;
const FORGOTTEN = 600000;
const ASTRAY = 300;

export const orders = new Map();
export const marks = new Map();
export const letters = new Map();
export const known = { orders: false };
let seq = 0;

export async function recall() {
  for (const order of await store.all('orders')) orders.set(order.id, order);
  for (const mark of await store.all('marks')) marks.set(mark.id, mark);
  for (const letter of await store.all('letters')) letters.set(letter.id, letter);
  seq = (await store.get('kv', 'seq')) || 0;
  known.orders = orders.size > 0 || !!(await store.get('kv', 'known'));
}

export function start() {
  loop(pollOrders);
  loop(pollLetters);
  loop(pollMe);
}

// -- asking ---------------------------------------------------------------------------------------------------------

const sleepers = new Set();
const asking = new Set();

async function loop(turn) {
  let failures = 0;
  while (me.token && !line.replaced) {
    let pause = 0;
    try {
      pause = (await turn()) || 0;
      failures = 0;
    } catch (error) {
      failures += 1;
      pause = Math.max(Math.min(30, 2 ** Math.min(failures - 1, 5)), error.wait || 0) * 1000;
      if (!error.name) throw error;
    }
    if (pause) await sleep(pause);
  }
}

function sleep(ms) {
  return new Promise((resolve) => {
    const sleeper = { wake() { clearTimeout(sleeper.timer); sleepers.delete(sleeper); resolve(); } };
    sleeper.timer = setTimeout(sleeper.wake, ms);
    sleepers.add(sleeper);
  });
}

// Asks now: a knock came, the network is back, somebody looks at the page again.
export function wake(fresh) {
  for (const sleeper of [...sleepers]) sleeper.wake();
  if (fresh) for (const limit of asking) { limit.meant = true; limit.abort(); }
}
on('net', () => { if (net.reached) wake(false); });
window.addEventListener('online', () => wake(true));
document.addEventListener('visibilitychange', () => { if (!document.hidden) wake(false); });

async function poll(path) {
  const limit = new AbortController();
  asking.add(limit);
  try {
    const asked = Date.now();
    const answer = await ask('GET', path, { abort: limit, seconds: WAIT + 15 });
    return { said: answer.json(), quick: Date.now() - asked < 1000 };
  } catch (error) {
    if (limit.meant) return null;
    throw error;
  } finally {
    asking.delete(limit);
  }
}

let revision = 0;

async function pollOrders() {
  const wait = known.orders && net.reached ? WAIT : 0;
  const answer = await poll(`/v1/orders?after=${revision}&wait=${wait}`);
  if (!answer || !me.token) return 0;
  const { said } = answer;
  clock.learn(said.now, Date.now());
  const same = revision === said.rev;
  revision = said.rev;
  await takeOrders(said.orders);
  return same && answer.quick ? 1000 : 0; // it was ended by another question of this phone
}

let lettersThere = true;

async function pollLetters() {
  const answer = await poll(`/v1/letters?after=${seq}&wait=${WAIT}`).catch((error) => {
    if (error.status !== 404) throw error;
    lettersThere = false; // a gateway that has none
    return null;
  });
  if (!answer || !me.token) return lettersThere ? 0 : 300000;
  await takeLetters(answer.said);
  return !answer.said.letters.length && answer.quick ? 1000 : 0;
}

let dutyChanged = 0;
on('sent', (item) => { if (item.kind === 'duty') dutyChanged = Date.now(); });

async function pollMe() {
  const began = Date.now();
  const { said } = (await poll('/v1/me').catch((error) => { if (error.status === 404) return null; throw error; })) || {};
  if (said && me.token) {
    me.unit = said.unit || me.unit;
    me.name = said.name || me.name;
    me.area = said.area || '';
    me.desk = said.desk || null;
    me.kinds = said.kinds || [];
    me.forms = said.forms || [];
    me.city = said.city || null;
    me.ice = said.ice || null;
    const ours = outbox.waiting().some((item) => item.kind === 'duty') || dutyChanged >= began; // what we said is newer
    if (!ours && typeof said.on_duty === 'boolean') me.duty = said.on_duty;
    await saveMe();
    tell('me');
  }
  return 120000;
}

// -- orders -----------------------------------------------------------------------------------------------------------

export function stateOf(order) {
  const mine = (marks.get(order.id) || {}).mine;
  if (ENDED.includes(order.state) || !mine) return order.state;
  return mine.kind === 'refused' || RANK.indexOf(mine.kind) > RANK.indexOf(order.state) ? mine.kind : order.state;
}
export function isOpen(order) { return RANK.indexOf(stateOf(order)) >= 0 && stateOf(order) !== 'done'; }
export function nextStep(order) {
  const at = RANK.indexOf(stateOf(order));
  return at < 0 ? '' : STEPS.find((step) => RANK.indexOf(step) > at) || '';
}

// What we did stays shown until the city's ledger shows it too, or has said otherwise.
function settled(mark, order) {
  const { mine } = mark;
  if (!mine || outbox.ofOrder(order.id).some((item) => item.kind === mine.kind)) return mark;
  const since = Date.now() - (mine.acked || Date.now());
  const shown = ENDED.includes(order.state) || RANK.indexOf(order.state) >= RANK.indexOf(mine.kind);
  const limit = order.state === mine.base ? FORGOTTEN : FOLDING;
  return (mine.kind !== 'refused' && shown) || ENDED.includes(order.state) || since > limit ? { ...mark, mine: null } : mark;
}

async function takeOrders(list) {
  const writes = [['clear', 'orders'], ['put', 'kv', true, 'known']];
  const fresh = [];
  const seen = new Set(list.map((order) => order.id));
  for (const order of list) {
    const before = marks.get(order.id);
    const mark = settled(before || { id: order.id, got: new Date(clock.now()).toISOString(), times: {}, mine: null }, order);
    if (!before && isOpenState(order.state)) fresh.push(order);
    if (mark !== before) { marks.set(order.id, mark); writes.push(['put', 'marks', mark, order.id]); }
    orders.set(order.id, order);
    writes.push(['put', 'orders', order, order.id]);
  }
  for (const [id, order] of orders) {
    if (seen.has(id)) continue;
    if (outbox.ofOrder(id).length) writes.push(['put', 'orders', order, id]); // what waits still wants to be seen
    else { orders.delete(id); marks.delete(id); writes.push(['del', 'marks', id], ['del', 'ways', id]); }
  }
  await store.write(writes);
  known.orders = true;
  for (const order of list) if (order.state === 'sent') await once(order, 'delivered');
  tell('orders');
  if (fresh.length) tell('fresh', fresh);
}

function isOpenState(state) { return ['sent', 'delivered', 'read'].includes(state); }

// Facts that are said without a key pressed: delivered, read. Each once.
export async function once(order, kind) {
  const mark = marks.get(order.id);
  if (!mark || mark[kind] || RANK.indexOf(order.state) >= RANK.indexOf(kind)) return;
  await fact(order, kind, {}, { ...mark, [kind]: true });
}

async function fact(order, kind, more, mark, after) {
  const body = { kind, at: new Date().toISOString(), ...place.forFact(), ...more };
  const label = STEPS.includes(kind) || kind === 'refused' ? `step.${kind}` : '';
  const item = { chain: `order:${order.id}`, path: `/v1/orders/${order.id}/facts`, body, order: order.id, kind, label, after };
  await outbox.add(item, () => marks.set(order.id, mark), ['put', 'marks', mark, order.id]);
}

const acting = new Set();

// A step that somebody took. Done waits for the photos that were taken before it.
export async function act(order, kind, more = {}) {
  if (acting.has(order.id) || stateOf(order) === kind) return;
  acting.add(order.id);
  try {
    const mark = marks.get(order.id) || { id: order.id, got: '', times: {} };
    const times = { ...mark.times, [kind]: new Date(clock.now()).toISOString() };
    const now = { ...mark, mine: { kind, base: order.state }, times };
    const photos = outbox.ofOrder(order.id).filter((item) => item.blobs.length).map((item) => item.key);
    await fact(order, kind, more, now, kind === 'done' ? photos : []);
  } finally {
    acting.delete(order.id);
  }
  tell('orders');
}

export async function photo(order, sha256) {
  const body = { kind: 'photo', at: new Date().toISOString(), ...place.forFact(), photo: sha256 };
  const mark = marks.get(order.id) || { id: order.id, got: '', times: {} };
  const now = { ...mark, photos: (mark.photos || 0) + 1 };
  const item = { chain: `photo:${sha256}`, path: `/v1/orders/${order.id}/facts`, body, order: order.id, kind: 'photo', label: 'photo', blobs: [sha256] };
  await outbox.add(item, () => marks.set(order.id, now), ['put', 'marks', now, order.id]);
  tell('orders');
}

on('sent', (item) => {
  const mark = marks.get(item.order);
  if (!mark || !mark.mine || mark.mine.kind !== item.kind) return;
  const now = { ...mark, mine: { ...mark.mine, acked: Date.now() } };
  marks.set(item.order, now);
  store.put('marks', now, item.order).catch(() => {});
});

// A step that the gateway would not take for good is not shown as taken.
on('unsendable', (item) => {
  const mark = marks.get(item.order);
  if (!mark || !mark.mine || mark.mine.kind !== item.kind) return;
  const now = { ...mark, mine: null };
  marks.set(item.order, now);
  store.put('marks', now, item.order).catch(() => {});
  tell('orders');
});

// The way is asked for once while there is a signal, and kept: it is needed where there is none.
const asked = new Set();
export async function wayOf(order) {
  const have = await store.get('ways', order.id);
  const here = place.here();
  if (have && (!here || place.metres(have.from, here) < ASTRAY)) return have.way;
  if (asked.has(order.id) || !net.reached || !here) return have ? have.way : null;
  asked.add(order.id);
  setTimeout(() => asked.delete(order.id), 20000);
  try {
    const way = (await ask('GET', `/v1/orders/${order.id}/way?lon=${here.lon.toFixed(6)}&lat=${here.lat.toFixed(6)}`)).json();
    await store.put('ways', { way, from: here }, order.id);
    return way;
  } catch (error) {
    return have ? have.way : null;
  }
}

// -- letters ------------------------------------------------------------------------------------------------------------

const SEEN = ['waiting', 'sent', 'delivered', 'read', 'answered'];

async function takeLetters(said) {
  const writes = [['put', 'kv', said.seq, 'seq']];
  const fresh = [];
  for (const letter of said.letters) {
    const before = letters.get(letter.id);
    if (!before && !letter.from_unit && SEEN.indexOf(letter.state) < SEEN.indexOf('read')) fresh.push(letter);
    const state = before && SEEN.indexOf(before.state) > SEEN.indexOf(letter.state) ? before.state : letter.state;
    const now = { ...before, ...letter, state };
    letters.set(letter.id, now);
    writes.push(['put', 'letters', now, letter.id]);
  }
  const old = [...letters.values()].sort((a, b) => (a.written < b.written ? 1 : -1)).slice(300);
  for (const letter of old) { letters.delete(letter.id); writes.push(['del', 'letters', letter.id]); }
  await store.write(writes);
  seq = said.seq;
  for (const letter of fresh) await seen(letter, 'delivered');
  if (said.letters.length) tell('letters');
  if (fresh.length) tell('mail', fresh);
}

export async function seen(letter, state, answer) {
  const now = { ...letters.get(letter.id), state };
  if (answer) now.answer = answer;
  if (SEEN.indexOf(letter.state) >= SEEN.indexOf(state)) return;
  const body = { state, at: new Date().toISOString() };
  if (answer) body.answer = answer;
  await outbox.add(
    { chain: `letter:${letter.id}`, path: `/v1/letters/${letter.id}/seen`, body, kind: 'seen', label: state === 'answered' ? 'answer' : '' },
    () => letters.set(letter.id, now),
    ['put', 'letters', now, letter.id],
  );
  tell('letters');
}

export async function write(words, voice, order) {
  const body = { at: new Date().toISOString() };
  if (words) body.words = words;
  if (voice) { body.voice = voice.sha256; body.seconds = voice.seconds; }
  if (order) body.order = order;
  await outbox.add({
    chain: 'letters', path: '/v1/letters', body, kind: 'letter', order: order || '', label: voice ? 'voice' : 'letter',
    blobs: voice ? [voice.sha256] : [],
  }, null);
  tell('letters');
}

export async function duty(yes) {
  const value = await store.get('kv', 'me');
  await outbox.add(
    { chain: 'duty', path: '/v1/duty', body: { id: uuid7(), at: new Date().toISOString(), on: yes }, kind: 'duty', label: yes ? 'duty.on' : 'duty.off' },
    () => { me.duty = yes; },
    ['put', 'kv', { ...value, duty: yes }, 'me'],
  );
  tell('me');
}
