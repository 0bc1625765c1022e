// The lines that the player typed before; a reload of the tab keeps them.

const KEY = "mudwire.history";
const MAX_LINES = 200;

export class History {
  #lines = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  #at = this.#lines.length;
  #draft = "";

  add(line) {
    if (line !== "" && line !== this.#lines.at(-1)) {
      this.#lines = [...this.#lines, line].slice(-MAX_LINES);
      sessionStorage.setItem(KEY, JSON.stringify(this.#lines));
    }
    this.#at = this.#lines.length;
    this.#draft = "";
  }

  // Return the line before the shown one. A new line is kept as the draft.
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
