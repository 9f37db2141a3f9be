// 我的: duty, what waits, messages, what this phone lacks, signing out. And the roll call.
import { ask, clock, me, tell } from '/core.js';
import { fill, h, icon } from '/dom.js';
import * as live from '/live.js';
import * as media from '/media.js';
import * as outbox from '/outbox.js';
import * as place from '/place.js';
import { callDesk } from '/callview.js';
import { forgetReport } from '/forms.js';
import { covered, go, hhmmss, keeping, sheet, span, toast, when } from '/shell.js';
import * as store from '/store.js';
import * as sync from '/sync.js';
import { language, speak, t } from '/words.js';

// -- what this phone lacks --------------------------------------------------------------------------------------------------

export const worker = { ready: false, asked: false };

function system() {
  const agent = navigator.userAgent;
  if (/iPhone|iPad|iPod/.test(agent)) return 'ios';
  if (/HarmonyOS|OpenHarmony|HUAWEI|HONOR/i.test(agent)) return 'harmony';
  return 'android';
}
export function phoneName() {
  const agent = navigator.userAgent;
  const model = /Android [^;)]*; (?:[a-z]{2}[-_][a-zA-Z]{2}; )?([^;)]+?)(?: Build|[;)])/.exec(agent);
  const name = /iPhone/.test(agent) ? 'iPhone' : /iPad/.test(agent) ? 'iPad' : model && model[1].length > 2 ? model[1] : t('enrol.phone');
  return name.slice(0, 40);
}

export function lacks() {
  const found = [];
  if (/MicroMessenger/i.test(navigator.userAgent)) found.push('lack.wechat');
  if (!worker.ready && worker.asked) found.push('lack.worker');
  if (!live.canCall() || !media.canRecord()) found.push('lack.voice');
  if (!(window.crypto && crypto.subtle)) found.push('lack.photo');
  if (!store.kept.durable) found.push('lack.memory');
  return found;
}

export function lackCard() {
  const found = lacks();
  if (!found.length) return null;
  const certificate = found.includes('lack.worker') || found.includes('lack.voice');
  return h('section', { class: 'card' }, h('div', { class: 'row' }, h('strong', {}, t('me.lacks')), icon('warn', 20)),
    found.map((id) => h('p', {}, t(id))),
    certificate ? h('p', { class: 'sub' }, t(`lack.steps.${system()}`)) : null,
    certificate ? h('div', {}, h('a', { class: 'side', href: '/ca.crt', download: 'city-ca.crt' }, t('me.ca'))) : null);
}

// -- the tab ------------------------------------------------------------------------------------------------------------------

function line(label, value, doing, id) {
  const inside = [h('span', {}, label), h('span', { class: 'v' }, value)];
  return doing ? h('button', { type: 'button', id, onclick: doing }, inside) : h('div', {}, inside);
}

export function unread() {
  return [...sync.letters.values()].filter((letter) => !letter.from_unit && ['sent', 'delivered', 'waiting'].includes(letter.state));
}

export function tab() {
  const waiting = outbox.waiting().filter((item) => item.label);
  const off = clock.offset;
  const clockWords = Math.abs(off) < 5000 ? t('me.clock.good') : t(off < 0 ? 'me.clock.ahead' : 'me.clock.behind', { n: span(off) });
  const news = unread().length;
  return [
    h('section', { class: 'card lines' },
      h('button', { type: 'button', role: 'switch', id: 'duty', 'aria-checked': String(me.duty), onclick: () => keeping(() => sync.duty(!me.duty)) },
        h('span', {}, h('strong', {}, t('me.duty')), h('span', { class: 'sub' }, ` ${t(place.trouble.why && me.duty ? place.trouble.why : me.duty ? 'me.duty.on' : 'me.duty.off')}`)),
        h('span', { class: 'switch' })),
      line(t('me.letters'), news ? t('me.letters.new', { n: news }) : h('span', {}, icon('next', 18)), () => go({ tab: 'me', letters: true }), 'letters'),
      h('button', { type: 'button', id: 'call', onclick: callDesk }, h('span', {}, t('do.call')), h('span', { class: 'v' }, t(live.line.open ? 'me.line.open' : 'me.line.closed')))),
    h('section', { class: 'card lines' },
      line(t('me.queue'), waiting.length ? t('me.queue.n', { n: waiting.length }) : t('me.queue.none')),
      waiting.slice(0, 20).map((item) => line(dotted(t(item.label), numberOf(item.order)), `${hhmmss(new Date(item.made + clock.offset).toISOString())} ${t('wait')}`)),
      place.count() ? line(t('report.where'), t('wait.fixes', { n: place.count() })) : null),
    rejected(),
    lackCard(),
    h('section', { class: 'card lines' },
      line(t('me.unit'), dotted(me.name, me.area)),
      line(t('me.clock'), clockWords),
      line(t('me.language'), language() === 'zh' ? 'English' : '中文', () => changeLanguage(), 'language'),
      worker.ready ? line(t('me.version'), h('span', {}, icon('turn', 18)), () => tell('renew'), 'renew') : null,
      line(t('me.leave'), h('span', {}, icon('next', 18)), leave, 'leave')),
    lacks().length ? null : h('p', { class: 'note' }, t('me.lacks.none'), ' ', matchMedia('(display-mode: standalone)').matches ? '' : t('lack.install')),
  ];
}

function dotted(...parts) { return parts.filter(Boolean).join(' · '); }
function numberOf(id) { const order = sync.orders.get(id); return order ? order.number : ''; }

function rejected() {
  const items = outbox.failed();
  if (!items.length) return null;
  return h('section', { class: 'card', id: 'rejected' }, h('div', {}, h('strong', {}, t('me.rejected'))),
    items.map((item) => h('div', { class: 'row' }, h('span', {}, dotted(t(item.label || 'letter'), numberOf(item.order), item.failed)),
      h('button', { class: 'plain', type: 'button', onclick: () => keeping(() => outbox.drop(item.seq)) }, t('me.rejected.drop')))));
}

async function changeLanguage() {
  speak(language() === 'zh' ? 'en' : 'zh');
  await store.put('kv', language(), 'language').catch(() => {});
  forgetReport();
  tell('shell');
}

function leave() {
  const lost = outbox.waiting().filter((item) => item.label).length;
  const page = sheet(t('me.leave'), t('me.leave.do'), async () => { tell('leave', { why: 'enrol.left', lost }); return false; });
  fill(page.body, h('p', { class: 'note' }, t('me.leave.sure')), lost ? h('p', { class: 'note bad' }, t('me.leave.lost', { n: lost })) : null);
}

// -- messages -------------------------------------------------------------------------------------------------------------------

let recording = null;
let writing = null;

export function letters() {
  const all = [...sync.letters.values()].sort((a, b) => (a.written < b.written ? 1 : -1));
  const queued = outbox.waiting().filter((item) => item.kind === 'letter').reverse();
  if (!document.hidden && !covered()) for (const letter of unread()) if (letter.kind !== 'roll') keeping(() => sync.seen(letter, 'read'));
  if (!writing) writing = writeForm();
  return [writing, queued.map((item) => {
    const body = JSON.parse(item.body);
    return h('article', { class: 'card letter mine' }, h('div', { class: 'row small' }, h('span', {}, when(body.at)), h('span', { class: 'state wait' }, t('wait'))),
      h('p', { class: 'words' }, body.words || t('letters.voice', { s: Math.round(body.seconds) })));
  }), all.length || queued.length ? all.map(letterCard) : h('p', { class: 'empty' }, t('letters.none'))];
}

function letterCard(letter) {
  const fresh = !letter.from_unit && letter.state !== 'read' && letter.state !== 'answered';
  const order = letter.order && sync.orders.get(letter.order);
  return h('article', { class: `card letter${letter.from_unit ? ' mine' : fresh ? ' new' : ''}` },
    h('div', { class: 'row small' }, h('span', {}, dotted(letter.from_unit ? me.name : letter.name || t('letters.desk'), t(`kind.${letter.kind}`), when(letter.written))),
      letter.from_unit || letter.state === 'answered' ? h('span', { class: 'state' }, t(`seen.${letter.state}`)) : null),
    letter.words ? h('p', { class: 'words' }, letter.words) : null,
    letter.voice ? h('div', {}, h('button', { class: 'side', type: 'button', id: `voice-${letter.id}`, onclick: (e) => play(letter, e.currentTarget) }, icon('play', 20), t('letters.voice', { s: Math.round(letter.voice.seconds) }))) : null,
    letter.answer ? h('p', { class: 'sub' }, letter.answer) : null,
    order ? h('button', { class: 'plain', type: 'button', onclick: () => go({ tab: 'orders', order: order.id }) }, order.number) : null,
    letter.kind === 'roll' && !letter.from_unit && letter.state !== 'answered' ? h('div', {}, rollKey(letter)) : null);
}

async function play(letter, key) {
  key.disabled = true;
  try {
    const answer = await ask('GET', `/v1/voices/${letter.voice.sha256}`);
    const url = URL.createObjectURL(new Blob([answer.data], { type: answer.headers.get('Content-Type') || 'audio/webm' }));
    const sound = new Audio(url);
    sound.onended = sound.onerror = () => URL.revokeObjectURL(url);
    await sound.play();
  } catch (error) {
    toast(error.status ? error.message : t('letters.voice.off'), true);
  }
  key.disabled = false;
}

function writeForm() {
  const words = h('textarea', { maxlength: 2000, 'aria-label': t('letters.write'), placeholder: t('letters.write') });
  const send = h('button', { class: 'side', type: 'button', onclick: async () => {
    const text = words.value.trim();
    if (!text) { words.focus(); return; }
    send.disabled = true;
    if (await keeping(() => sync.write(text))) words.value = '';
    send.disabled = false;
  } }, icon('letter', 20), t('letters.send'));
  const voice = h('button', { class: 'side', type: 'button', onclick: () => record(voice, cancel) });
  const cancel = h('button', { class: 'plain', type: 'button', hidden: true, onclick: () => { stopRecording(); resting(voice, cancel); } }, t('letters.cancel'));
  resting(voice, cancel);
  return h('section', {}, h('div', { class: 'strip' }, words), h('div', { class: 'pair' }, media.canRecord() ? voice : null, send), cancel);
}
export function forgetWriting() { stopRecording(); writing = null; }

function resting(voice, cancel) { fill(voice, icon('mic', 20), t('letters.record')); cancel.hidden = true; }

function stopRecording() {
  if (!recording) return;
  clearInterval(recording.timer);
  recording.cancel();
  recording = null;
}

async function record(voice, cancel) {
  if (recording) {
    const mine = recording;
    recording = null;
    clearInterval(mine.timer);
    voice.disabled = true;
    await keeping(async () => {
      const taken = await mine.end();
      if (!taken) throw Object.assign(new Error('too long'), { said: 'letters.too_long' });
      await sync.write('', taken);
    });
    voice.disabled = false;
    resting(voice, cancel);
    return;
  }
  voice.disabled = true;
  try {
    recording = await media.Recording.begin();
    cancel.hidden = false;
    const show = () => {
      fill(voice, icon('stop', 20), t('letters.stop', { s: Math.floor(recording.seconds) }));
      if (recording.seconds >= media.VOICE_SECONDS) record(voice, cancel);
    };
    show();
    recording.timer = setInterval(show, 500);
  } catch (error) {
    toast(t('call.denied'), true);
  }
  voice.disabled = false;
}

// -- roll call: nothing else is looked at before it is answered or put off --------------------------------------------------------

let rollPage = null;
const later = new Set();

function rollKey(letter) {
  return h('button', { class: 'main', type: 'button', onclick: () => keeping(() => sync.seen(letter, 'answered', t('roll.answer'))) }, icon('hand', 24), t('roll.do'));
}

export function rollCall() {
  const letter = [...sync.letters.values()].find((one) => one.kind === 'roll' && !one.from_unit && one.state !== 'answered' && !later.has(one.id));
  if (rollPage && (!letter || rollPage.letter !== letter.id)) { const { page } = rollPage; rollPage = null; page.close(); }
  if (!letter || rollPage || live.active || covered()) return;
  const page = sheet(t('roll.title'), [icon('hand', 24), t('roll.do')], () => keeping(() => sync.seen(letter, 'answered', t('roll.answer'))));
  rollPage = { letter: letter.id, page };
  fill(page.body, h('p', { class: 'title' }, letter.name || t('letters.desk')), h('p', { class: 'note' }, when(letter.written)),
    h('p', { class: 'words title' }, letter.words), h('button', { class: 'plain', type: 'button', onclick: () => { later.add(letter.id); rollPage = null; page.close(); } }, t('roll.later')));
  keeping(() => sync.seen(letter, 'read'));
}
