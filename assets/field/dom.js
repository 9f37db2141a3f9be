// Elements, icons and pieces of text. Data becomes text nodes only, never markup.

export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'class') node.className = value;
    else if (name in PROPERTIES) node[name] = value;
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  append(node, children);
  return node;
}
const PROPERTIES = { value: 1, checked: 1, disabled: 1, srcObject: 1, muted: 1, autoplay: 1, playsInline: 1, hidden: 1 };

function append(node, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(node, child);
    else if (child !== null && child !== undefined && child !== false && child !== '') {
      node.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
}

export function fill(node, ...children) {
  while (node.firstChild) node.removeChild(node.firstChild);
  append(node, children);
  return node;
}

// Outlines on a 24 grid, drawn for this program.
const PATHS = {
  list: 'M9 6h12M9 12h12M9 18h12M4 6h.01M4 12h.01M4 18h.01',
  plus: 'M12 4v16M4 12h16',
  minus: 'M4 12h16',
  map: 'M3 6l6-2 6 2 6-2v14l-6 2-6-2-6 2zM9 4v14M15 6v14',
  person: 'M12 12a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM4 21v-1a5 5 0 0 1 5-5h6a5 5 0 0 1 5 5v1',
  up: 'M12 15V4M7.5 8.5L12 4l4.500 4.500M4 15v5h16v-5',
  pin: 'M12 21s7-6 7-11.500a7 7 0 0 0-14 0C5 15 12 21 12 21zM12 12a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  camera: 'M3 7h4l2-3h6l2 3h4v13H3zM12 17a4 4 0 1 0 0-8 4 4 0 0 0 0 8z',
  phone: 'M5 3h4l2 5-2.500 2a12 12 0 0 0 5.500 5.500l2-2.500 5 2v4a2 2 0 0 1-2.200 2A17 17 0 0 1 3 5.200 2 2 0 0 1 5 3z',
  down: 'M3.500 14.500C8 10.500 16 10.500 20.500 14.500l-2 3-4-1.500v-2.500h-5V16l-4 1.500z',
  video: 'M3 6h12v12H3zM15 10.500l6-3.500v10l-6-3.500',
  mic: 'M12 15a3.500 3.500 0 0 0 3.500-3.500V6a3.500 3.500 0 0 0-7 0v5.500A3.500 3.500 0 0 0 12 15zM5 11.500a7 7 0 0 0 14 0M12 18.500V22',
  mute: 'M12 15a3.500 3.500 0 0 0 3.500-3.500V6a3.500 3.500 0 0 0-7 0v5.500A3.500 3.500 0 0 0 12 15zM5 11.500a7 7 0 0 0 14 0M12 18.500V22M3 3l18 18',
  turn: 'M20 8a8.500 8.500 0 0 0-15-1.500V3M4 16a8.500 8.500 0 0 0 15 1.500V21M5 6.500h4M19 17.500h-4',
  route: 'M6 21a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM18 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM9 18h7a3.500 3.500 0 0 0 0-7H8a3.500 3.500 0 0 1 0-7h7',
  back: 'M15 4l-8 8 8 8',
  next: 'M9 4l8 8-8 8',
  close: 'M5 5l14 14M19 5L5 19',
  check: 'M5 12.500l5 5L19.500 7',
  letter: 'M3 5h18v14H3zM3 6l9 7 9-7',
  hand: 'M8 12V5.500a1.500 1.500 0 0 1 3 0V11M11 10V4a1.500 1.500 0 0 1 3 0v7M14 11V5.500a1.500 1.500 0 0 1 3 0V14a7 7 0 0 1-7 7c-3 0-4.500-1.500-6-4l-2-3.500a1.500 1.500 0 0 1 2.500-1.600L8 15',
  stop: 'M6 6h12v12H6z',
  play: 'M7 4l13 8-13 8z',
  target: 'M12 19a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM12 2v4M12 18v4M2 12h4M18 12h4',
  warn: 'M12 3.500L22 20.500H2zM12 10v5M12 18h.01',
};

function drawing(size, box) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  node.setAttribute('width', size);
  node.setAttribute('height', size);
  node.setAttribute('viewBox', box);
  node.setAttribute('aria-hidden', 'true');
  return node;
}

function path(d, more) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  node.setAttribute('d', d);
  for (const [name, value] of Object.entries(more || {})) node.setAttribute(name, value);
  return node;
}

export function icon(name, size = 20) {
  const node = drawing(size, '0 0 24 24');
  node.appendChild(path(PATHS[name]));
  return node;
}

// The dot of a step: past is filled with a check, next is a ring in a ring, waiting to be sent is hollow with a dash.
export function stepMark(state) {
  const node = drawing(26, '0 0 26 26');
  const circle = 'M13 2a11 11 0 1 0 0 22 11 11 0 0 0 0-22z';
  if (state === 'past') {
    node.appendChild(path(circle, { fill: 'currentColor', stroke: 'none' }));
    node.appendChild(path('M8 13.500l3.500 3.500 6.500-7', { stroke: 'var(--s1)', 'stroke-width': '2.500' }));
  } else if (state === 'next') {
    node.appendChild(path(circle, { fill: 'var(--s1)', 'stroke-width': '3' }));
    node.appendChild(path('M13 9a4 4 0 1 0 0 8 4 4 0 0 0 0-8z', { fill: 'currentColor', stroke: 'none' }));
  } else if (state === 'wait') {
    node.appendChild(path(circle, { fill: 'var(--s1)', 'stroke-width': '2.500' }));
    node.appendChild(path('M8.500 13h9', { 'stroke-width': '2.500' }));
  } else {
    node.appendChild(path(circle, { fill: 'var(--s1)', 'stroke-width': '2' }));
  }
  return node;
}
