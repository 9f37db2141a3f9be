// The line to the gateway that is open while the page is: calls and knocks.
import { ask, me, net, on, tell, uuid7 } from '/core.js';

const GATHERING = 2000;
const LONGEST = 30000;
const AWAY = 15000; // so long the gateway keeps the calls of a page that went

let socket = null;
let timer = 0;
let failures = 0;
const REPLACED = 4001;
const SIGNED_OUT = 4003;
export const line = { open: false, replaced: false };

export function connect() {
  clearTimeout(timer);
  if (!me.token || line.replaced || (socket && socket.readyState <= 1)) return;
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  let mine;
  try { mine = new WebSocket(`${scheme}://${location.host}/v1/live`, 'cockpit.v1'); } catch (error) { later(); return; }
  socket = mine;
  mine.onopen = () => mine.send(JSON.stringify({ token: me.token, legs: running() }));
  mine.onmessage = (e) => {
    failures = 0;
    if (!line.open) { line.open = true; tell('line'); }
    heard(e.data);
  };
  mine.onclose = (e) => {
    if (socket !== mine) return;
    socket = null;
    if (e.code === REPLACED) line.replaced = true; // the same phone has another page open: one of them works
    if (e.code === SIGNED_OUT && me.token) ask('GET', '/v1/me').catch(() => {}); // its answer says why
    if (line.open) { line.open = false; tell('line'); }
    later();
  };
}

// A gateway that began anew knows nothing of them.
function running() { return active && ['calling', 'up'].includes(active.state) ? [active.leg] : []; }

function later() {
  clearTimeout(timer);
  failures += 1;
  if (me.token && !line.replaced) timer = setTimeout(connect, Math.min(LONGEST, 1000 * 2 ** Math.min(failures, 5)) * (0.75 + Math.random() / 2));
}

export function disconnect() {
  clearTimeout(timer);
  if (socket) socket.close();
}

on('net', () => { if (net.reached) { failures = 0; connect(); } });
window.addEventListener('online', () => { failures = 0; connect(); });
document.addEventListener('visibilitychange', () => { if (!document.hidden) connect(); });

export function send(message) {
  if (!socket || socket.readyState !== 1) return false;
  socket.send(JSON.stringify(message));
  return true;
}

function heard(data) {
  let message;
  try { message = JSON.parse(data); } catch (error) { return; }
  if (!message || typeof message.kind !== 'string') return;
  if (message.kind === 'knock') tell('knock');
  else if (message.leg) signal(message).catch((error) => ended(active && active.leg === message.leg ? 'call.failed' : '', error));
}

// -- one call at a time ---------------------------------------------------------------------------------------------------

// {leg, call, name, state: calling|incoming|up|ended, inbound, video (ours is sent), offered (theirs), roll, held, muted,
//  why, since (performance.now), far: MediaStream, own: MediaStream, quality}
export let active = null;
let peer = null;
let waitingOffer = '';
let statistics = 0;
let unheard = 0;
let away = 0;
let lock = null;

function change(what) { Object.assign(active, what); tell('call'); }

export async function call(video) {
  if (active) return;
  active = { leg: uuid7(), call: uuid7(), name: '', state: 'calling', inbound: false, video, offered: false, since: 0, why: '' };
  const mine = active;
  tell('call');
  try {
    await build(video, mine);
    for (const track of mine.own.getTracks()) peer.addTrack(track, mine.own);
    if (!video) peer.addTransceiver('video', { direction: 'sendrecv' });
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
  } catch (error) {
    if (active === mine) ended(reason(error));
    return;
  }
  if (active !== mine) return;
  const sdp = peer.localDescription.sdp;
  if (!send({ kind: 'offer', leg: mine.leg, call: mine.call, sdp, video })) ended('call.no_line');
  else unheard = setTimeout(() => { if (active === mine && mine.state === 'calling') { send({ kind: 'bye', leg: mine.leg, call: mine.call }); ended('call.no_answer'); } }, 90000);
}

function reason(error) {
  if (error && (error.name === 'NotAllowedError' || error.name === 'SecurityError')) return 'call.denied';
  if (error && (error.name === 'NotFoundError' || error.name === 'NotReadableError')) return 'call.no_microphone';
  return error && error.message === 'insecure' ? 'call.insecure' : 'call.failed';
}

export function canCall() { return !!(window.RTCPeerConnection && navigator.mediaDevices && navigator.mediaDevices.getUserMedia); }

async function build(video, mine) {
  if (!canCall()) throw new Error('insecure');
  const picture = video ? { facingMode: 'environment', width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { max: 20 } } : false;
  const own = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true }, video: picture });
  if (active !== mine) { for (const track of own.getTracks()) track.stop(); throw new Error('gone'); }
  mine.own = own;
  mine.facing = 'environment';
  const one = new RTCPeerConnection({ iceServers: me.ice || [] });
  peer = one;
  mine.far = new MediaStream();
  one.ontrack = (e) => {
    mine.far.addTrack(e.track);
    e.track.onunmute = e.track.onmute = () => tell('call');
    tell('call');
  };
  one.onconnectionstatechange = () => {
    if (peer !== one) return;
    if (one.connectionState === 'connected' && mine.state !== 'up') up();
    if (one.connectionState === 'disconnected') change({ quality: 'lost' });
    if (one.connectionState === 'connected') change({ quality: '' });
    if (one.connectionState === 'failed') { send({ kind: 'bye', leg: mine.leg, call: mine.call }); ended('call.cut'); }
  };
  stayAwake();
}

function up() {
  clearTimeout(unheard);
  change({ state: 'up', since: performance.now() });
  statistics = setInterval(measure, 2000);
}

let lastCounts = null;
async function measure() {
  if (!peer) return;
  let found = null;
  (await peer.getStats()).forEach((row) => { if (row.type === 'inbound-rtp' && (row.kind || row.mediaType) === 'audio') found = row; });
  if (!found || !active) return;
  const lost = Math.max(0, found.packetsLost - (lastCounts ? lastCounts.lost : 0));
  const came = found.packetsReceived - (lastCounts ? lastCounts.came : 0);
  lastCounts = { lost: found.packetsLost, came: found.packetsReceived };
  const share = came + lost ? lost / (came + lost) : 0;
  const quality = active.held ? '' : !came ? 'lost' : share > 0.05 || found.jitter > 0.1 ? 'poor' : 'good';
  if (quality !== active.quality) change({ quality });
}

// All candidates are in what is sent: there is no further message for them.
function gathered(one) {
  if (one.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    setTimeout(resolve, GATHERING);
    one.addEventListener('icegatheringstatechange', () => { if (one.iceGatheringState === 'complete') resolve(); });
  });
}

async function signal(message) {
  const { kind, leg } = message;
  if (kind === 'offer' && (!active || active.state === 'ended')) { comes(message); return; }
  if (!active || active.leg !== leg) {
    if (kind === 'offer') send({ kind: 'busy', leg, call: message.call });
    return;
  }
  if (kind === 'offer' && active.inbound && active.state !== 'up' && message.sdp === waitingOffer) again();
  else if (kind === 'offer' && peer) await anew(message);
  else if (kind === 'answer' && peer && !active.inbound) {
    await peer.setRemoteDescription({ type: 'answer', sdp: message.sdp });
    change({ name: message.name || active.name, offered: !!message.video });
  } else if (kind === 'ringing') change({ rings: true, name: message.name || active.name });
  else if (kind === 'hold' || kind === 'resume') change({ held: kind === 'hold' });
  else if (kind === 'video') change({ offered: message.value !== 'off' && (message.video || message.value === 'on') });
  else if (kind === 'roll') change({ roll: true });
  else if (['busy', 'declined', 'unreachable', 'claimed', 'bye'].includes(kind)) {
    const state = active.state;
    ended(kind !== 'bye' ? `call.${kind}` : state === 'incoming' ? 'call.missed' : state === 'up' ? 'call.over' : 'call.no_answer');
  }
}

function comes(message) {
  close();
  active = {
    leg: message.leg, call: message.call, name: message.name || '', state: 'incoming', inbound: true, video: false,
    offered: !!message.video, roll: message.value === 'roll', since: 0, why: '',
  };
  waitingOffer = message.sdp;
  send({ kind: 'ringing', leg: message.leg, call: message.call });
  tell('call');
  tell('ring', true);
}

export async function accept(video) {
  const mine = active;
  if (!mine || mine.state !== 'incoming') return;
  tell('ring', false);
  change({ state: 'calling', video });
  try {
    await build(video, mine);
    await peer.setRemoteDescription({ type: 'offer', sdp: waitingOffer });
    for (const one of peer.getTransceivers()) {
      const type = one.receiver.track.kind;
      const track = mine.own.getTracks().find((own) => own.kind === type);
      one.direction = 'sendrecv'; // a picture of ours may come later, without another offer
      if (track) await one.sender.replaceTrack(track);
    }
    await peer.setLocalDescription(await peer.createAnswer());
    await gathered(peer);
  } catch (error) {
    if (active !== mine) return;
    send({ kind: 'unreachable', leg: mine.leg, call: mine.call, value: 'failed' });
    ended(reason(error));
    return;
  }
  if (active !== mine) return;
  mine.answered = true;
  if (!answer()) missLine();
}

function answer() {
  return send({ kind: 'answer', leg: active.leg, call: active.call, sdp: peer.localDescription.sdp, video: active.video });
}

// The line went while it rang: it rings on until the gateway says the offer again, or the desk has given up.
function missLine() {
  const mine = active;
  clearTimeout(away);
  away = setTimeout(() => { if (active === mine && mine.state !== 'up') ended(mine.state === 'incoming' ? 'call.missed' : 'call.no_line'); }, AWAY);
}

function again() {
  clearTimeout(away);
  if (active.answered) answer();
}

async function anew(message) {
  await peer.setRemoteDescription({ type: 'offer', sdp: message.sdp });
  await peer.setLocalDescription(await peer.createAnswer());
  await gathered(peer);
  send({ kind: 'answer', leg: message.leg, call: message.call, sdp: peer.localDescription.sdp, video: active.video });
}

export function decline() {
  if (!active) return;
  send({ kind: 'declined', leg: active.leg, call: active.call });
  ended('');
}

export function hangUp() {
  if (!active) return;
  if (active.state !== 'ended') send({ kind: 'bye', leg: active.leg, call: active.call });
  ended('');
}

export function present() {
  if (!active) return;
  send({ kind: 'roll', leg: active.leg, call: active.call });
  change({ said: true });
}

export function mute(yes) {
  for (const track of active.own ? active.own.getAudioTracks() : []) track.enabled = !yes;
  change({ muted: yes });
}

function pictureSender() {
  const found = peer && peer.getTransceivers().find((one) => one.receiver.track.kind === 'video');
  return found && found.currentDirection && found.currentDirection.includes('send') ? found.sender : null;
}
export function canShow() { return !!pictureSender(); }

export async function show(yes, facing) {
  const mine = active;
  const sender = pictureSender();
  if (!mine || !sender) return;
  for (const track of mine.own.getVideoTracks()) { track.stop(); mine.own.removeTrack(track); }
  if (yes) {
    mine.facing = facing || mine.facing;
    const more = await navigator.mediaDevices.getUserMedia({ video: { facingMode: mine.facing, width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { max: 20 } } }).catch(() => null);
    if (active !== mine || !more) { if (more) for (const track of more.getTracks()) track.stop(); if (active === mine) change({ video: false }); return; }
    mine.own.addTrack(more.getVideoTracks()[0]);
    await sender.replaceTrack(more.getVideoTracks()[0]);
  } else await sender.replaceTrack(null);
  send({ kind: 'video', leg: mine.leg, call: mine.call, video: yes, value: yes ? 'on' : 'off' });
  change({ video: yes });
}

function ended(why) {
  if (!active) return;
  tell('ring', false);
  const mine = active;
  close();
  if (why) {
    change({ state: 'ended', why });
    setTimeout(() => { if (active === mine) dismiss(); }, why === 'call.over' ? 1500 : 6000);
  } else dismiss();
}

export function dismiss() { active = null; tell('call'); }

function close() {
  clearInterval(statistics);
  clearTimeout(unheard);
  clearTimeout(away);
  lastCounts = null;
  if (peer) peer.close();
  peer = null;
  if (active && active.own) for (const track of active.own.getTracks()) track.stop();
  if (lock) lock.release().catch(() => {});
  lock = null;
}

async function stayAwake() {
  try { lock = navigator.wakeLock ? await navigator.wakeLock.request('screen') : null; } catch (error) { lock = null; }
}

document.addEventListener('visibilitychange', () => { if (!document.hidden && active && peer) stayAwake(); });
window.addEventListener('pagehide', () => { if (active && active.state !== 'ended') send({ kind: 'bye', leg: active.leg, call: active.call }); });
on('line', () => {
  if (line.open || !active || !active.inbound || !['incoming', 'calling'].includes(active.state)) return;
  if (line.replaced || !me.token) ended('call.missed');
  else missLine();
});
