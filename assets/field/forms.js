// What somebody fills in: why they can not, what was done, what they see.
import { me } from '/core.js';
import { fill, h, icon } from '/dom.js';
import * as media from '/media.js';
import * as outbox from '/outbox.js';
import * as place from '/place.js';
import { camera, keeping, sheet, thumbs, toast } from '/shell.js';
import * as store from '/store.js';
import * as sync from '/sync.js';
import { said, t } from '/words.js';

const MOST_PHOTOS = 9;
const LONGEST = 2000;

function field(label, input) { return h('label', { class: 'field' }, h('span', {}, label), input); }

function chips(names, onChoose) {
  const keys = names.map((name, at) => h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => {
    keys.forEach((key, other) => key.setAttribute('aria-pressed', String(other === at)));
    onChoose(at);
  } }, name));
  return h('div', { class: 'chips' }, keys);
}

export function refuseSheet(order) {
  const reasons = ['refuse.1', 'refuse.2', 'refuse.3', 'refuse.4'].map((id) => t(id));
  let chosen = '';
  const words = h('textarea', { maxlength: 500 });
  const page = sheet(t('refuse.title'), t('refuse.do'), () => {
    const reason = [chosen, words.value.trim()].filter(Boolean).join('：');
    if (!reason) { page.warn(t('refuse.need')); return false; }
    return keeping(() => sync.act(order, 'refused', { reason }));
  });
  fill(page.body, h('p', { class: 'legend' }, t('refuse.why')), chips(reasons, (at) => { chosen = reasons[at]; }), field(t('refuse.more'), words));
}

// -- done: photos and the form of the city's pack ---------------------------------------------------------------------------

function formOf(order) {
  let best = null;
  let long = -1;
  for (const form of me.forms) {
    for (const start of form.kinds || []) if (order.kind.code.startsWith(start) && start.length > long) { best = form; long = start.length; }
  }
  return best || { photo: 'wanted', fields: [] };
}

function inputOf(one) {
  if (one.type === 'check') return h('input', { type: 'checkbox' });
  if (one.type === 'number') return h('input', { type: 'text', inputmode: 'decimal', maxlength: 12, autocomplete: 'off' });
  if (one.type === 'choice') {
    return h('select', {}, h('option', { value: '' }, t('done.choose')), one.choices.map((choice) => h('option', { value: choice }, choice)));
  }
  return h('input', { type: 'text', maxlength: 500, autocomplete: 'off' });
}

function answerOf(one, input) {
  if (one.type === 'check') return input.checked ? '✓' : '';
  const value = input.value.trim();
  return one.type === 'number' ? value.replace(',', '.').replace('，', '.') : value;
}

export function doneSheet(order) {
  const form = formOf(order);
  const photos = [];
  const had = ((sync.marks.get(order.id) || {}).photos || 0) + order.photos.length;
  const inputs = (form.fields || []).map((one) => [one, inputOf(one)]);
  const words = h('textarea', { maxlength: LONGEST, placeholder: t('done.hint') });
  const strip = h('div', { class: 'strip' });
  const showPhotos = () => fill(strip, thumbs(photos, (at) => { outbox.forget(photos[at].sha256); photos.splice(at, 1); showPhotos(); }),
    camera('side', t('do.photo'), (file) => add(file, photos, showPhotos)));
  const page = sheet(t('done.title'), t('done.do'), async () => {
    const lacks = inputs.filter(([one, input]) => bad(one, answerOf(one, input))).map(([one]) => said(one));
    if (form.photo === 'required' && !photos.length && !had) lacks.unshift(t('done.photos'));
    if (lacks.length) { page.warn(t('done.need', { what: lacks.join('、') })); return false; }
    const answers = inputs.map(([one, input]) => [one, answerOf(one, input)]).filter(([, answer]) => answer)
      .map(([one, answer]) => (answer === '✓' ? said(one) : `${said(one)}：${answer}${one.unit ? ` ${one.unit}` : ''}`));
    const told = [words.value.trim(), ...answers].filter(Boolean).join('\n');
    return keeping(async () => {
      for (const photo of photos.splice(0)) await sync.photo(order, photo.sha256);
      await sync.act(order, 'done', told ? { words: told } : {});
    });
  });
  showPhotos();
  fill(page.body, form.photo === 'no' ? null : [h('p', { class: 'legend' }, t('done.photos')), strip],
    inputs.map(([one, input]) => (one.type === 'check'
      ? h('label', { class: 'check' }, input, said(one)) : field(`${said(one)}${one.unit ? `（${one.unit}）` : ''}${one.required ? ' *' : ''}`, input))),
    field(t('done.words'), words));
}

function bad(one, answer) {
  return (one.required && !answer) || (one.type === 'number' && answer && !Number.isFinite(Number(answer)));
}

async function add(file, photos, show) {
  if (photos.length >= MOST_PHOTOS) return;
  await keeping(async () => {
    try { photos.push(await media.takePhoto(file)); } catch (error) {
      throw media.trouble(error);
    }
  });
  show();
}

// -- something new: the draft is kept, also when the page is killed -----------------------------------------------------------

let node = null;
let place2 = null;
let kindsShown = 0;
let draft = { words: '', kind: '', photos: [] };

export async function recall() {
  const kept = await store.get('kv', 'draft');
  if (!kept) return;
  draft = { words: kept.words, kind: kept.kind, photos: [] };
  for (const sha256 of kept.photos) {
    const blob = await store.get('blobs', sha256);
    if (blob) draft.photos.push({ sha256, url: URL.createObjectURL(new Blob([blob.data], { type: blob.type })) });
  }
}

function saveDraft() {
  return store.put('kv', { words: draft.words, kind: draft.kind, photos: draft.photos.map((photo) => photo.sha256) }, 'draft').catch(() => {});
}

export function forgetReport() { node = null; }

export function report() {
  place.once();
  if (!node || kindsShown !== me.kinds.length) node = reportForm();
  where();
  return node;
}

function where() {
  if (!place2) return;
  const here = place.here();
  fill(place2, icon('pin', 18), here ? t('report.here', { n: Math.round(here.accuracy) }) : t(place.trouble.why || 'report.nowhere'));
}
export function placeChanged() { where(); }

function reportForm() {
  kindsShown = me.kinds.length;
  const strip = h('div', { class: 'strip' });
  const showPhotos = () => fill(strip, thumbs(draft.photos, (at) => {
    outbox.forget(draft.photos[at].sha256);
    draft.photos.splice(at, 1);
    saveDraft();
    showPhotos();
  }), draft.photos.length < MOST_PHOTOS ? camera('side', t('report.take'), async (file) => { await add(file, draft.photos, showPhotos); await saveDraft(); }) : null);
  showPhotos();
  const words = h('textarea', { maxlength: LONGEST, placeholder: t('report.hint'), value: draft.words });
  words.addEventListener('input', () => { draft.words = words.value; saveDraft(); });
  const kinds = h('select', {}, h('option', { value: '' }, t('report.kind.none')), me.kinds.map((kind) => h('option', { value: kind.code }, said(kind))));
  kinds.value = draft.kind;
  kinds.addEventListener('change', () => { draft.kind = kinds.value; saveDraft(); });
  const warning = h('p', { class: 'note bad', role: 'alert', hidden: true });
  const warn = (said1) => { warning.hidden = !said1; fill(warning, said1); };
  const key = h('button', { class: 'main', type: 'button', onclick: async () => {
    const text = draft.words.trim();
    if (!text) { warn(t('report.need.words')); words.focus(); return; }
    const here = place.here();
    if (!here) { place.once(); warn(t('report.need.place')); return; }
    warn('');
    key.disabled = true;
    const body = { words: text, lon: here.lon, lat: here.lat, at: new Date().toISOString(), photos: draft.photos.map((photo) => photo.sha256) };
    if (draft.kind) body.kind = draft.kind;
    const kept = await keeping(() => outbox.add(
      { chain: `report:${body.at}`, path: '/v1/reports', body, kind: 'report', label: 'report', blobs: body.photos },
      null, ['del', 'kv', 'draft']));
    key.disabled = false;
    if (!kept) return;
    for (const photo of draft.photos) URL.revokeObjectURL(photo.url);
    draft = { words: '', kind: '', photos: [] };
    words.value = '';
    kinds.value = '';
    showPhotos();
    toast(t('report.taken'));
  } }, icon('up', 22), t('report.do'));
  place2 = h('p', { class: 'here note' });
  return h('div', {}, h('p', { class: 'legend' }, t('report.photos')), strip,
    field(t('report.words'), words), h('p', { class: 'legend' }, t('report.where')), place2,
    me.kinds.length ? field(t('report.kind'), kinds) : null, warning, key);
}
