// The websocket's address, with the query of Evennia's client: `?csessid&page id&browser`.

const pageId = crypto.getRandomValues(new Uint32Array(3)).join("-");

export function websocketAddress(csessid) {
  const address = new URL("/ws", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.search = `${csessid}&${pageId}&${browserName()}`;
  return address.href;
}

function browserName() {
  const agent = navigator.userAgent;
  if (/Edg\//.test(agent)) return "edge";
  if (/OPR\//.test(agent)) return "opera";
  if (/Firefox\//.test(agent)) return "firefox";
  if (/Chrome\//.test(agent)) return "chrome";
  if (/Safari\//.test(agent)) return "safari";
  return "other";
}
