// What the player typed before, kept for this tab over a reload.

const KEY = "mudwire.history";
const MOST_LINES = 200;

export class History {
  #lines = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  #at = this.#lines.length;
  #draft = "";

  add(line) {
    if (line !== "" && line !== this.#lines.at(-1)) {
      this.#lines = [...this.#lines, line].slice(-MOST_LINES);
      sessionStorage.setItem(KEY, JSON.stringify(this.#lines));
    }
    this.#at = this.#lines.length;
    this.#draft = "";
  }

  // The line before the one that is shown, which is kept if it is new.
  older(shown) {
    if (this.#at === this.#lines.length) this.#draft = shown;
    this.#at = Math.max(0, this.#at - 1);
    return this.#shown();
  }

  newer() {
    this.#at = Math.min(this.#lines.length, this.#at + 1);
    return this.#shown();
  }

  #shown() {
    return this.#lines[this.#at] ?? this.#draft;
  }
}
