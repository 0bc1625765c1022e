// The websocket to the game. It reconnects after every loss, with a growing wait.
//
// States: "connecting", "open", "waiting" (for the next try), "offline" (the browser
// has no network), "closed" (the game closed the connection; only open() connects again).

const SUBPROTOCOL = "v1.evennia.com";
const NORMAL_CLOSURE = 1000;
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 30_000;
// A connection that lasted this long was no failure, so the next wait is the first again.
const STABLE_MS = 5_000;

export class Connection {
  #address;
  #onState;
  #onCommand;
  // The latest attempt to connect, with its socket as soon as there is one; null between attempts.
  #attempt = null;
  #wanted = false;
  #timer = 0;
  #failures = 0;

  // `address()` gives a promise of the websocket's URL with its query. `onState(state)` is called
  // at each change of the state, `onCommand(name, args, kwargs)` for each command from the game.
  constructor(address, onState, onCommand) {
    this.#address = address;
    this.#onState = onState;
    this.#onCommand = onCommand;
    addEventListener("online", () => this.#hurry());
    addEventListener("offline", () => this.#goOffline());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#hurry();
    });
  }

  open() {
    this.#wanted = true;
    clearTimeout(this.#timer);
    if (!navigator.onLine) {
      this.#goOffline();
      return;
    }
    this.#onState("connecting");
    this.#connect();
  }

  async #connect() {
    const attempt = { socket: null };
    this.#attempt = attempt;
    let address = null;
    try {
      address = await this.#address();
    } catch {
      // There is no server, or no network.
    }
    if (this.#attempt !== attempt) return;
    if (address === null) {
      this.#attempt = null;
      this.#wait();
      return;
    }
    const socket = new WebSocket(address, [SUBPROTOCOL]);
    attempt.socket = socket;
    let openedAt = Infinity;
    socket.addEventListener("open", () => {
      openedAt = performance.now();
      this.#onState("open");
    });
    socket.addEventListener("message", (event) => this.#receive(event.data));
    socket.addEventListener("close", (event) => {
      if (this.#attempt !== attempt) return;
      this.#attempt = null;
      if (performance.now() - openedAt > STABLE_MS) this.#failures = 0;
      if (event.code !== NORMAL_CLOSURE) {
        this.#wait();
        return;
      }
      this.#wanted = false;
      this.#onState("closed");
    });
  }

  get isOpen() {
    return this.#attempt?.socket?.readyState === WebSocket.OPEN;
  }

  // Whether all that was sent is with the network.
  get isFlushed() {
    return this.isOpen && this.#attempt.socket.bufferedAmount === 0;
  }

  // Send a command; return its bytes, or 0 if the connection is not open.
  send(name, args = [], kwargs = {}) {
    if (!this.isOpen) return 0;
    const command = JSON.stringify([name, args, kwargs]);
    this.#attempt.socket.send(command);
    return new TextEncoder().encode(command).length;
  }

  #receive(data) {
    let command;
    try {
      command = JSON.parse(data);
    } catch {
      return;
    }
    if (Array.isArray(command)) this.#onCommand(command[0], command[1] ?? [], command[2] ?? {});
  }

  // The wait grows with each failure. It is random, so that the pages of a restarted game do
  // not all connect at once.
  #wait() {
    if (!navigator.onLine) {
      this.#goOffline();
      return;
    }
    const longest = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.open(), longest * (0.5 + Math.random() / 2));
    this.#onState("waiting");
  }

  #goOffline() {
    if (!this.#wanted) return;
    clearTimeout(this.#timer);
    const attempt = this.#attempt;
    this.#attempt = null;
    attempt?.socket?.close();
    this.#onState("offline");
  }

  #hurry() {
    if (!this.#wanted || this.#attempt !== null || !navigator.onLine) return;
    this.#failures = 0;
    this.open();
  }
}
