// Shows the events of GET /stream. Every text is put in with textContent, never as HTML: a record
// comes from outside, and "<img onerror=…>" in a user name must stay a text.
const MAX_ROWS = 200; // on the page; also how many are kept while it is paused

const list = document.getElementById('events');
const state = document.getElementById('state');
const pause = document.getElementById('pause');
const seen = new Set(); // ids: after a reconnection an event may come a second time
let last = ''; // id of the last event
let waiting = null; // while paused: the events to show later

function element(name, text) {
  const node = document.createElement(name);
  node.textContent = text;
  return node;
}

function show({ time, user, action, page }) {
  const box = list.parentElement;
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  const when = element('time', new Date(time).toLocaleTimeString());
  when.dateTime = time;
  const row = document.createElement('li');
  row.append(when, ' ', element('b', user), ' ', element('span', action), ' ', element('code', page));
  list.append(row);
  while (list.children.length > MAX_ROWS) list.firstElementChild.remove();
  if (atEnd) box.scrollTop = box.scrollHeight; // but leave a reader alone who scrolled back
}

function connect() {
  // Relative, so a path prefix of a proxy does not matter. "after" is for the case below; when the browser
  // itself reconnects, it sends the id of the last event in the Last-Event-ID field.
  const source = new EventSource(last ? `stream?after=${encodeURIComponent(last)}` : 'stream');

  source.onopen = () => { state.textContent = 'Connected'; };

  source.onerror = () => {
    state.textContent = 'Connection lost, reconnecting…';
    // CLOSED: the answer was no stream (a 502 of the proxy, say) and the browser has given up. We have not.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
  };

  source.onmessage = (message) => {
    last = message.lastEventId;
    if (seen.has(last)) return;
    seen.add(last);
    if (seen.size > 2000) seen.delete(seen.values().next().value); // a Set keeps its order: the oldest
    const event = JSON.parse(message.data);
    if (!waiting) return show(event);
    waiting.push(event);
    if (waiting.length > MAX_ROWS) waiting.shift();
  };
}

connect();

// What moves by itself must be stoppable (WCAG 2.2, 2.2.2 Pause, Stop, Hide).
pause.onclick = () => {
  const events = waiting;
  waiting = events ? null : [];
  pause.setAttribute('aria-pressed', String(waiting !== null));
  events?.forEach(show);
};
