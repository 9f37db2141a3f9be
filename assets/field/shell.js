// What all views share: sheets, toasts of one sentence, times and distances in words, keeping what somebody did.
import { fill, h, icon } from '/dom.js';
import { tell } from '/core.js';
import * as store from '/store.js';
import { language, t } from '/words.js';

export const shown = { tab: 'orders', order: '', letters: false };
export function go(what) { Object.assign(shown, { order: '', letters: false }, what); tell('view'); }

export function hhmmss(iso) {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? '' : [at.getHours(), at.getMinutes(), at.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':');
}
export function when(iso) {
  const at = new Date(iso);
  const same = at.toDateString() === new Date().toDateString();
  const time = hhmmss(iso).slice(0, 5);
  return same ? time : `${at.getMonth() + 1}-${at.getDate()} ${time}`;
}
export function far(metres) {
  if (metres < 1000) return `${Math.max(10, Math.round(metres / 10) * 10)} m`;
  return `${(metres / 1000).toFixed(metres < 10000 ? 1 : 0)} km`;
}
export function span(ms) {
  const s = Math.floor(Math.abs(ms) / 1000);
  const two = (n) => String(n).padStart(2, '0');
  if (s < 3600) return `${Math.floor(s / 60)}:${two(s % 60)}`;
  if (s < 86400) return `${Math.floor(s / 3600)}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
  const days = Math.floor(s / 86400);
  return language() === 'zh' ? `${days} 天 ${Math.floor((s % 86400) / 3600)} 小时` : `${days} d ${Math.floor((s % 86400) / 3600)} h`;
}

export function toast(words, bad) {
  tell('toast', { words, bad });
}

// Does what somebody asked for; false with a sentence where the phone could not keep it.
export async function keeping(doing) {
  try {
    await doing();
    return true;
  } catch (error) {
    toast(t(store.isFull(error) ? 'hint.full' : error.said || 'hint.failed'), true);
    if (!store.isFull(error) && !error.said) setTimeout(() => { throw error; });
    return false;
  }
}

// A page above the page: title, close, body, one main key. Answers {close, body, warn}.
export function sheet(title, main, onMain) {
  const over = document.getElementById('over');
  const before = document.activeElement;
  const warning = h('p', { class: 'note bad', role: 'alert', hidden: true });
  const key = h('button', { class: 'main', type: 'button' }, main);
  const body = h('div', { class: 'body' });
  const page = h('div', { class: 'sheet', role: 'dialog', 'aria-modal': 'true', 'aria-label': title },
    h('div', { class: 'bar' },
      h('button', { class: 'back', type: 'button', 'aria-label': t('close'), onclick: () => close() }, icon('back', 24)), h('h1', {}, title)),
    body, h('div', { class: 'end' }, warning, key));
  function escape(e) { if (e.key === 'Escape') close(); }
  function close() {
    document.removeEventListener('keydown', escape);
    if (page.parentNode) page.parentNode.removeChild(page);
    if (before && before.isConnected) before.focus();
    tell('view');
  }
  key.addEventListener('click', async () => {
    key.disabled = true;
    try { if (await onMain()) close(); } finally { key.disabled = false; }
  });
  document.addEventListener('keydown', escape);
  over.appendChild(page);
  page.querySelector('.back').focus();
  return { close, body, warn(words) { warning.hidden = !words; fill(warning, words); } };
}
export function covered() { return !!document.querySelector('#over .sheet'); }

// An input that opens the phone's camera; label: what it is called.
export function camera(look, words, onFile, several) {
  const input = h('input', { type: 'file', accept: 'image/*', capture: 'environment', class: 'file', multiple: !!several });
  input.addEventListener('change', async () => {
    const files = [...input.files];
    for (const file of files) await onFile(file);
    input.value = '';
  });
  return h('label', { class: look }, icon('camera', 22), h('span', {}, words), input);
}

export function thumbs(photos, onRemove) {
  return h('div', { class: 'thumbs' }, photos.map((photo, at) => h('div', {},
    h('img', { src: photo.url, alt: t('photo.n', { n: at + 1 }) }),
    h('button', { type: 'button', 'aria-label': t('photo.remove'), onclick: () => onRemove(at) }, icon('close', 24)))));
}
