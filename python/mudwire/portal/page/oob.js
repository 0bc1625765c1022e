// Out-of-band commands: all commands from the game except texts and prompts. A panel lists
// them. "ping" is answered with "pong" and the same arguments.

const MAX_COMMANDS = 50;

export class OutOfBand {
  #panel;
  #list;
  #count;
  #received = 0;
  #send;

  constructor(panel, list, count, send) {
    this.#panel = panel;
    this.#list = list;
    this.#count = count;
    this.#send = send;
  }

  receive(name, args, kwargs) {
    const item = document.createElement("li");
    const title = document.createElement("b");
    title.textContent = String(name);
    item.append(title, ` ${JSON.stringify(args)} ${JSON.stringify(kwargs)}`);
    this.#list.prepend(item);
    while (this.#list.childElementCount > MAX_COMMANDS) this.#list.lastElementChild.remove();
    this.#received += 1;
    this.#count.textContent = `\u00b7 ${this.#received}`;
    this.#panel.hidden = false;
    if (name === "ping") this.#send("pong", args, kwargs);
  }
}
