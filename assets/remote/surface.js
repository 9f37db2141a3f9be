// The wall in small, to be touched: the map is moved and zoomed on it, a light spot and lines are drawn on it.
import { h } from '/dom.js';
import { line, Newest } from '/remote/line.js';
import { t } from '/remote/words.js';

const METRES_A_DEGREE = 111320;
const STEP = 0.12; // of the width, for a key
const FINE = 0.004; // between two points of a stroke, of the width
const THIN = 0.0006; // so far beside a finished stroke what it was drawn with may be, of the width
const MOST_POINTS = 500; // of a stroke
const MOST_STROKES = 60;
const REST_MS = 1000; // a wall lets a light spot go that it has not heard of for 2.5 s
const ALL_POINTS = 3000; // a message has them all, at most 17 bytes each, and the gateway takes 64 kB

export const pictures = new Map(); // `wall screen` to Image
export function picture(wall, screen, jpeg, drawn) {
  const image = new Image();
  image.onload = () => { pictures.set(`${wall} ${screen}`, image); drawn(); };
  image.src = `data:image/jpeg;base64,${jpeg}`;
}

// Where a map looks before anybody moved it.
export function viewOf(wall, place) {
  if (wall.view) return wall.view;
  if (place) return { lon: place.lon, lat: place.lat, scale: 4000 / wall.size[0], bearing: 0 };
  if (!line.home) return null;
  const least = Math.min(wall.size[0], wall.size[1] * 1.6);
  return { lon: line.home.lon, lat: line.home.lat, scale: line.home.metres / least, bearing: 0 };
}

// The same place under the finger: dx, dy in px of the canvas.
export function moved(view, dx, dy) {
  const turn = (view.bearing || 0) * Math.PI / 180;
  const east = (-dx * Math.cos(turn) + dy * Math.sin(turn)) * view.scale;
  const north = (dx * Math.sin(turn) + dy * Math.cos(turn)) * view.scale;
  const lat = Math.max(-84, Math.min(84, view.lat + north / METRES_A_DEGREE));
  const lon = view.lon + east / (METRES_A_DEGREE * Math.cos(lat * Math.PI / 180));
  return { ...view, lon: ((lon + 540) % 360) - 180, lat };
}
// Zoomed by a factor about a point, px of the canvas from its middle.
export function zoomed(view, by, x, y) {
  const scale = Math.max(0.02, Math.min(20000, view.scale / by));
  return moved({ ...moved(view, -x, -y), scale }, x, y);
}

// The points of a stroke that no line between its neighbours replaces within `far`, px of the canvas (Douglas, Peucker).
export function thinned(stroke, [w, height], far) {
  const px = stroke.map(([x, y]) => [x * w, y * height]);
  const kept = new Set([0, stroke.length - 1]);
  const open = [[0, stroke.length - 1]];
  while (open.length) {
    const [from, to] = open.pop();
    const [dx, dy] = [px[to][0] - px[from][0], px[to][1] - px[from][1]];
    let [most, at] = [far, 0];
    for (let i = from + 1; i < to; i += 1) {
      const [x, y] = [px[i][0] - px[from][0], px[i][1] - px[from][1]];
      const along = Math.max(0, Math.min(1, (x * dx + y * dy) / (dx * dx + dy * dy || 1)));
      const off = Math.hypot(x - along * dx, y - along * dy);
      if (off > most) [most, at] = [off, i];
    }
    if (at) { kept.add(at); open.push([from, at], [at, to]); }
  }
  return stroke.filter((_, i) => kept.has(i));
}

// What was drawn, by wall: it stays when another tab is looked at, and is gone when the hub wiped it off.
const drawn = new Map();
export function forgetDrawn() { for (const one of drawn.values()) one.strokes.length = 0; }
function drawnOn(wall) {
  const kept = drawn.get(wall.id);
  if (kept && kept.wiped === wall.wiped) return kept;
  drawn.set(wall.id, { wiped: wall.wiped, strokes: [] });
  return drawn.get(wall.id);
}

export class Surface {
  // tool: 'map', 'light' or 'draw'; 'look' is seen only. says: shows a sentence.
  constructor(wall, tool, says) {
    this.wall = wall;
    this.tool = tool;
    this.touches = new Map();
    this.drawn = tool === 'map' || tool === 'look' ? { wiped: wall.wiped, strokes: [] } : drawnOn(wall);
    this.spot = null;
    this.resting = 0;
    this.place = null;
    this.view = viewOf(wall, null);
    this.says = says;
    this.sending = new Newest((answer) => { if (answer.kind === 'refused') says(answer.words); });
    this.resizes = new ResizeObserver(() => this.draw());
    if (tool === 'look') {
      this.node = h('canvas', { class: 'look', role: 'img', 'aria-label': t('scenes.picture') });
      this.resizes.observe(this.node);
      return;
    }
    this.node = h('canvas', { class: 'surface', tabindex: 0, role: 'application', 'aria-label': t(tool === 'map' ? 'map.surface' : 'point.surface') });
    const on = (name, what) => this.node.addEventListener(name, what, { passive: false });
    on('pointerdown', (e) => this.down(e));
    on('pointermove', (e) => this.move(e));
    for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) on(name, (e) => this.up(e));
    on('wheel', (e) => { e.preventDefault(); if (this.tool === 'map') this.zoom(Math.exp(-e.deltaY / 400), this.at(e)); });
    on('keydown', (e) => this.key(e));
    on('blur', () => { if (this.spot && !this.touches.size) this.lift(); });
    on('contextmenu', (e) => e.preventDefault());
    this.resizes.observe(this.node);
  }

  // What the wall shows now; a finger that is down knows better.
  knows(wall, place) {
    if (this.drawn.wiped !== wall.wiped) {
      this.drawn.wiped = wall.wiped;
      const told = this.strokes.length;
      this.strokes.splice(0, this.touches.size && this.tool === 'draw' ? told - 1 : told); // the one under way goes on
      if (told > this.strokes.length) this.point(); // what was sent before this was known is not on the wall again
    }
    this.wall = wall;
    this.place = place;
    if (!this.touches.size && !this.sending.busy) this.view = viewOf(wall, place);
    this.draw();
  }

  get strokes() { return this.drawn.strokes; }

  gone() {
    this.resizes.disconnect();
    if (this.spot) this.lift();
  }

  // -- fingers ---------------------------------------------------------------------------------------------------------

  box() {
    const box = this.node.getBoundingClientRect();
    const [w, height] = this.wall.size;
    const scale = Math.min(box.width / w, box.height / height);
    return { left: box.left + (box.width - w * scale) / 2, top: box.top + (box.height - height * scale) / 2, scale };
  }

  at(e) {
    const box = this.box();
    return { x: (e.clientX - box.left) / box.scale, y: (e.clientY - box.top) / box.scale };
  }

  down(e) {
    e.preventDefault();
    this.node.focus();
    this.node.setPointerCapture(e.pointerId);
    this.touches.set(e.pointerId, this.at(e));
    if (this.tool === 'map' || this.touches.size > 1) return;
    if (this.tool === 'draw') this.strokes.push([]);
    this.touch(this.at(e));
  }

  move(e) {
    const before = this.touches.get(e.pointerId);
    if (!before) return;
    e.preventDefault();
    const now = this.at(e);
    if (this.tool !== 'map') {
      this.touches.set(e.pointerId, now);
      if (this.touches.keys().next().value === e.pointerId) this.touch(now);
      return;
    }
    const other = [...this.touches].find(([id]) => id !== e.pointerId);
    this.touches.set(e.pointerId, now);
    if (!this.view) return;
    if (other && this.touches.size === 2) {
      const [was, is] = [before, now].map((p) => ({ far: Math.hypot(p.x - other[1].x, p.y - other[1].y), x: (p.x + other[1].x) / 2, y: (p.y + other[1].y) / 2 }));
      this.view = moved(this.view, is.x - was.x, is.y - was.y);
      if (was.far > 20 && is.far > 20) this.view = this.about(is.far / was.far, is);
    } else if (!other) {
      this.view = moved(this.view, now.x - before.x, now.y - before.y);
    }
    this.look();
  }

  up(e) {
    if (!this.touches.delete(e.pointerId) || this.tool === 'map' || this.touches.size) return;
    if (this.tool === 'draw') this.finish();
    this.lift();
  }

  about(by, at) {
    const [w, height] = this.wall.size;
    return zoomed(this.view, by, at.x - w / 2, at.y - height / 2);
  }

  // -- keys ------------------------------------------------------------------------------------------------------------

  key(e) {
    const ways = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const way = ways[e.key];
    if (this.tool === 'map') {
      if (way && this.view) {
        this.view = moved(this.view, way[0] * STEP * this.wall.size[0], way[1] * STEP * this.wall.size[0]);
        this.look();
      } else if (e.key === '+' || e.key === '=') this.zoom(1.4);
      else if (e.key === '-') this.zoom(1 / 1.4);
      else return;
    } else if (way) {
      const [w, height] = this.wall.size;
      const spot = this.spot || { x: 0.5, y: 0.5 };
      this.touch({ x: (spot.x - way[0] * STEP / 4) * w, y: (spot.y - way[1] * STEP / 4) * height });
    } else if (e.key === 'Escape') this.lift(); else return;
    e.preventDefault();
    e.stopPropagation();
  }

  zoom(by, at) {
    if (!this.view) return;
    this.view = at ? this.about(by, at) : zoomed(this.view, by, 0, 0);
    this.look();
  }

  // -- what is sent ----------------------------------------------------------------------------------------------------

  look() {
    const { lon, lat, scale, bearing } = this.view;
    this.sending.put({ kind: 'act', wall: this.wall.id, what: 'view', view: { lon, lat, scale, bearing: bearing || 0 } });
    this.draw();
  }

  touch(at) {
    const [w, height] = this.wall.size;
    const share = (n) => Math.round(Math.max(0, Math.min(1, n)) * 10000) / 10000;
    this.spot = { x: share(at.x / w), y: share(at.y / height) };
    const stroke = this.tool === 'draw' && this.strokes[this.strokes.length - 1];
    if (stroke) this.lengthen(stroke);
    this.point();
    this.resting ||= setInterval(() => this.point(), REST_MS); // a finger that rests says nothing by itself
  }

  lift() {
    clearInterval(this.resting);
    this.resting = 0;
    this.spot = null;
    this.point();
  }

  // A line as long as the hub takes it goes on as another one; where all are too much the oldest go.
  lengthen(stroke) {
    const at = [this.spot.x, this.spot.y];
    const last = stroke[stroke.length - 1];
    if (last && Math.hypot(last[0] - at[0], last[1] - at[1]) <= FINE) return;
    stroke.push(at);
    if (stroke.length === MOST_POINTS) {
      this.finish();
      this.strokes.push([at]);
    }
    let points = this.strokes.reduce((sum, one) => sum + one.length, 0);
    while (this.strokes.length > MOST_STROKES || points > ALL_POINTS) {
      points -= this.strokes.shift().length;
      this.says(t('point.full'));
    }
  }

  // The newest stroke keeps the points that its shape needs.
  finish() {
    const stroke = this.strokes[this.strokes.length - 1];
    if (stroke && stroke.length > 2) this.strokes.push(thinned(this.strokes.pop(), this.wall.size, THIN * this.wall.size[0]));
  }

  point() {
    const { x, y } = this.spot || { x: -1, y: -1 };
    const strokes = this.strokes.filter((stroke) => stroke.length > 1);
    this.sending.put({ kind: 'hand', wall: this.wall.id, x, y, strokes });
    this.draw();
  }

  undo() { this.strokes.pop(); this.point(); }
  clear() { this.strokes.length = 0; this.lift(); }

  // -- what is seen ----------------------------------------------------------------------------------------------------

  draw() {
    const box = this.node.getBoundingClientRect();
    const dpr = window.devicePixelRatio || 1;
    if (!box.width) return;
    this.node.width = Math.round(box.width * dpr);
    this.node.height = Math.round(box.height * dpr);
    const g = this.node.getContext('2d');
    const at = this.box();
    g.setTransform(dpr * at.scale, 0, 0, dpr * at.scale, dpr * (at.left - box.left), dpr * (at.top - box.top));
    const colour = getComputedStyle(document.documentElement);
    const of = (name) => colour.getPropertyValue(name).trim();
    const px = 1 / at.scale;
    for (const [number, x, y, w, height] of this.wall.screens) {
      g.fillStyle = of('--s2');
      g.fillRect(x, y, w, height);
      const image = pictures.get(`${this.wall.id} ${number}`);
      if (image) g.drawImage(image, x, y, w, height);
      g.lineWidth = px;
      g.strokeStyle = of('--line2');
      g.strokeRect(x + px / 2, y + px / 2, w - px, height - px);
      if (!image) {
        g.fillStyle = of('--t2');
        g.font = `${16 * px}px sans-serif`;
        g.fillText(String(number), x + 10 * px, y + 24 * px);
      }
    }
    g.lineCap = g.lineJoin = 'round';
    g.strokeStyle = of('--red-fill');
    g.lineWidth = 4 * px;
    for (const stroke of this.strokes) {
      g.beginPath();
      stroke.forEach(([x, y], i) => g[i ? 'lineTo' : 'moveTo'](x * this.wall.size[0], y * this.wall.size[1]));
      g.stroke();
    }
    if (this.spot) {
      g.fillStyle = of('--red-fill');
      g.beginPath();
      g.arc(this.spot.x * this.wall.size[0], this.spot.y * this.wall.size[1], 9 * px, 0, 7);
      g.fill();
    }
    if (this.tool === 'map') this.cross(g, px, of);
  }

  cross(g, px, of) {
    const [x, y] = [this.wall.size[0] / 2, this.wall.size[1] / 2];
    g.strokeStyle = of('--acc');
    g.lineWidth = 2 * px;
    g.beginPath();
    g.moveTo(x - 14 * px, y); g.lineTo(x + 14 * px, y); g.moveTo(x, y - 14 * px); g.lineTo(x, y + 14 * px);
    g.stroke();
  }
}
