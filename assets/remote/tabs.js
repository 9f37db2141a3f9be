// The five tabs. Each makes {node, knows(): the wall is another, gone(): it is left}.
import { fill, h, icon } from '/dom.js';
import { act, askEvents, events, hint, known, leave, role, sceneOf, wall, world } from '/remote/app.js';
import { ask, line } from '/remote/line.js';
import { Surface } from '/remote/surface.js';
import { language, said, t } from '/remote/words.js';

const operates = () => role() === 'operator';
const LEVELS = ['', 'Ⅰ', 'Ⅱ', 'Ⅲ', 'Ⅳ'];
const EVENT_SCENE = 'event';

// A button that stays what it is while what it says changes: the finger that is on it is not lost.
function choices(label, list, chosen, choose, none) {
  const all = none ? [{ id: '', name: none }, ...list] : list;
  return h('div', { class: 'line' }, h('span', { class: 'legend' }, label), h('div', { class: 'chips' }, all.map((one) => h('button', {
    type: 'button', 'aria-pressed': one.id === chosen ? 'true' : 'false', onclick: () => choose(one.id),
  }, said(one.name)))));
}

// -- scenes -----------------------------------------------------------------------------------------------------------

// Where there is room for it, the wall's picture stands below.
const ROOM = window.matchMedia('(min-width: 700px) and (min-height: 600px)');

export function scenesTab() {
  const list = h('div');
  const node = h('div', { class: 'scenes-tab' }, list);
  let before = '';
  let surface = null;
  const look = (on) => wall() && ROOM.matches && ask({ kind: 'look', wall: wall().id, value: on ? '1' : '' });
  function picture(now) {
    if (!ROOM.matches) return;
    if (!surface || surface.wall.id !== now.id) {
      if (surface) { surface.gone(); node.removeChild(surface.node); }
      surface = new Surface(now, 'look', hint);
      node.appendChild(surface.node);
      look(true);
    }
    surface.knows(now, null);
  }
  function knows() {
    const now = wall();
    if (now) picture(now);
    const told = JSON.stringify([now && [now.scene, now.mode, now.carousel, now.paused], known.scenes, known.modes, known.carousels, role()]);
    if (told === before) return;
    before = told;
    if (!now) { fill(list, h('p', { class: 'empty' }, t('scenes.none'))); return; }
    fill(list,
      h('div', { class: 'pair steps2' },
        h('button', { class: 'side', type: 'button', id: 'before', onclick: () => act('next', '-1') }, icon('back', 22), t('scenes.before')),
        h('button', { class: 'side', type: 'button', id: 'next', onclick: () => act('next') }, t('scenes.next'), icon('next', 22)),
        now.carousel ? h('button', { class: 'side', type: 'button', id: 'pause', onclick: () => act('pause', now.paused ? '' : '1') },
          icon(now.paused ? 'play' : 'stop', 22), t(now.paused ? 'scenes.go' : 'scenes.pause')) : null),
      h('div', { class: 'scenes' }, known.scenes.map((scene) => h('button', {
        type: 'button', class: 'scene', 'data-scene': scene.id, 'aria-pressed': scene.id === now.scene ? 'true' : 'false',
        onclick: () => act('scene', scene.id),
      }, h('b', {}, said(scene.name)), scene.key ? h('kbd', {}, scene.key) : null))),
      operates() ? choices(t('scenes.mode'), known.modes, now.mode, (id) => act('mode', id)) : null,
      operates() && known.carousels.length ? choices(t('scenes.carousel'), known.carousels, now.carousel, (id) => act('carousel', id), { zh: t('scenes.off') }) : null);
  }
  return {
    node, knows, drawn: () => surface && surface.draw(), joined: () => surface && look(true),
    gone() { if (surface) { surface.gone(); look(false); } },
  };
}

// -- surfaces ---------------------------------------------------------------------------------------------------------

// Asks for the events of the world that the wall shows, once for each.
function asking() {
  let asked = null;
  return () => { if (!events() && asked !== world()) { asked = world(); askEvents(); } };
}

function surfaceTab(tool, keys, how) {
  const foot = h('div', { class: 'keys' });
  const under = h('p', { class: 'how' }, how);
  const node = h('div', { class: 'touch' });
  let surface = null;
  const look = (on) => wall() && ask({ kind: 'look', wall: wall().id, value: on ? '1' : '' });
  const need = asking();
  function knows() {
    const now = wall();
    if (!now) return;
    if (tool === 'map') need();
    if (!surface || surface.wall.id !== now.id) {
      if (surface) surface.gone();
      surface = new Surface(now, tool, hint);
      fill(node, surface.node, under, foot);
      fill(foot, keys(surface));
      look(true);
    }
    const place = now.event && (events() || []).find((one) => one.key === now.event);
    surface.knows(now, place || null);
    fill(under, tool === 'map' && !surface.view ? t('map.unknown') : how);
  }
  return {
    node, knows, wide: true, drawn: () => surface && surface.draw(), joined: () => look(true),
    gone() { if (surface) surface.gone(); look(false); },
  };
}

export function mapTab() {
  return surfaceTab('map', (surface) => [
    h('button', { class: 'side', type: 'button', id: 'out', onclick: () => surface.zoom(1 / 1.5) }, icon('minus', 22), t('map.out')),
    h('button', { class: 'side', type: 'button', id: 'in', onclick: () => surface.zoom(1.5) }, icon('plus', 22), t('map.in')),
    h('button', { class: 'side', type: 'button', id: 'city', onclick: async () => { await act('event'); await act('view'); } }, icon('map', 22), t('map.city')),
  ], t('map.how'));
}

export function pointTab() {
  return surfaceTab('light', (surface) => {
    const tools = [['light', 'target'], ['draw', 'route']].map(([tool, shape]) => h('button', {
      class: 'side', type: 'button', id: `tool-${tool}`, 'aria-pressed': surface.tool === tool ? 'true' : 'false',
      onclick: () => { surface.tool = tool; for (const one of tools) one.setAttribute('aria-pressed', one.id === `tool-${tool}` ? 'true' : 'false'); },
    }, icon(shape, 22), t(`point.${tool}`)));
    return [...tools,
      h('button', { class: 'side', type: 'button', id: 'undo', onclick: () => surface.undo() }, icon('back', 22), t('point.back')),
      h('button', { class: 'side', type: 'button', id: 'clear', onclick: () => surface.clear() }, icon('close', 22), t('point.clear'))];
  }, t('point.how'));
}

// -- events -----------------------------------------------------------------------------------------------------------

// By the city's time of day, wherever the tablet believes that it is.
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Shanghai' });
const hhmm = (us) => TIME.format(new Date(us / 1000));

export function eventsTab() {
  const node = h('div');
  const also = h('input', { type: 'checkbox', id: 'also', checked: true });
  let before = '';
  const need = asking();
  askEvents();
  const timer = setInterval(askEvents, 10000);
  async function choose(event, rehearsal) {
    if (await act('event', event.key, { rehearsal }) && also.checked && sceneOf(EVENT_SCENE) && wall().scene !== EVENT_SCENE) await act('scene', EVENT_SCENE);
  }
  function knows() {
    const now = wall();
    if (now) need();
    const list = now && events();
    const drill = world();
    const told = JSON.stringify([now && now.event, drill, list, known.scenes]);
    if (told === before || !now) return;
    before = told;
    const scene = sceneOf(EVENT_SCENE);
    fill(node,
      drill ? h('p', { class: 'note' }, t('events.rehearsal')) : null,
      scene ? h('label', { class: 'check' }, also, t('events.scene', { scene: said(scene.name) })) : null,
      h('div', { class: 'pair' },
        h('button', { class: 'side', type: 'button', id: 'again', onclick: askEvents }, icon('turn', 22), t('events.again')),
        now.event ? h('button', { class: 'side', type: 'button', id: 'none', onclick: () => act('event') }, icon('close', 22), t('events.off')) : null),
      list && !list.length ? h('p', { class: 'empty' }, t(drill ? 'events.rehearsal_none' : 'events.none')) : null,
      (list || []).map((event) => h('button', {
        type: 'button', class: 'event', 'aria-pressed': event.key === now.event ? 'true' : 'false', onclick: () => choose(event, drill),
      },
      h('span', { class: `badge l${event.level in LEVELS ? event.level : 0}`, 'aria-label': LEVELS[event.level] ? t('events.level', { level: LEVELS[event.level] }) : t('events.nolevel') }, LEVELS[event.level] || '–'),
      h('span', { class: 'what' }, h('b', {}, said(event.kind)), h('span', {}, event.place)),
      h('span', { class: 'side2' }, event.key === now.event ? h('em', {}, t('events.now')) : null, hhmm(event.occurred)))));
  }
  return { node, knows, gone() { clearInterval(timer); } };
}

// -- sound and screens ------------------------------------------------------------------------------------------------

export function moreTab() {
  const slider = h('input', { type: 'range', id: 'volume', min: 0, max: 100, step: 5, 'aria-label': t('more.volume') });
  const shown = h('b', { class: 'figure' });
  const mute = h('button', { class: 'side', type: 'button', id: 'mute', onclick: () => act('mute', wall() && wall().muted ? '' : '1') }, t('more.mute'));
  slider.addEventListener('input', () => fill(shown, slider.value));
  slider.addEventListener('change', () => act('volume', slider.value));
  const chosen = new Set();
  const screens = h('div');
  const state = h('p', { class: 'note' });
  const out = h('button', { class: 'side', type: 'button', id: 'leave' }, t('leave'));
  let sure = 0;
  out.addEventListener('click', () => {
    if (Date.now() - sure < 4000) { leave(); return; }
    sure = Date.now();
    fill(out, t('leave.do'));
    setTimeout(() => fill(out, t('leave')), 4000);
  });
  const node = h('div', {},
    h('div', { class: 'line' }, h('label', { class: 'legend', for: 'volume' }, t('more.volume')), h('div', { class: 'volume' }, slider, shown, mute)),
    screens, state, out);
  let before = '';
  const marks = [['blank', 'more.blank', 'blank'], ['freeze', 'more.freeze', 'frozen'], ['identify', 'more.identify', 'identify']];
  function some() { return [...chosen]; }
  function knows() {
    const now = wall();
    if (!now) return;
    if (document.activeElement !== slider) slider.value = now.volume;
    fill(shown, slider.value);
    mute.setAttribute('aria-pressed', now.muted ? 'true' : 'false');
    fill(state, t('more.as', { name: line.name, role: t(`role.${line.role}`) }), language() === 'zh' ? '。' : '. ', operates() ? '' : t('more.presenter'));
    const told = JSON.stringify([now.id, now.blank, now.frozen, now.identify, now.screens, role()]);
    if (told === before) return;
    before = told;
    draw(now);
  }
  function draw(now) {
    if (!operates()) { fill(screens); return; }
    const marked = (n) => marks.filter(([, , field]) => now[field].includes(n)).map(([, words]) => t(words)).join(' ');
    const all = (field) => { const those = some().length ? some() : now.screens.map(([n]) => n); return those.every((n) => now[field].includes(n)); };
    fill(screens,
      h('div', { class: 'line' }, h('span', { class: 'legend' }, t('more.screens')), h('div', { class: 'chips' },
        h('button', { type: 'button', 'aria-pressed': chosen.size ? 'false' : 'true', onclick: () => { chosen.clear(); draw(wall()); } }, t('more.all')),
        now.screens.map(([n]) => h('button', {
          type: 'button', 'aria-pressed': chosen.has(n) ? 'true' : 'false',
          onclick: () => { if (!chosen.delete(n)) chosen.add(n); draw(wall()); },
        }, t('more.screen', { n }), marked(n) ? h('em', {}, ` ${marked(n)}`) : null)))),
      h('div', { class: 'pair wrap' },
        marks.map(([what, words, field]) => h('button', {
          class: 'side', type: 'button', id: what, 'aria-pressed': all(field) ? 'true' : 'false',
          onclick: () => act(what, all(field) ? '' : '1', { screens: some() }),
        }, t(words))),
        h('button', { class: 'side', type: 'button', id: 'live', onclick: () => act('live', '', { screens: some() }) }, icon('back', 22), t('more.live'))));
  }
  return { node, knows, gone() {} };
}
