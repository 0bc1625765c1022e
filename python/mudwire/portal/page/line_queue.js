// Lines on their way to the game, in order. A long paste is paced, because the server slows a
// client down that sends faster than its rates (max_message_rate, max_byte_rate), and in the end
// closes the connection. These paces stay below the rates with their defaults.

const STRANGER = { burst: 60, rate: 30 };
const LOGGED_IN = { burst: 200, rate: 120 };
const TICK_MS = 50;
// A long line counts as several, and each costs the server something beyond its bytes.
const BYTES_OF_LINE = 400;
const BYTES_OF_FRAME = 256;

export class LineQueue {
  #connection;
  #onSent;
  #onWaiting;
  #waiting = [];
  #pace = STRANGER;
  #tokens = STRANGER.burst;
  #then = performance.now();
  #timer = 0;

  // `onSent(line)` is called with each line when it is sent, `onWaiting(count)` when the number
  // of lines that wait has changed.
  constructor(connection, onSent, onWaiting) {
    this.#connection = connection;
    this.#onSent = onSent;
    this.#onWaiting = onWaiting;
  }

  // Send lines, after those that wait; return false if there is no connection and none wait.
  add(lines) {
    if (this.#waiting.length === 0 && !this.#connection.isOpen) return false;
    this.#waiting = this.#waiting.concat(lines);
    if (this.#timer === 0) this.#send();
    else this.#onWaiting(this.#waiting.length);
    return true;
  }

  // Drop the lines that wait; return how many there were.
  stop() {
    const count = this.#waiting.length;
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#waiting = [];
    if (count > 0) this.#onWaiting(0);
    return count;
  }

  // A new connection is open: go on with the lines that wait.
  connected() {
    this.#pace = STRANGER;
    this.#tokens = STRANGER.burst;
    clearTimeout(this.#timer);
    this.#send();
  }

  // The player is logged in, so the server takes more.
  loggedIn() {
    this.#pace = LOGGED_IN;
  }

  #send() {
    const now = performance.now();
    const { burst, rate } = this.#pace;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#then) / 1000) * rate);
    this.#then = now;
    let sent = 0;
    while (sent < this.#waiting.length && this.#tokens >= 1) {
      const line = this.#waiting[sent];
      const bytes = this.#connection.send("text", [line]);
      if (bytes === 0) break;
      sent += 1;
      this.#tokens -= Math.max(1, (bytes + BYTES_OF_FRAME) / BYTES_OF_LINE);
      this.#onSent(line);
    }
    this.#waiting = this.#waiting.slice(sent);
    this.#onWaiting(this.#waiting.length);
    const goesOn = this.#waiting.length > 0 && this.#connection.isOpen;
    this.#timer = goesOn ? setTimeout(() => this.#tick(), TICK_MS) : 0;
  }

  // What the browser could not yet hand to the network would be lost with the connection, so
  // nothing is added to it.
  #tick() {
    if (this.#connection.isOpen && !this.#connection.isFlushed)
      this.#timer = setTimeout(() => this.#tick(), TICK_MS);
    else this.#send();
  }
}
