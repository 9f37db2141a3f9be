// The page: what is kept is read, the shell is drawn, the parts are started.
import { askTime, me, net, on, recall, saveMe, tell } from '/core.js';
import { fill, h, icon } from '/dom.js';
import * as enrol from '/enrol.js';
import * as forms from '/forms.js';
import * as live from '/live.js';
import * as mine from '/mine.js';
import * as orders from '/orders.js';
import * as outbox from '/outbox.js';
import * as place from '/place.js';
import '/ring.js';
import '/callview.js';
import { covered, go, shown } from '/shell.js';
import * as store from '/store.js';
import * as sync from '/sync.js';
import { language, speak, t } from '/words.js';

const $ = (id) => document.getElementById(id);
let code = '';
let expired = false;
let started = false;
let update = false;
let toast = null;
let mail = null;

export async function start() {
  code = enrol.codeOfLink();
  speak(language());
  await store.open();
  await recall();
  const chosen = await store.get('kv', 'language');
  if (chosen) speak(chosen);
  await Promise.all([outbox.recall(), sync.recall(), place.recall(), forms.recall()]);
  render();
  setInterval(tick, 1000);
  registerWorker();
  if (me.token && !code) begin();
  else askTime().catch(() => {});
}

function begin() {
  if (started) return;
  started = true;
  expired = false;
  code = '';
  askTime().catch(() => {});
  sync.start();
  live.connect();
  place.follow();
  place.once();
  outbox.hurry();
  place.send();
  render();
}

// -- the shell --------------------------------------------------------------------------------------------------------------

const TABS = [['orders', 'list'], ['report', 'plus'], ['map', 'map'], ['me', 'person']];

function render() {
  const focused = document.activeElement && document.activeElement.id;
  bar();
  view();
  hints();
  tabs();
  const again = focused && focused !== 'view' && $(focused);
  if (again && again !== document.activeElement) again.focus({ preventScroll: true });
}

function enrolled() { return !!me.token && !code && !expired; }

function bar() {
  const on1 = enrolled();
  const deep = on1 && ((shown.tab === 'orders' && shown.order && sync.orders.size > 1) || shown.letters);
  const name = !on1 ? t('title') : shown.letters ? t('me.letters') : shown.tab === 'orders' ? t('bar.orders') : t(`tab.${shown.tab}`);
  const count = on1 && shown.tab === 'orders' ? orders.openOnes().length : 0;
  const title = h('h1', {}, name);
  fill($('bar'),
    deep ? h('button', { class: 'back', type: 'button', id: 'back', 'aria-label': shown.letters ? t('tab.me') : t('bar.back'), onclick: () => go({ tab: shown.tab }) }, icon('back', 22), title) : title,
    count ? h('span', { class: 'count' }, count) : null,
    on1 ? h('span', { class: 'who' }, [me.name, me.area].filter(Boolean).join(' · ')) : null);
}

function hints() {
  const made = [];
  const waiting = outbox.waiting().filter((item) => item.label).length;
  const rejected = outbox.failed().length;
  if (enrolled() && !net.reached) {
    made.push(h('div', { class: 'hint', id: 'offline' }, icon('up', 18), h('span', {}, h('strong', {}, t('hint.offline')), waiting ? t('hint.kept', { n: waiting }) : t('hint.later'))));
  }
  if (enrolled() && live.line.replaced) made.push(hint('warn', t('hint.replaced'), t('hint.replaced.do'), () => location.reload(), 'hint-replaced'));
  if (!store.kept.durable) made.push(h('div', { class: 'hint' }, icon('warn', 18), t('hint.memory')));
  if (rejected) made.push(hint('warn', t('hint.unsent', { n: rejected }), t('hint.look'), () => go({ tab: 'me' }), 'hint-rejected'));
  if (toast) made.push(h('div', { class: `hint${toast.bad ? '' : ' news'}`, role: 'alert' }, icon(toast.bad ? 'warn' : 'check', 18), h('span', {}, toast.words)));
  if (mail && enrolled()) made.push(hint('letter', mail, t('hint.look'), () => { mail = null; go({ tab: 'me', letters: true }); }, 'hint-mail', true));
  if (update && !live.active) made.push(hint('turn', t('hint.update'), t('hint.update.do'), () => location.reload(), 'hint-update', true));
  const words = made.map((one) => one.textContent).join('|');
  if (words !== told || !words) fill($('hints'), made); // said aloud once, not with every redraw
  told = words;
}
let told = '';

function hint(name, words, act, doing, id, news) {
  return h('div', { class: `hint${news ? ' news' : ''}` }, icon(name, 18), h('span', {}, words), h('button', { class: 'act', type: 'button', id, onclick: doing }, act));
}

function tabs() {
  $('tabs').hidden = !enrolled();
  $('tabs').setAttribute('aria-label', t('title'));
  const unread = mine.unread().length;
  fill($('tabs'), TABS.map(([name, look]) => h('button', {
    type: 'button', id: `tab-${name}`, 'aria-current': shown.tab === name ? 'page' : null,
    onclick: () => go({ tab: name, order: name === 'orders' && shown.tab !== 'orders' ? only() : '' }),
  }, icon(look, 22), t(`tab.${name}`), name === 'me' && unread ? h('span', { class: 'dot', 'aria-label': t('me.letters.new', { n: unread }) }, unread) : null)));
}

// A single order is opened at once: there is nothing to choose.
function only() {
  const open = orders.openOnes();
  return open.length === 1 && sync.orders.size === 1 ? open[0].id : '';
}

let enrolPage = null;
let before = '';

function view() {
  const main = $('view');
  const name = !enrolled() ? 'enrol' : [shown.tab, shown.order, shown.letters].join('/');
  const same = name === before;
  before = name;
  main.className = name.startsWith('map') ? 'wide' : '';
  if (!enrolled()) {
    if (!enrolPage) { enrolPage = true; fill(main, enrol.page(code, expired, begin)); }
    fill($('lacks'), mine.lackCard());
    return;
  }
  enrolPage = null;
  const top = same ? main.scrollTop : 0;
  const order = sync.orders.get(shown.order);
  if (shown.tab === 'orders' && shown.order && !order) fill(main, h('p', { class: 'empty' }, t('order.gone')));
  else if (shown.tab === 'orders') fill(main, order ? orders.page(order) : orders.list());
  else if (shown.tab === 'map') { if (!same || !main.querySelector('.whole')) fill(main, orders.mapTab()); else orders.mapTab(); }
  else if (shown.tab === 'report') { const form = forms.report(); if (form.parentNode !== main) fill(main, form); }
  else if (shown.letters) { mail = null; lettersView(main); }
  else fill(main, mine.tab());
  main.scrollTop = top;
}

// The form in which somebody writes stays where it is: only what is below is drawn anew.
function lettersView(main) {
  const [form, ...rest] = mine.letters();
  if (form.parentNode !== main) { fill(main, form, h('div', { id: 'below' })); }
  fill($('below'), rest);
}

function tick() {
  for (const node of document.querySelectorAll('[data-tick]')) node.tick();
  if (net.failing && !document.hidden && Date.now() - probed > 5000) { probed = Date.now(); askTime().catch(() => {}); }
}
let probed = 0;

// -- what happens ------------------------------------------------------------------------------------------------------------

// Not while a finger is down: what it is about to press would be gone before it is lifted.
let drawing = 0;
let pressed = false;
let wanted = false;
function soon() {
  if (pressed) { wanted = true; return; }
  if (drawing) return;
  drawing = setTimeout(() => { drawing = 0; if (pressed) wanted = true; else render(); }, 16);
}
let lifting = 0;
window.addEventListener('pointerdown', () => { clearTimeout(lifting); pressed = true; }, true);
for (const end of ['pointerup', 'pointercancel']) {
  window.addEventListener(end, () => {
    clearTimeout(lifting);
    lifting = setTimeout(() => { pressed = false; if (wanted) { wanted = false; soon(); } }, 60);
  }, true);
}
for (const what of ['view', 'net', 'outbox', 'orders', 'me', 'clock', 'fixes', 'line', 'place']) on(what, soon);
on('letters', () => { soon(); mine.rollCall(); });
on('call', () => { hints(); if (!live.active) mine.rollCall(); });
on('view', () => { if (!covered()) mine.rollCall(); });
on('place', forms.placeChanged);
on('knock', () => sync.wake(true));
on('shell', () => { enrolPage = null; orders.redrawMap(); mine.forgetWriting(); before = ''; fill($('view')); render(); });
on('toast', (what) => {
  toast = what;
  soon();
  setTimeout(() => { if (toast === what) { toast = null; soon(); } }, what.bad ? 10000 : 5000);
});
on('mail', (letters) => {
  const plain = letters.filter((letter) => letter.kind !== 'roll');
  if (!plain.length || shown.letters) return;
  const [first] = plain;
  mail = plain.length > 1 ? t('mail.n', { n: plain.length })
    : t('mail.letter', { name: first.name || t('letters.desk'), words: first.words ? first.words.slice(0, 60) : t('kind.voice') });
  soon();
});
on('fresh', (fresh) => {
  if (shown.tab === 'orders' && !shown.order && orders.openOnes().length === 1 && sync.orders.size === 1 && !covered()) go({ tab: 'orders', order: fresh[0].id });
});
matchMedia('(prefers-color-scheme: dark)').addListener(() => { orders.redrawMap(); soon(); });
window.addEventListener('resize', () => { orders.redrawMap(); soon(); });
document.addEventListener('visibilitychange', () => { if (!document.hidden) { place.follow(); outbox.hurry(); soon(); } });

// -- the end of an enrolment ----------------------------------------------------------------------------------------------------

on('refused', async (problem) => {
  if (!me.token) return;
  const lost = outbox.waiting().filter((item) => item.label).length;
  if (problem.code === 'field.token_expired') {
    me.token = '';
    expired = true;
    started = false;
    live.disconnect();
    place.follow();
    await saveMe();
    enrolPage = null;
    render();
  } else await erase(problem.code === 'field.token_revoked' ? 'enrol.revoked' : 'enrol.unknown', lost);
});
on('leave', ({ why, lost }) => erase(why, lost));

async function erase(why, lost) {
  me.token = '';
  live.hangUp();
  live.disconnect();
  enrol.leaveNote(why, lost);
  await store.wipe().catch(() => {});
  location.replace('/');
}

// -- the service worker: the page opens without a network, and renews itself as a whole -------------------------------------------

async function registerWorker() {
  mine.worker.asked = !('serviceWorker' in navigator);
  if (mine.worker.asked) { soon(); return; }
  navigator.serviceWorker.addEventListener('message', (e) => { if (e.data === 'renewed') { update = true; soon(); } });
  try {
    const had = !!navigator.serviceWorker.controller; // else it fetches all of it now anyway
    await navigator.serviceWorker.register('/sw.js');
    const found = await navigator.serviceWorker.ready;
    mine.worker.ready = true;
    if (had && found.active) found.active.postMessage('check');
  } catch (error) {
    mine.worker.ready = false; // the certificate is not trusted: 我的 says so
  }
  mine.worker.asked = true;
  soon();
}
on('renew', async () => {
  const found = await navigator.serviceWorker.ready;
  if (found.active) found.active.postMessage('check');
  tell('toast', { words: t('hint.renewing') });
});
