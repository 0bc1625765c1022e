// The game's text, one entry below the other. The newest entry stays in sight unless the
// player has scrolled up.

const MAX_ENTRIES = 2000;
const NEAR_PX = 24;

export class Screen {
  #log;
  #newer;
  #following = true;

  constructor(log, newer) {
    this.#log = log;
    this.#newer = newer;
    log.addEventListener("scroll", () => {
      this.#following = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
      if (this.#following) newer.hidden = true;
    });
    newer.addEventListener("click", () => this.follow());
    // Keep the newest text in sight when the window or the keyboard makes the log smaller.
    new ResizeObserver(() => {
      if (this.#following) this.follow();
    }).observe(log);
  }

  // Add an entry of nodes or text. `kind` is "text", "typed" (by the player) or "notice".
  add(content, kind = "text") {
    const entry = document.createElement("div");
    entry.className = `entry ${kind}`;
    entry.append(content);
    this.#log.append(entry);
    while (this.#log.childElementCount > MAX_ENTRIES) this.#log.firstElementChild.remove();
    if (this.#following) this.follow();
    else this.#newer.hidden = false;
  }

  follow() {
    this.#following = true;
    this.#newer.hidden = true;
    this.#log.scrollTop = this.#log.scrollHeight;
  }
}
