// The game's text: entries one below the other, the newest in sight unless the reader
// has scrolled up to read.

const MOST_ENTRIES = 2000;
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
    // Keep the newest text in sight when the keyboard or the window takes some room.
    new ResizeObserver(() => {
      if (this.#following) this.follow();
    }).observe(log);
  }

  // Add an entry of nodes or text. `kind`: "text", "typed" (by the player), "notice".
  add(content, kind = "text") {
    const entry = document.createElement("div");
    entry.className = `entry ${kind}`;
    entry.append(content);
    this.#log.append(entry);
    while (this.#log.childElementCount > MOST_ENTRIES) this.#log.firstElementChild.remove();
    if (this.#following) this.follow();
    else this.#newer.hidden = false;
  }

  follow() {
    this.#following = true;
    this.#newer.hidden = true;
    this.#log.scrollTop = this.#log.scrollHeight;
  }
}
