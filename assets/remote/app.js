// The remote of the walls: what they show, tabs, keys of presenters' remotes, sentences when something is refused.
import { fill, h, icon } from '/dom.js';
import * as line from '/remote/line.js';
import { enrolPage } from '/remote/enrol.js';
import { forgetDrawn, picture } from '/remote/surface.js';
import { eventsTab, mapTab, moreTab, pointTab, scenesTab } from '/remote/tabs.js';
import { language, said, t } from '/remote/words.js';

const TABS = [['scenes', 'list', scenesTab], ['map', 'map', mapTab], ['events', 'warn', eventsTab], ['point', 'target', pointTab], ['more', 'video', moreTab]];

export const known = { walls: [], scenes: [], modes: [], carousels: [], events: null, world: '', away: false };
let tab = 'scenes';
let wallId = '';
let open = null; // the tab that is shown: {node, knows(), gone()}

export const wall = () => known.walls.find((one) => one.id === wallId) || known.walls[0] || null;
export const role = () => line.line.role;
// The rehearsal that the wall shows, '' the real city; the open events of that world, null as long as they are not known.
export const world = () => (wall() && wall().rehearsal) || '';
export const events = () => (known.world === world() ? known.events : null);
export const sceneOf = (id) => known.scenes.find((one) => one.id === id);

// Does something on the wall that is chosen; true where it was done.
export async function act(what, value = '', more = {}) {
  const target = wall();
  const answer = await line.ask({ kind: 'act', wall: target ? target.id : '', what, value: String(value), ...more });
  if (answer.kind === 'refused') hint(answer.words);
  else if (answer.kind === 'late') hint(t('hint.slow'));
  return answer.kind === 'done';
}

export async function askEvents() {
  const target = wall();
  const answer = await line.ask({ kind: 'events', wall: target ? target.id : '' });
  if (answer.kind === 'refused') hint(answer.words);
}

let fading = 0;
export function hint(words) {
  clearTimeout(fading);
  known.hint = words;
  fading = setTimeout(() => { known.hint = ''; hints(); }, 6000);
  hints();
}

function hints() {
  const lines = [];
  if (line.line.state === 'lost') lines.push(t('hint.lost'));
  else if (line.line.state === 'rests') lines.push(t('hint.rests'));
  else if (known.away) lines.push(t('hint.away'));
  if (known.hint) lines.push(known.hint);
  fill(document.getElementById('hints'), lines.map((words) => h('p', { class: 'hint' }, icon('warn'), h('span', {}, words))));
}

function heard(message) {
  if (message.kind === 'signed_out') { signedOut(t('enrol.ended')); return; }
  if (message.kind === 'state') {
    known.away = false;
    for (const name of ['walls', 'scenes', 'modes', 'carousels']) known[name] = message[name] || [];
  } else if (message.kind === 'away') known.away = true;
  else if (message.kind === 'events') Object.assign(known, { events: message.events || [], world: message.rehearsal || '' });
  else if (message.kind === 'thumb') { picture(message.wall, message.screen, message.jpeg, () => open && open.drawn && open.drawn()); return; }
  else if (message.kind === 'line' && line.line.state === 'on' && open && open.joined) open.joined();
  else if (message.kind === 'line' && line.line.state !== 'on') forgetDrawn(); // as the gateway wipes what a line drew
  else if (message.kind === 'done' || message.kind === 'refused') return;
  hints();
  bar();
  if (open) open.knows();
}

function bar() {
  const now = wall();
  const scene = now && sceneOf(now.scene);
  const name = scene ? said(scene.name) : now ? now.scene : '';
  const by = now ? said(now.by) : '';
  const chosen = known.walls.length > 1
    ? h('select', { 'aria-label': t('wall'), id: 'walls', onchange: (e) => { wallId = e.target.value; show(tab); } },
      known.walls.map((one) => h('option', { value: one.id, selected: now && one.id === now.id }, said(one.name)))) : null;
  const drill = now && now.rehearsal;
  document.getElementById('bar').className = drill ? 'bar drill' : 'bar';
  fill(document.getElementById('bar'),
    drill ? h('b', { id: 'drill' }, t('rehearsal')) : null,
    drill && chosen ? null : h('h1', {}, known.walls.length === 1 ? said(now.name) : t('title')), chosen,
    h('span', { class: 'who', id: 'now' }, now ? t(by && by !== line.line.name ? 'now.by' : 'now', { scene: name, by }) : ''));
}

export function show(which) {
  if (open) open.gone();
  tab = which;
  fill(document.getElementById('tabs'), TABS.map(([id, shape]) => h('button', {
    type: 'button', id: `tab-${id}`, 'aria-current': id === tab ? 'page' : null, onclick: () => show(id),
  }, icon(shape, 24), t(`tab.${id}`))));
  open = TABS.find(([id]) => id === tab)[2]();
  const view = document.getElementById('view');
  view.className = open.wide ? 'wide' : '';
  fill(view, open.node);
  open.knows();
  bar();
}

function signedOut(why) {
  if (open) open.gone();
  forgetDrawn();
  open = null;
  fill(document.getElementById('tabs'));
  fill(document.getElementById('hints'));
  document.getElementById('bar').className = 'bar';
  fill(document.getElementById('bar'), h('h1', {}, t('title')));
  document.getElementById('view').className = '';
  fill(document.getElementById('view'), enrolPage(why, begin));
}

export function leave() {
  line.close();
  line.forget();
  signedOut('');
}

function begin() {
  show('scenes');
  line.open(heard);
}

// What presenters' remotes send, and what a keyboard has.
document.addEventListener('keydown', (e) => {
  if (!open || e.ctrlKey || e.altKey || e.metaKey || (e.target instanceof Element && e.target.closest(TYPED))) return;
  const done = deed(e.key);
  if (!done) return;
  e.preventDefault();
  if (!e.repeat) done(); // a key that is held is one press
});

// What is typed into; a slider and a tick leave the keys to the wall.
const TYPED = 'input:not([type=range], [type=checkbox]), select, textarea';

function deed(key) {
  const scene = known.scenes.find((one) => one.key && one.key === key);
  if (key === 'PageDown') return () => act('next');
  if (key === 'PageUp') return () => act('next', '-1');
  if ((key === '.' || key === 'b') && role() === 'operator') return () => act('blank', wall() && wall().blank.length ? '' : '1');
  if (scene) return () => act('scene', scene.id);
  return /^[1-5]$/.test(key) ? () => show(TABS[key - 1][0]) : null;
}

document.documentElement.lang = language() === 'zh' ? 'zh-CN' : 'en';
document.title = t('title');
document.getElementById('tabs').setAttribute('aria-label', t('title'));
if (line.token() && !/[#&]code=/.test(location.hash)) begin();
else signedOut('');
