// Pairing: by the code of the QR link, or typed by hand.
import { fill, h, icon } from '/dom.js';
import { codeOfLink, enrol } from '/remote/line.js';
import { t } from '/remote/words.js';

export function enrolPage(why, onDone) {
  const code = h('input', { type: 'text', id: 'code', autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', maxlength: 40, value: codeOfLink() });
  const name = h('input', { type: 'text', id: 'name', maxlength: 60, value: t('enrol.device') });
  const warning = h('p', { class: 'note bad', role: 'alert', hidden: !why }, why);
  const warn = (words) => { warning.hidden = !words; fill(warning, words); };
  const key = h('button', { class: 'main', type: 'button', id: 'pair' }, icon('check', 22), h('span', {}, t('enrol.do')));
  async function go() {
    if (!code.value.trim()) { warn(t('enrol.need')); code.focus(); return; }
    key.disabled = true;
    const wrong = await enrol(code.value.trim(), name.value.trim() || t('enrol.device'));
    key.disabled = false;
    if (wrong) warn(wrong);
    else onDone();
  }
  key.addEventListener('click', go);
  for (const input of [code, name]) input.addEventListener('keydown', (e) => { if (e.key === 'Enter') go(); });
  return h('div', { class: 'narrow' },
    h('h2', {}, t('enrol.title')), h('p', { class: 'note' }, t('enrol.how')),
    h('label', { class: 'field' }, h('span', {}, t('enrol.code')), code),
    h('label', { class: 'field' }, h('span', {}, t('enrol.name')), name),
    warning, key);
}
