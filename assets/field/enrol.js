// Enrolling: by the code of the QR link, or typed by hand where the home screen's page knows no link.
import { Unreachable, ask, me, saveMe } from '/core.js';
import { fill, h, icon } from '/dom.js';
import { lackCard, phoneName } from '/mine.js';
import * as outbox from '/outbox.js';
import * as store from '/store.js';
import { t } from '/words.js';

const NOTE = 'city-field-note';
const CODE = 'city-field-code';

// Taken out of the address at once: not in the history, not in a picture of the screen.
export function codeOfLink() {
  const found = /[#&]code=([^&]+)/.exec(location.hash);
  if (location.hash) history.replaceState(null, '', location.pathname);
  try {
    if (found) sessionStorage.setItem(CODE, decodeURIComponent(found[1]).slice(0, 40));
    return sessionStorage.getItem(CODE) || '';
  } catch (error) {
    return found ? found[1].slice(0, 40) : '';
  }
}

function forgetCode() { try { sessionStorage.removeItem(CODE); } catch (error) { /* private mode */ } }

// Said after everything was erased and the page began anew.
export function leaveNote(why, lost) { try { localStorage.setItem(NOTE, JSON.stringify({ why, lost })); } catch (error) { /* private mode */ } }
function note() {
  try { return JSON.parse(localStorage.getItem(NOTE)); } catch (error) { return null; }
}

export function page(code, expired, onDone) {
  const input = h('input', { type: 'text', autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', maxlength: 40, value: code });
  const name = h('input', { type: 'text', maxlength: 60, value: phoneName() });
  const warning = h('p', { class: 'note bad', role: 'alert', hidden: true });
  const warn = (words) => { warning.hidden = !words; fill(warning, words); };
  const label = h('span', {}, t('enrol.do'));
  const key = h('button', { class: 'main', type: 'button' }, icon('check', 22), label);
  let sure = '';
  key.addEventListener('click', async () => {
    const typed = input.value.trim();
    if (!typed) { warn(t('enrol.need')); input.focus(); return; }
    key.disabled = true;
    warn('');
    fill(label, t('enrol.busy'));
    try {
      const found = sure && sure.code === typed ? sure.found
        : (await ask('POST', '/v1/enrol', { body: JSON.stringify({ code: typed, device: name.value.trim() || phoneName() }), open: true })).json();
      const left = outbox.waiting().length;
      if (left && me.unit && found.unit !== me.unit) {
        if (!sure) { sure = { code: typed, found }; warn(t('enrol.other', { n: left })); return; }
        await store.wipe();
      }
      Object.assign(me, { token: found.token, unit: found.unit, name: found.name || found.unit, enrolled: new Date().toISOString() });
      await saveMe();
      forgetCode();
      try { localStorage.removeItem(NOTE); } catch (error) { /* private mode */ }
      onDone();
    } catch (error) {
      warn(error instanceof Unreachable ? t('enrol.offline') : error.status ? error.message : t(store.isFull(error) ? 'hint.full' : 'hint.failed'));
    } finally {
      key.disabled = false;
      fill(label, t('enrol.do'));
    }
  });
  const told = expired ? { why: 'enrol.again', lost: 0 } : note();
  return [
    told ? h('p', { class: 'note warn', role: 'alert' }, t(told.why), told.lost ? t('enrol.lost', { n: told.lost }) : '') : null,
    h('h2', {}, t('enrol.title')), h('p', { class: 'note' }, t('enrol.how')),
    h('label', { class: 'field' }, h('span', {}, t('enrol.code')), input),
    h('label', { class: 'field' }, h('span', {}, t('enrol.name')), name),
    warning, key,
    /iPhone|iPad/.test(navigator.userAgent) && !navigator.standalone ? h('p', { class: 'note' }, t('enrol.ios')) : null,
    h('div', { id: 'lacks' }, lackCard()),
  ];
}
