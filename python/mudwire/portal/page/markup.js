// Reads the HTML of the game's text into nodes, by a closed list of tags and attributes.
//
// The server sends only tags of its own, shorter list; this reader is a second barrier. It
// makes every node itself, so no script in the text can run. A link's command is data. No other
// file of the page turns text into elements.
//
// The tags of PLAIN are for HTML that a game writes itself (the option `client_raw`).

const CLASSES = /^(?:(?:bg)?color-\d{3}|underline|blink|italic|strike)$/;
const COLOUR = /^#[0-9a-f]{6}$/i;
const COMMAND = /^Evennia\.msg\("text",\[(".*")\],\{\}\);return false;$/s;
const SCHEMES = new Set(["http:", "https:", "ftp:", "mailto:"]);
const PLAIN = new Set(
  "b i em strong u s code pre p div ul ol li table tbody tr td th hr h1 h2 h3 h4".split(" "),
);
const EMPTY = new Set(["br", "hr"]);
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

const TOKEN = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*\/?>|&[a-z0-9#]+;/gi;
const ATTRIBUTE = /([a-z-]+)="([^"]*)"/gi;

// Read HTML into a fragment. A link keeps its command in `data-command`.
export function readMarkup(html) {
  const fragment = document.createDocumentFragment();
  const open = [fragment];
  let end = 0;
  for (const token of html.matchAll(TOKEN)) {
    open.at(-1).append(html.slice(end, token.index));
    end = token.index + token[0].length;
    const [whole, slash, tag, attributes] = token;
    if (tag === undefined) open.at(-1).append(entity(whole));
    else if (slash) closeElement(open, tag.toLowerCase());
    else openElement(open, tag.toLowerCase(), attributes);
  }
  open.at(-1).append(html.slice(end));
  return fragment;
}

function openElement(open, tag, attributes) {
  const element = makeElement(tag, new Map(
    [...attributes.matchAll(ATTRIBUTE)].map(([, name, value]) => [
      name.toLowerCase(),
      value.replace(/&[a-z0-9#]+;/gi, entity),
    ]),
  ));
  if (element === null) return;
  open.at(-1).append(element);
  if (!EMPTY.has(tag)) open.push(element);
}

function closeElement(open, tag) {
  const at = open.findLastIndex((element) => element.localName === tag);
  if (at > 0) open.length = at;
}

function makeElement(tag, attributes) {
  if (tag === "br" || PLAIN.has(tag)) return document.createElement(tag);
  if (tag === "span") return paint(document.createElement("span"), attributes);
  if (tag === "a") return paint(makeLink(attributes), attributes);
  return null;
}

function makeLink(attributes) {
  const link = document.createElement("a");
  const handler = attributes.get("onclick");
  try {
    if (handler !== undefined) {
      link.dataset.command = JSON.parse(COMMAND.exec(handler)[1]);
      link.href = "#";
      return link;
    }
    const address = new URL(attributes.get("href"), location.href);
    if (SCHEMES.has(address.protocol)) {
      link.href = address.href;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
      return link;
    }
  } catch {
    // Without a valid command or address, only the label is shown.
  }
  return document.createElement("span");
}

function paint(element, attributes) {
  for (const name of (attributes.get("class") ?? "").split(/\s+/)) {
    if (CLASSES.test(name)) element.classList.add(name);
    if (name.startsWith("bgcolor-")) element.classList.add("ground");
  }
  for (const declaration of (attributes.get("style") ?? "").split(";")) {
    const [property, value = ""] = declaration.split(":").map((part) => part.trim());
    if (!COLOUR.test(value)) continue;
    if (property === "color") element.style.color = value;
    if (property === "background-color") {
      element.style.backgroundColor = value;
      element.classList.add("ground");
    }
  }
  return element;
}

function entity(text) {
  const name = text.slice(1, -1).toLowerCase();
  if (name.startsWith("#")) {
    const number = name[1] === "x" ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
    return number >= 0 && number <= 0x10ffff ? String.fromCodePoint(number) : text;
  }
  return ENTITIES[name] ?? text;
}
