// Keeps the page itself, a whole set at a time, so that it opens without a network. Answers of the API are never kept here.
const FILES = [
  '/', '/shell.css', '/app.css', '/manifest.webmanifest', '/icon.svg', '/icon.png', '/boot.js', '/app.js', '/callview.js', '/core.js', '/dom.js',
  '/enrol.js', '/forms.js', '/live.js', '/media.js', '/mine.js', '/orders.js', '/outbox.js', '/place.js', '/ring.js', '/shell.js',
  '/store.js', '/sync.js', '/wayview.js', '/words.js',
];
const PREFIX = 'field-';
const WHOLE = '/whole';

async function newest() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX)).sort().reverse();
  for (const name of names) {
    const cache = await caches.open(name);
    if (await cache.match(WHOLE)) return { name, cache };
  }
  return null;
}

// Fetches every file anew (the server answers 304 for what the browser has); changed: whether any differs from `than`.
async function fetched(than) {
  const answers = await Promise.all(FILES.map((file) => fetch(file, { cache: 'no-cache', credentials: 'omit', redirect: 'error' })));
  if (answers.some((answer) => !answer.ok)) throw new Error('not whole');
  const bodies = await Promise.all(answers.map((answer) => answer.clone().arrayBuffer()));
  if (!than) return { answers, changed: true };
  for (let at = 0; at < FILES.length; at += 1) {
    const old = await than.match(FILES[at]);
    if (!old || !equal(await old.arrayBuffer(), bodies[at])) return { answers, changed: true };
  }
  return { answers, changed: false };
}

function equal(a, b) {
  if (a.byteLength !== b.byteLength) return false;
  const [x, y] = [new Uint8Array(a), new Uint8Array(b)];
  return x.every((byte, at) => byte === y[at]);
}

async function keep(answers) {
  const name = `${PREFIX}${Date.now()}`;
  const cache = await caches.open(name);
  await Promise.all(FILES.map((file, at) => cache.put(file, answers[at])));
  await cache.put(WHOLE, new Response('whole'));
  for (const other of await caches.keys()) if (other.startsWith(PREFIX) && other !== name) await caches.delete(other);
}

self.addEventListener('install', (e) => {
  e.waitUntil(fetched(null).then(({ answers }) => keep(answers)).then(() => self.skipWaiting()));
});
self.addEventListener('activate', (e) => e.waitUntil(self.clients.claim()));

let checking = null;
self.addEventListener('message', (e) => {
  if (e.data === 'check') e.waitUntil((checking = checking || check().finally(() => { checking = null; })));
});

async function check() {
  const have = await newest();
  try {
    const { answers, changed } = await fetched(have && have.cache);
    if (!changed) return;
    await keep(answers);
    if (have) for (const client of await self.clients.matchAll()) client.postMessage('renewed');
  } catch (error) {
    // no network, or a server in the middle of its renewal: what there is stays
  }
}

self.addEventListener('fetch', (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== 'GET' || url.origin !== self.location.origin) return;
  const file = e.request.mode === 'navigate' && url.pathname === '/' ? '/' : url.pathname;
  if (!FILES.includes(file)) return;
  e.respondWith(newest().then((have) => have && have.cache.match(file)).then((kept) => kept || fetch(e.request)));
});
