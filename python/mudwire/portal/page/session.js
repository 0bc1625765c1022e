// The browser session. Its cookie holds a secret that scripts cannot read, and the csessid in
// the websocket's address must be that secret's. A login changes the cookie: the server sends a
// token over the websocket, and the page fetches the cookie with it. The tabs of a browser share
// the cookie, so a page asks for the csessid again before each new connection.

const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 30_000;
const TIMEOUT_MS = 10_000;

export class BrowserSession {
  #csessid = document.querySelector("meta[name=csessid]").content;
  #token = null;
  #fetching = Promise.resolve();
  #failures = 0;
  #askForToken;

  // `askForToken()` asks the server for another token, if the connection is open.
  constructor(askForToken) {
    this.#askForToken = askForToken;
  }

  // Fetch the cookie that the server has a token for.
  receive(token) {
    this.#token = token;
    this.#fetching = this.#fetchCookie();
  }

  // Return the csessid of the browser's cookie; throw an error if the server does not answer.
  async csessid() {
    const known = this.#csessid;
    this.#csessid = null; // it was the page's own, and later ones may differ
    if (known !== null) return known;
    await this.#fetching;
    if (this.#token !== null) await this.#fetchCookie();
    const answer = await ask("GET");
    if (!answer.ok) throw new Error(`/session answered ${answer.status}`);
    return (await answer.json()).csessid;
  }

  // A token works once. If its answer is lost, another token brings the cookie.
  async #fetchCookie() {
    const token = this.#token;
    try {
      const answer = await ask("POST", { "Mudwire-Token": token });
      if (this.#token !== token) return;
      if (answer.ok || answer.status === 403) this.#token = null;
      if (answer.ok) {
        this.#failures = 0;
        return;
      }
    } catch {
      // The network failed; whether the server has used the token is not known.
    }
    const wait = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    setTimeout(() => this.#askForToken(), wait);
  }
}

function ask(method, headers = {}) {
  return fetch("/session", { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
}
