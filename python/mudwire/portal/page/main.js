// The page: it connects the parts.

import { websocketAddress } from "./address.js";
import { Connection } from "./connection.js";
import { Entry } from "./entry.js";
import { LineQueue } from "./line_queue.js";
import { readMarkup } from "./markup.js";
import { OutOfBand } from "./oob.js";
import { Screen } from "./screen.js";
import { BrowserSession } from "./session.js";

const STATES = {
  connecting: "connecting\u2026",
  open: "connected",
  waiting: "connection lost, trying again\u2026",
  offline: "offline",
  closed: "disconnected",
};

const part = (id) => document.getElementById(id);

const screen = new Screen(part("log"), part("newer"));
const session = new BrowserSession(() => connection.send("browser_session"));
const connection = new Connection(
  async () => websocketAddress(await session.csessid()),
  showState,
  receive,
);
const lines = new LineQueue(connection, showSent, showWaiting);
const entry = new Entry(part("entry"), part("line"), part("prompt"), sendLines, stopSending);
const oob = new OutOfBand(part("oob"), part("oob-list"), part("oob-count"), (...command) =>
  connection.send(...command),
);

function receive(name, args, kwargs) {
  if (name === "text") screen.add(readMarkup(String(args[0] ?? "")));
  else if (name === "prompt") entry.setPrompt(readMarkup(String(args[0] ?? "")));
  else if (name === "logged_in") lines.loggedIn();
  else if (name === "browser_session") session.receive(kwargs.token);
  else oob.receive(name, args, kwargs);
}

function sendLines(typed) {
  if (!lines.add(typed)) {
    const what = typed.length === 1 ? "your line was" : `your ${typed.length} lines were`;
    screen.add(`Not connected: ${what} not sent.`, "notice");
    return false;
  }
  screen.follow();
  return true;
}

function showSent(line) {
  if (line !== "") screen.add(line, "typed");
}

function showWaiting(count) {
  part("sending").hidden = count === 0;
  part("waiting").textContent = `${counted(count)} to send`;
}

// Return whether there were lines to send.
function stopSending() {
  const count = lines.stop();
  if (count > 0) screen.add(`Stopped: ${counted(count)} not sent.`, "notice");
  return count > 0;
}

function counted(count) {
  return count === 1 ? "1 line" : `${count} lines`;
}

function showState(state) {
  const status = part("status");
  status.textContent = STATES[state];
  status.dataset.state = state;
  part("reconnect").hidden = state !== "closed";
  if (state === "open") lines.connected();
  if (state === "closed") {
    entry.setPrompt("");
    stopSending();
  }
  if (state === "offline") screen.add("Your browser is offline. The game will be back with the network.", "notice");
}

part("stop").addEventListener("click", () => {
  stopSending();
  part("line").focus();
});

part("reconnect").addEventListener("click", () => connection.open());

part("log").addEventListener("click", (event) => {
  const command = event.target.closest("a")?.dataset.command;
  if (command === undefined) return;
  event.preventDefault();
  sendLines([command]);
});

// In some browsers a phone's keyboard covers the page and does not shrink it.
visualViewport?.addEventListener("resize", () => {
  document.documentElement.style.setProperty("--visible-height", `${visualViewport.height}px`);
});

connection.open();
