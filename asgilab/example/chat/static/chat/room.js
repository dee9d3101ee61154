// One room: first its history, then whatever comes over the websocket.
const list = document.querySelector("#messages");
const state = document.querySelector("#state");
const form = document.querySelector("#say");
const room = list.dataset.room;
const shown = new Set();

function row(className, ...parts) {
  const item = document.createElement("li");
  item.className = className;
  item.append(...parts);
  list.append(item);
  item.scrollIntoView();
}

function show(message) {
  if (shown.has(message.id)) return; // sent while the history was on its way
  shown.add(message.id);
  const time = document.createElement("time");
  time.dateTime = message.at;
  time.textContent = new Date(message.at).toLocaleTimeString();
  row("message", `${message.from}: ${message.message}`, time);
}

async function loadHistory() {
  const response = await fetch(`/history/${room}/`);
  const { messages } = await response.json();
  messages.forEach(show);
}

function address(path) {
  const url = new URL(path, location);
  url.protocol = url.protocol.replace("http", "ws");
  return url;
}

function connect() {
  const socket = new WebSocket(address(`/ws/chat/${room}/`), ["chat.v1"]);
  socket.onopen = () => { state.textContent = "Connected."; loadHistory(); };
  socket.onclose = (event) => { state.textContent = `Closed (${event.code}).`; };
  socket.onmessage = ({ data }) => {
    const content = JSON.parse(data);
    if (content.notice) row("notice", `${content.user} ${content.notice}.`);
    else if (content.error) row("notice", content.error);
    else show(content);
  };
  return socket;
}

function measure() {
  const socket = new WebSocket(address("/ws/echo/"));
  socket.onopen = () => socket.send(String(performance.now()));
  socket.onmessage = ({ data }) => {
    const passed = (performance.now() - Number(data)).toFixed(1);
    state.title = `A frame takes ${passed} ms there and back.`;
    socket.close();
  };
}

const socket = connect();
measure();
form.addEventListener("submit", (event) => {
  event.preventDefault();
  socket.send(JSON.stringify({ message: form.elements.message.value }));
  form.reset();
});
