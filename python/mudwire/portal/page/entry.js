// The input line, with its prompt and its history.

import { History } from "./history.js";

export class Entry {
  #line;
  #prompt;
  #history = new History();

  // `onLine(text)` is called with each line. If it returns false, the text stays in the input.
  constructor(form, line, prompt, onLine) {
    this.#line = line;
    this.#prompt = prompt;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (onLine(line.value) === false) return;
      this.#history.add(line.value);
      line.value = "";
    });
    line.addEventListener("keydown", (event) => this.#onKey(event));
    // A character that is typed outside of a control goes to the input line.
    document.addEventListener("keydown", (event) => {
      const typing = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (typing && event.target.closest("input, button, a, summary") === null) line.focus();
    });
  }

  setPrompt(content) {
    this.#prompt.replaceChildren(content);
  }

  #onKey(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowUp") this.#show(event, this.#history.older(this.#line.value));
    else if (event.key === "ArrowDown") this.#show(event, this.#history.newer());
    else if (event.key === "Escape") this.#show(event, "");
  }

  #show(event, text) {
    event.preventDefault();
    this.#line.value = text;
    this.#line.setSelectionRange(text.length, text.length);
  }
}
