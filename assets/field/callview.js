// The screens of a call: coming in, going out, up.
import { on } from '/core.js';
import { fill, h, icon } from '/dom.js';
import * as live from '/live.js';
import { sheet, span } from '/shell.js';
import { t } from '/words.js';

let page = null;
let told = null;
let under = null;
let keys = null;
let far = null;
let own = null;
let looks = '';

export function callDesk() {
  if (live.active) return;
  const choice = sheet(t('do.call'), [icon('phone', 22), t('do.voice')], () => { live.call(false); return true; });
  fill(choice.body, h('button', { class: 'side', type: 'button', onclick: () => { choice.close(); live.call(true); } }, icon('video', 22), t('do.video')));
}

function build() {
  told = h('h2', {});
  under = h('p', { role: 'status' });
  keys = h('div', { class: 'keys' });
  far = h('video', { class: 'far', autoplay: true, playsInline: true, 'aria-label': t('call.desk') });
  own = h('video', { class: 'own', autoplay: true, playsInline: true, muted: true, 'aria-label': t('map.me') });
  page = h('div', { class: 'call', role: 'dialog', 'aria-modal': 'true', 'aria-label': t('call.in') }, far, own, h('div', { class: 'told' }, told, under), keys);
  document.getElementById('over').appendChild(page);
}

function key(id, name, label, look, doing, pressed) {
  return h('button', { type: 'button', id: `call-${id}`, class: look, 'aria-pressed': pressed === undefined ? null : String(pressed), onclick: doing }, h('i', {}, icon(name, 28)), t(label));
}

function keysOf(call) {
  if (call.state === 'ended') return [key('close', 'close', 'close', 'no', live.dismiss)];
  if (call.state === 'incoming') {
    return [key('decline', 'down', 'call.decline', 'no', live.decline),
      call.offered ? key('video', 'video', 'call.accept.video', 'yes', () => live.accept(true)) : null,
      key('accept', 'phone', 'call.accept', 'yes', () => live.accept(false))];
  }
  const up = call.state === 'up';
  return [up && call.roll && !call.said ? h('button', { class: 'main', type: 'button', id: 'call-roll', onclick: live.present }, icon('hand', 24), t('roll.do')) : null,
    up ? key('mute', 'mute', 'call.mute', '', () => live.mute(!call.muted), !!call.muted) : null,
    up && live.canShow() ? key('camera', 'video', 'call.camera', '', () => live.show(!call.video), !!call.video) : null,
    up && call.video ? key('turn', 'turn', 'call.turn', '', () => live.show(true, call.facing === 'user' ? 'environment' : 'user')) : null,
    key('hang', 'down', 'call.hang', 'no', live.hangUp)];
}

function words(call) {
  if (call.state === 'ended') return t(call.why);
  if (call.state === 'incoming') return t(call.roll ? 'call.in.roll' : call.offered ? 'call.in.video' : 'call.in');
  if (call.state === 'calling') return t(call.inbound ? 'call.connecting' : call.rings ? 'call.ringing' : 'call.calling');
  const line = call.held ? t('call.held') : call.said ? t('roll.done') : call.quality ? t(`call.${call.quality}`) : '';
  return `${span(performance.now() - call.since)}${line ? ` · ${line}` : ''}`;
}

function attach(video, stream) { if (video.srcObject !== (stream || null)) video.srcObject = stream || null; }

function render() {
  const call = live.active;
  if (!call) {
    if (page) { attach(far, null); attach(own, null); page.parentNode.removeChild(page); page = null; looks = ''; }
    return;
  }
  if (!page) build();
  fill(told, call.name || t('call.desk'));
  fill(under, words(call));
  attach(far, call.state === 'ended' ? null : call.far);
  attach(own, call.video && call.state !== 'ended' ? call.own : null);
  far.play().catch(() => {}); // refused before the first touch: the key that accepts is one
  own.hidden = !call.video || call.state === 'ended';
  const now = [call.state, call.offered, call.muted, call.video, call.facing, call.roll, call.said, live.canShow()].join();
  if (now === looks) return;
  const focus = document.activeElement && document.activeElement.id;
  looks = now;
  fill(keys, keysOf(call));
  const again = focus && document.getElementById(focus);
  (again || keys.querySelector('button')).focus();
}

on('call', render);
setInterval(() => { if (live.active && live.active.state === 'up' && under) fill(under, words(live.active)); }, 1000);
