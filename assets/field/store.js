// What the page keeps on the phone: IndexedDB, or memory where the browser refuses (and the page says so).
const NAMES = ['kv', 'orders', 'marks', 'outbox', 'blobs', 'ways', 'letters', 'fixes'];
const DATABASE = 'city-field';

export const kept = { durable: true };
let database = null;
let memory = null;
let serial = 0;

export async function open() {
  try {
    database = await request(opening());
    database.onversionchange = () => database.close();
    database.onclose = () => { database = null; };
  } catch (error) {
    memory = {};
    for (const name of NAMES) memory[name] = new Map();
    kept.durable = false;
  }
  if (kept.durable && navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
}

function opening() {
  const asked = indexedDB.open(DATABASE, 1);
  asked.onupgradeneeded = () => {
    for (const name of NAMES) asked.result.createObjectStore(name, name === 'outbox' ? { keyPath: 'seq', autoIncrement: true } : undefined);
  };
  return asked;
}

function request(asked) {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error('blocked'));
  });
}

// A phone that slept may have closed the database under us.
async function transaction(names, mode) {
  for (const again of [true, false]) {
    if (!database) database = await request(opening());
    try {
      return mode === 'readwrite' ? strict(names) : database.transaction(names, mode);
    } catch (error) {
      if (!again) throw error;
      database = null;
    }
  }
  return null;
}

function strict(names) {
  try {
    return database.transaction(names, 'readwrite', { durability: 'strict' });
  } catch (error) {
    if (error instanceof TypeError) return database.transaction(names, 'readwrite');
    throw error;
  }
}

export async function get(name, key) {
  if (memory) return memory[name].get(key);
  return request((await transaction([name], 'readonly')).objectStore(name).get(key));
}

export async function all(name) {
  if (memory) return [...memory[name].values()];
  return request((await transaction([name], 'readonly')).objectStore(name).getAll());
}

export async function keys(name) {
  if (memory) return [...memory[name].keys()];
  return request((await transaction([name], 'readonly')).objectStore(name).getAllKeys());
}

// All of it or nothing: ['put', store, value, key], ['add', 'outbox', value], ['del', store, key], ['clear', store].
// Resolves when it is on the phone's disk.
export async function write(changes) {
  if (!changes.length) return;
  if (memory) {
    for (const change of changes) inMemory(change);
    return;
  }
  const names = [...new Set(changes.map((change) => change[1]))];
  const work = await transaction(names, 'readwrite');
  await new Promise((resolve, reject) => {
    work.oncomplete = resolve;
    work.onabort = work.onerror = () => reject(work.error || new Error('aborted'));
    for (const [what, name, value, key] of changes) {
      const store = work.objectStore(name);
      if (what === 'put') { if (key === undefined) store.put(value); else store.put(value, key); }
      else if (what === 'add') store.add(value);
      else if (what === 'del') store.delete(value);
      else store.clear();
    }
  });
}

function inMemory([what, name, value, key]) {
  const store = memory[name];
  if (what === 'add') { serial += 1; store.set(serial, { ...value, seq: serial }); }
  else if (what === 'put') store.set(key === undefined ? value.seq : key, value);
  else if (what === 'del') store.delete(value);
  else store.clear();
}

export function put(name, value, key) { return write([['put', name, value, key]]); }

export function wipe() { return write(NAMES.map((name) => ['clear', name])); }

export function isFull(error) { return !!error && /quota/i.test(`${error.name} ${error.message}`); }
