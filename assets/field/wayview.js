// The small map of an order and the whole one: drawn from what the gateway gave and the phone kept, so also offline.
import { h } from '/dom.js';
import { t } from '/words.js';

const MAIN = ['motorway', 'trunk', 'primary', 'main'];
const MIDDLE = ['secondary', 'tertiary', 'mid', 'motorway_link', 'trunk_link', 'primary_link'];
const SHAPES = { 1: 'diamond', 2: 'hexagon', 3: 'square', 4: 'circle' };
const NUMERALS = ['', 'Ⅰ', 'Ⅱ', 'Ⅲ', 'Ⅳ'];
export function numeral(level) { return NUMERALS[level] || String(level || ''); }

function palette() {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

// Web Mercator, metres on the ground about the middle.
function project(lon, lat) {
  const sin = Math.sin((Math.max(-85, Math.min(85, lat)) * Math.PI) / 180);
  return [6378137 * ((lon * Math.PI) / 180), 6378137 * Math.atanh(sin)];
}

// view: {x, y, scale (pixels a metre)}
export function fitting(points, width, height, margin, most) {
  if (!points.length) return null;
  const flat = points.map(([lon, lat]) => project(lon, lat));
  const xs = flat.map((point) => point[0]);
  const ys = flat.map((point) => point[1]);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const scale = Math.min((width - 2 * margin) / Math.max(right - left, 1), (height - 2 * margin) / Math.max(high - low, 1), most);
  return { x: (left + right) / 2, y: (low + high) / 2, scale };
}

function area(kind) { return { water: 'water', park: 'park', wood: 'wood', built: 'built', building: 'built' }[kind] || ''; }

// what: {ways: [way], orders: [order], here: {lon, lat} or null, chosen: id}
export function draw(canvas, what, view) {
  const ratio = Math.min(window.devicePixelRatio || 1, 3);
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (!width || !height || !view) return;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext('2d');
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  const colour = palette();
  const to = ([lon, lat]) => {
    const [x, y] = project(lon, lat);
    return [width / 2 + (x - view.x) * view.scale, height / 2 - (y - view.y) * view.scale];
  };
  pen.fillStyle = colour('land');
  pen.fillRect(0, 0, width, height);
  pen.lineJoin = pen.lineCap = 'round';
  const line = (points, style, wide) => {
    trace(pen, points, to);
    pen.strokeStyle = style;
    pen.lineWidth = wide;
    pen.stroke();
  };
  for (const way of what.ways) {
    for (const ground of way.areas || []) {
      const name = area(ground.kind || ground.class);
      if (!name) continue;
      pen.beginPath();
      for (const ring of ground.rings || [ground.points || []]) { trace(pen, ring, to, true); pen.closePath(); }
      pen.fillStyle = colour(name);
      pen.fill('evenodd');
    }
  }
  const big = view.scale > 0.25 ? 1 : 0.6;
  const roads = [];
  const drawn = new Set();
  for (const way of what.ways) {
    for (const road of way.roads || []) {
      const key = `${road.name}${road.points[0]}${road.points.length}`;
      if (!drawn.has(key)) { drawn.add(key); roads.push(road); }
    }
  }
  const rank = (road) => (MAIN.includes(road.class) ? 2 : MIDDLE.includes(road.class) ? 1 : 0);
  roads.sort((a, b) => rank(a) - rank(b));
  for (const road of roads) if (rank(road) === 2) line(road.points, colour('road-case'), 10.4 * big);
  for (const road of roads) {
    const kind = rank(road);
    line(road.points, colour(['road-minor', 'road-mid', 'road-main'][kind]), [3.2, 5, 8.4][kind] * big);
  }
  for (const way of what.ways) {
    const points = way.points || [];
    if (points.length < 2) continue;
    if (what.here && what.ways.length === 1) {
      pen.setLineDash([2, 7]); // from where I am to the street
      line([[what.here.lon, what.here.lat], points[0]], colour('acc'), 3);
      pen.setLineDash([]);
    }
    line(points, colour('halo'), 9);
    line(points, colour('acc'), 5);
  }
  names(pen, roads, to, colour, width, height);
  for (const order of what.orders) event(pen, to([order.lon, order.lat]), order.level, colour, order.id === what.chosen);
  if (what.here) person(pen, to([what.here.lon, what.here.lat]), colour);
}

function trace(pen, points, to, going) {
  if (!going) pen.beginPath();
  points.forEach((point, at) => { const [x, y] = to(point); if (at) pen.lineTo(x, y); else pen.moveTo(x, y); });
}

// A name once for each road, along its longest straight piece that is on the canvas.
function names(pen, roads, to, colour, width, height) {
  const best = {};
  for (const road of roads) {
    if (!road.name) continue;
    for (let at = 1; at < road.points.length; at += 1) {
      const a = to(road.points[at - 1]);
      const b = to(road.points[at]);
      const middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
      const long = Math.hypot(b[0] - a[0], b[1] - a[1]);
      if (middle[0] < 30 || middle[1] < 14 || middle[0] > width - 30 || middle[1] > height - 14) continue;
      if (!best[road.name] || best[road.name].long < long) best[road.name] = { long, middle, angle: Math.atan2(b[1] - a[1], b[0] - a[0]) };
    }
  }
  pen.font = '13px sans-serif';
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  const taken = [];
  for (const [name, found] of Object.entries(best).sort((a, b) => b[1].long - a[1].long)) {
    const wide = pen.measureText(name).width;
    if (found.long < wide * 0.7 || taken.length >= 12) continue;
    if (taken.some(([x, y, half]) => Math.hypot(x - found.middle[0], y - found.middle[1]) < half + wide / 2)) continue;
    taken.push([...found.middle, wide / 2]);
    pen.save();
    pen.translate(...found.middle);
    pen.rotate(Math.abs(found.angle) > Math.PI / 2 ? found.angle + Math.PI : found.angle);
    text(pen, name, 0, 0, colour('road-label'), colour('halo'));
    pen.restore();
  }
}

function text(pen, words, x, y, fill, halo) {
  pen.lineWidth = 3;
  pen.strokeStyle = halo;
  pen.strokeText(words, x, y);
  pen.fillStyle = fill;
  pen.fillText(words, x, y);
}

function outline(pen, shape, x, y, r) {
  pen.beginPath();
  if (shape === 'circle') pen.arc(x, y, r, 0, 7);
  else if (shape === 'square') pen.rect(x - r, y - r, 2 * r, 2 * r);
  else {
    const sides = shape === 'diamond' ? 4 : 6;
    for (let at = 0; at < sides; at += 1) {
      const angle = (at / sides) * 2 * Math.PI - Math.PI / 2;
      pen.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
    }
  }
  pen.closePath();
}

// Shape and numeral say the level besides the colour.
function event(pen, [x, y], level, colour, chosen) {
  const name = ['', 'red', 'orange', 'yellow', 'blue'][level] || 'blue';
  const r = { 1: 20, 2: 17, 3: 14, 4: 15 }[level] || 15;
  if (chosen) { outline(pen, 'circle', x, y, r + 7); pen.strokeStyle = colour('acc'); pen.lineWidth = 3; pen.stroke(); }
  outline(pen, SHAPES[level] || 'circle', x, y, r);
  pen.lineWidth = 4;
  pen.strokeStyle = colour('land');
  pen.stroke();
  pen.fillStyle = colour(`${name}-fill`);
  pen.fill();
  pen.font = 'bold 15px sans-serif';
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillStyle = colour(`${name}-ink`);
  pen.fillText(numeral(level), x, y + 0.5);
}

function person(pen, [x, y], colour) {
  for (const [r, name] of [[14, 'acc'], [10, 's1'], [5.5, 'acc']]) {
    pen.beginPath();
    pen.arc(x, y, r, 0, 7);
    pen.fillStyle = colour(name);
    pen.fill();
  }
  pen.font = 'bold 14px sans-serif';
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  text(pen, t('map.me'), x + 19, y, colour('t1'), colour('halo'));
}

function pointsOf(what) {
  const points = what.orders.map((order) => [order.lon, order.lat]);
  if (what.here) points.push([what.here.lon, what.here.lat]);
  for (const way of what.ways) points.push(...(way.points || []));
  return points;
}

export function small(what, label) {
  const canvas = h('canvas', { role: 'img', 'aria-label': label });
  requestAnimationFrame(() => draw(canvas, what, fitting(pointsOf(what), canvas.clientWidth, canvas.clientHeight, 34, 1.2)));
  return canvas;
}

// A map that is moved by one finger, scaled by two, the wheel or the keys.
export class Whole {
  constructor(what) {
    this.what = what;
    this.view = null;
    this.fingers = new Map();
    this.canvas = h('canvas', { class: 'whole', role: 'img', tabindex: '0', 'aria-label': t('tab.map') });
    const watch = this.canvas;
    watch.addEventListener('pointerdown', (e) => { watch.setPointerCapture(e.pointerId); this.fingers.set(e.pointerId, [e.offsetX, e.offsetY]); this.moved = 0; });
    watch.addEventListener('pointermove', (e) => this.move(e));
    watch.addEventListener('pointerup', (e) => { this.fingers.delete(e.pointerId); if (this.moved < 8) this.touched(e.offsetX, e.offsetY); });
    watch.addEventListener('pointercancel', (e) => this.fingers.delete(e.pointerId));
    watch.addEventListener('wheel', (e) => { e.preventDefault(); this.zoom(e.deltaY < 0 ? 1.25 : 0.8); }, { passive: false });
    watch.addEventListener('keydown', (e) => this.key(e));
    this.onTouch = null;
  }

  show(what) {
    this.what = what;
    if (!this.view) this.all();
    else this.redraw();
  }

  all() {
    this.view = fitting(pointsOf(this.what), this.canvas.clientWidth, this.canvas.clientHeight, 64, 1);
    this.redraw();
  }

  redraw() { draw(this.canvas, this.what, this.view); }

  move(e) {
    const before = this.fingers.get(e.pointerId);
    if (!before || !this.view) return;
    const now = [e.offsetX, e.offsetY];
    this.moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
    const others = [...this.fingers.entries()].filter(([id]) => id !== e.pointerId);
    if (others.length) {
      const [ox, oy] = others[0][1];
      const ratio = Math.hypot(now[0] - ox, now[1] - oy) / Math.max(1, Math.hypot(before[0] - ox, before[1] - oy));
      this.fingers.set(e.pointerId, now);
      this.zoom(ratio);
      return;
    }
    this.view.x -= (now[0] - before[0]) / this.view.scale;
    this.view.y += (now[1] - before[1]) / this.view.scale;
    this.fingers.set(e.pointerId, now);
    this.redraw();
  }

  zoom(ratio) {
    if (!this.view) return;
    this.view.scale = Math.max(0.002, Math.min(4, this.view.scale * ratio));
    this.redraw();
  }

  key(e) {
    const step = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[e.key];
    if (step && this.view) { this.view.x += step[0] / this.view.scale; this.view.y += step[1] / this.view.scale; this.redraw(); e.preventDefault(); }
    if (e.key === '+' || e.key === '=') this.zoom(1.25);
    if (e.key === '-') this.zoom(0.8);
  }

  touched(x, y) {
    if (!this.view || !this.onTouch) return;
    const near = (order) => {
      const [px, py] = project(order.lon, order.lat);
      return Math.hypot(this.canvas.clientWidth / 2 + (px - this.view.x) * this.view.scale - x, this.canvas.clientHeight / 2 - (py - this.view.y) * this.view.scale - y);
    };
    const found = [...this.what.orders].sort((a, b) => near(a) - near(b))[0];
    if (found && near(found) < 30) this.onTouch(found);
  }
}
