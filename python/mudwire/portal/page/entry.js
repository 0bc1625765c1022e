// The input line, with its prompt and its history.

import { History } from "./history.js";

export class Entry {
  #line;
  #prompt;
  #history = new History();

  #onLines;
  #onEscape;

  // `onLines(lines)` is called with the line that is entered, or with the lines of a paste. If it
  // returns false, the text stays in the input. `onEscape()` returns whether it used the key.
  constructor(form, line, prompt, onLines, onEscape) {
    this.#line = line;
    this.#prompt = prompt;
    this.#onLines = onLines;
    this.#onEscape = onEscape;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#enter([line.value], "");
    });
    line.addEventListener("paste", (event) => this.#onPaste(event));
    line.addEventListener("keydown", (event) => this.#onKey(event));
    document.addEventListener("keydown", (event) => {
      if (event.target === line) return;
      if (event.key === "Escape") this.#onEscape();
      // A character that is typed outside of a control goes to the input line.
      const typing = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (typing && event.target.closest("input, button, a, summary") === null) line.focus();
    });
  }

  setPrompt(content) {
    this.#prompt.replaceChildren(content);
  }

  #enter(lines, rest) {
    if (this.#onLines(lines) === false) return false;
    if (lines.length === 1) this.#history.add(lines[0]);
    this.#line.value = rest;
    return true;
  }

  // As in a terminal, each line end of a paste is an Enter. What follows the last one stays in
  // the input, before the text that was behind the caret.
  #onPaste(event) {
    const { value, selectionStart, selectionEnd } = this.#line;
    const pasted = event.clipboardData.getData("text/plain").split(/\r\n|\r|\n/);
    if (pasted.length === 1) return;
    event.preventDefault();
    pasted[0] = value.slice(0, selectionStart) + pasted[0];
    const rest = pasted.pop();
    if (this.#enter(pasted, rest + value.slice(selectionEnd)))
      this.#line.setSelectionRange(rest.length, rest.length);
  }

  #onKey(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowUp") this.#show(event, this.#history.older(this.#line.value));
    else if (event.key === "ArrowDown") this.#show(event, this.#history.newer());
    else if (event.key === "Escape") {
      if (this.#onEscape()) event.preventDefault();
      else this.#show(event, "");
    }
  }

  #show(event, text) {
    event.preventDefault();
    this.#line.value = text;
    this.#line.setSelectionRange(text.length, text.length);
  }
}
