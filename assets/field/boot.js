// The shell is painted before the page itself is fetched: on a slow line somebody sees at once that it opens.
const zh = /^zh/i.test(navigator.language || 'zh');
if (!zh) {
  document.documentElement.lang = 'en';
  document.getElementById('opening').textContent = 'Opening…';
}

function failed() {
  document.getElementById('opening').textContent = zh
    ? '页面没有下载完整。请检查网络，然后重新打开。'
    : 'The page was not loaded whole. Check the network and open it again.';
}

// Asked for at once, not one after the other as they import each other.
const PARTS = ['core', 'words', 'store', 'dom', 'outbox', 'live', 'place', 'sync', 'shell', 'orders', 'forms', 'media', 'wayview', 'mine', 'enrol', 'callview', 'ring'];

let begun = false;
function begin() {
  if (begun) return;
  begun = true;
  const style = document.createElement('link');
  style.rel = 'stylesheet';
  style.href = '/app.css';
  const styled = new Promise((resolve, reject) => { style.onload = resolve; style.onerror = reject; });
  document.head.appendChild(style);
  for (const part of PARTS) import(`/${part}.js`).catch(() => {}); // app.js says it
  Promise.all([import('/app.js'), styled]).then(([app]) => app.start()).catch((error) => { failed(); throw error; });
}

requestAnimationFrame(() => setTimeout(begin, 0));
setTimeout(begin, 1500); // a page in the background paints nothing
