// The list of orders and the page of one.
import { clock, me } from '/core.js';
import { fill, h, icon, stepMark } from '/dom.js';
import { doneSheet, refuseSheet } from '/forms.js';
import * as media from '/media.js';
import * as outbox from '/outbox.js';
import * as place from '/place.js';
import { camera, far, go, hhmmss, keeping, span, when } from '/shell.js';
import { callDesk } from '/callview.js';
import * as sync from '/sync.js';
import * as maps from '/wayview.js';
import { said, t } from '/words.js';

export function sorted() {
  return [...sync.orders.values()].sort((a, b) => sync.isOpen(b) - sync.isOpen(a) || a.level - b.level || (a.issued < b.issued ? 1 : -1));
}
export function openOnes() { return [...sync.orders.values()].filter(sync.isOpen); }

// A short sentence of the case says more than its class.
function titles(order) {
  const kind = said(order.kind) || order.kind.code;
  const words = (order.words || '').trim();
  return words && words.length <= 24 && !words.includes('\n') ? { title: words, kind, words: '' } : { title: kind, kind: '', words };
}

function badge(order) {
  return h('span', { class: `badge l${order.level}` }, maps.numeral(order.level));
}

function away(order) {
  const here = place.here();
  return here ? t('order.away', { far: far(place.metres(here, order)) }) : '';
}

function dotted(...parts) { return parts.filter(Boolean).join(' · '); }

// -- the countdown: its words change with its colour --------------------------------------------------------------------

function limit(order) {
  const state = sync.stateOf(order);
  const rank = sync.RANK.indexOf(state);
  if (rank < 0 || state === 'done') return null;
  if (order.arrive_by && rank < sync.RANK.indexOf('on_scene')) return ['arrive', order.arrive_by];
  if (order.finish_by) return ['finish', order.finish_by];
  return order.valid_until && rank < sync.RANK.indexOf('accepted') ? ['valid', order.valid_until] : null;
}

export function countdown(order) {
  const found = limit(order);
  if (!found) return null;
  const label = document.createTextNode('');
  const figure = h('span', { class: 'clock' });
  const node = h('span', { class: 'left', role: 'timer' }, label, figure);
  const until = Date.parse(found[1]);
  const whole = until - Date.parse(order.issued);
  node.tick = () => {
    const rest = until - clock.now();
    label.data = t(`order.${found[0]}${rest < 0 ? '.late' : ''}`);
    fill(figure, span(rest));
    node.className = `left${rest < 0 ? ' late' : rest < whole * 0.2 ? ' soon' : ''}`;
  };
  node.tick();
  node.setAttribute('data-tick', '');
  return node;
}

// -- the list -------------------------------------------------------------------------------------------------------------

export function list() {
  const all = sorted();
  if (!all.length) return h('p', { class: 'empty' }, t(sync.known.orders ? 'orders.none' : 'orders.unknown'));
  const open = all.filter(sync.isOpen);
  const ended = all.filter((order) => !sync.isOpen(order));
  return [open.map(row), ended.length ? h('h2', {}, t('orders.ended')) : null, ended.map(row)];
}

function row(order) {
  const words = titles(order);
  const waits = outbox.ofOrder(order.id).some((item) => item.label);
  const state = sync.stateOf(order);
  return h('button', { class: 'card go', type: 'button', id: `order-${order.id}`, onclick: () => go({ tab: 'orders', order: order.id }) },
    h('div', { class: 'head' }, badge(order),
      h('div', { class: 'what' }, h('div', { class: 'title' }, words.title), h('div', { class: 'sub' }, dotted(order.place, away(order)))),
      h('span', { class: 'chev' }, icon('next', 20))),
    h('div', { class: 'row' }, countdown(order) || h('span', { class: 'small' }, when(order.issued)),
      h('span', { class: `state${waits ? ' wait' : state === 'done' || state === 'verified' ? ' acc' : ''}` },
        waits ? `${t(`state.${state}`)} · ${t('wait')}` : t(`state.${state}`))));
}

// -- the page of one ------------------------------------------------------------------------------------------------------

export function page(order) {
  place.once();
  if (sync.RANK.indexOf(order.state) >= 0) sync.once(order, 'read');
  return [card(order), map(order), ...acts(order), waits(order)];
}

function card(order) {
  const words = titles(order);
  const mark = sync.marks.get(order.id) || {};
  const left = countdown(order);
  const text = order.text === null || order.words === null ? t('order.no_text') : order.text || (order.words ? '' : t('order.erased'));
  return h('article', { class: 'card' },
    h('div', { class: 'head' }, badge(order),
      h('div', { class: 'what' }, h('div', { class: 'title' }, words.title), h('div', { class: 'sub' }, dotted(order.place || words.kind, away(order))))),
    words.words ? h('p', { class: 'words sub' }, words.words) : null,
    text ? h('p', { class: 'words' }, text) : null,
    h('div', { class: 'row' }, left || h('span', { class: 'state' }, t(`state.${sync.stateOf(order)}`)),
      h('span', { class: 'sub' }, order.lead ? `${t('order.lead')} ${me.name}` : t('order.helps'))),
    h('div', { class: 'row small' },
      h('span', {}, t('order.issued', { at: hhmmss(order.issued) }), mark.got ? h('span', { class: 'apart' }, t('order.got', { at: hhmmss(mark.got) })) : ''),
      h('span', {}, order.number)));
}

// What the small map shows does not change with every tick: it is drawn anew only when that changes.
const drawn = { key: '', node: null };

function map(order) {
  const here = place.here();
  const key = [order.id, order.lon, order.lat, here && `${here.lon.toFixed(4)},${here.lat.toFixed(4)}`, matchMedia('(prefers-color-scheme: dark)').matches, innerWidth, t('tab.map')].join();
  if (drawn.key !== key) Object.assign(drawn, { key, node: mapBox(order, here) });
  return drawn.node;
}
export function redrawMap() { drawn.key = ''; }

function mapBox(order, here) {
  const place1 = h('div', {});
  const foot = h('p', {});
  const show = (way) => {
    fill(place1, maps.small({ ways: way ? [way] : [], orders: [order], here, chosen: '' }, t('map.order')));
    const routed = way && way.points && way.points.length > 1;
    const how = way && way.length_m / Math.max(1, way.seconds) > 2.5 ? t('order.way.drive') : t('order.way.walk');
    const words = routed
      ? dotted(t('order.way', { how, min: Math.max(1, Math.round(way.seconds / 60)) }), t('order.way.kept'))
      : here ? t('order.way.line', { far: far(place.metres(here, order)) }) : t('order.way.nowhere');
    fill(foot, dotted(words, t('map.credit')));
  };
  show(null);
  sync.wayOf(order).then((way) => { if (way) show(way); });
  return h('div', { class: 'mapbox' }, place1, foot);
}

function steps(order) {
  const state = sync.stateOf(order);
  const at = sync.RANK.indexOf(state);
  const mark = sync.marks.get(order.id) || {};
  const next = sync.nextStep(order);
  const queued = new Set(outbox.ofOrder(order.id).map((item) => item.kind));
  return h('ol', { class: 'steps' }, sync.STEPS.map((step) => {
    const past = sync.RANK.indexOf(step) <= at;
    const look = past ? (queued.has(step) ? 'past wait' : 'past') : step === next ? 'next' : '';
    const time = mark.times && mark.times[step] ? hhmmss(mark.times[step]) : '';
    return h('li', { class: look, 'aria-current': step === next ? 'step' : null },
      h('span', { class: 'mark' }, stepMark(past && queued.has(step) ? 'wait' : past ? 'past' : step === next ? 'next' : '')),
      t(`step.${step}`),
      h('small', {}, past ? (queued.has(step) ? `${time.slice(0, 5)} ${t('wait')}` : time) : step === next ? t('step.next') : ''));
  }));
}

function acts(order) {
  const state = sync.stateOf(order);
  const next = sync.nextStep(order);
  if (sync.RANK.indexOf(state) < 0) return [h('p', { class: 'note' }, t(`told.${state}`)), h('div', { class: 'pair' }, callKey())];
  const main = next ? h('button', { class: 'main', type: 'button', id: 'next', onclick: (e) => step(e.currentTarget, order, next) }, icon(next === 'on_scene' ? 'pin' : next === 'en_route' ? 'route' : 'check', 22), t(`do.${next}`)) : h('p', { class: 'note' }, t('told.done'));
  const mark = sync.marks.get(order.id) || {};
  const count = Math.max(mark.photos || 0, order.photos.length);
  return [steps(order), main,
    h('div', { class: 'pair' }, camera('side', count ? t('do.photo.n', { n: count }) : t('do.photo'), (file) => takePhoto(order, file)), callKey()),
    next === 'accepted' ? h('button', { class: 'plain', type: 'button', id: 'refuse', onclick: () => refuseSheet(order) }, t('do.refuse')) : null];
}

function callKey() {
  return h('button', { class: 'side', type: 'button', id: 'call', onclick: callDesk }, icon('phone', 22), t('do.call'));
}

async function step(key, order, next) {
  if (next === 'done') { doneSheet(order); return; }
  key.disabled = true;
  await keeping(() => sync.act(order, next));
  key.disabled = false;
}

async function takePhoto(order, file) {
  await keeping(async () => {
    let taken;
    try { taken = await media.takePhoto(file); } catch (error) { throw media.trouble(error); }
    URL.revokeObjectURL(taken.url);
    await sync.photo(order, taken.sha256);
  });
}

// What waits, in one line: the latest thing of this order, and the positions.
function waits(order) {
  const items = outbox.ofOrder(order.id).filter((item) => item.label);
  const last = items[items.length - 1];
  const fixes = place.count();
  if (!last && !fixes) return null;
  const share = last && outbox.sentShare(last);
  return h('div', { class: 'waits' },
    last ? h('span', {}, icon(last.kind === 'photo' ? 'camera' : 'up', 16), share !== undefined
      ? t('wait.share', { what: t(last.label), share: Math.round(share * 100) })
      : t('wait.item', { what: t(last.label), at: hhmmss(new Date(last.made + clock.offset).toISOString()) })) : h('span', {}),
    fixes ? h('span', {}, icon('route', 16), t('wait.fixes', { n: fixes })) : null);
}

// -- the map of all --------------------------------------------------------------------------------------------------------

let whole = null;

export function mapTab() {
  if (!whole) {
    whole = new maps.Whole({ ways: [], orders: [], here: null });
    whole.onTouch = (order) => go({ tab: 'orders', order: order.id });
  }
  place.once();
  const orders = openOnes();
  Promise.all(orders.map((order) => sync.wayOf(order).catch(() => null))).then((ways) => {
    if (whole.canvas.isConnected) whole.show({ ways: ways.filter(Boolean), orders, here: place.here() });
  });
  const key = (name, label, doing) => h('button', { type: 'button', 'aria-label': t(label), id: `map-${name}`, onclick: doing }, icon(name, 24));
  return [whole.canvas, h('div', { class: 'foot' }, dotted(place.here() ? '' : t(place.trouble.why || 'order.way.nowhere'), t('map.credit'))),
    h('div', { class: 'zoom' }, key('target', 'map.all', () => whole.all()), key('plus', 'map.nearer', () => whole.zoom(1.5)), key('minus', 'map.farther', () => whole.zoom(1 / 1.5)))];
}
