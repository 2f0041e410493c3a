/** Whether an address may be asked at all: scheme, host, port. Where its name leads is looked at when it is connected to. */
import { isIP } from "node:net";
import { type Wrong, wrongWith } from "./addresses.ts";
import { type HostPattern, isListed, isWebPort, plainHost, portOf } from "./hosts.ts";

export interface Admission {
  readonly hosts: readonly HostPattern[];
  /** May be asked, and may be in a private network. */
  readonly privateHosts: readonly HostPattern[];
}

const LONGEST = 8_000;

/** An address as it may be asked, or why not, with what to do. */
export type Admitted = { readonly url: URL } | { readonly because: string };

export function admitted(text: string, base: URL | undefined, rules: Admission): Admitted {
  const url = text.length > LONGEST ? null : URL.parse(text, base?.href);
  if (url === null) return { because: `${printable(text.slice(0, 80))} is no address of the web` };
  const because = refusal(url, base, rules);
  if (because !== undefined) return { because };
  url.hash = "";
  url.hostname = plainHost(url);
  return { url };
}

function refusal(url: URL, from: URL | undefined, rules: Admission): string | undefined {
  const where = shown(url);
  if (url.protocol !== "https:" && url.protocol !== "http:") return `${where}: only http and https are read`;
  if (plainHost(url) === "") return `${where}: there is no host in it`;
  if (from?.protocol === "https:" && url.protocol === "http:") {
    return `${where}: ${from.host} leads from https to plain http, where anybody could change the text; it is not followed`;
  }
  if (url.username !== "" || url.password !== "") return `${where}: an address must not hold a name or password`;
  const address = addressIn(url);
  if (address !== undefined) {
    const wrong = wrongWith(address, isListed(rules.privateHosts, url));
    if (wrong !== undefined) return forbidden(address, wrong, url);
  }
  if (isListed(rules.hosts, url) || isListed(rules.privateHosts, url)) return undefined;
  const port = portOf(url);
  const entry = isWebPort(port) ? plainHost(url) : `${plainHost(url)}:${port}`;
  return `${where}: the host is not among those that may be read; add ${entry} to SOURCE_HOSTS`;
}

/** The IP address that stands in place of a name; URLs know it in decimal, octal, hexadecimal and short forms too. */
function addressIn(url: URL): string | undefined {
  const host = plainHost(url).replace(/^\[(.*)\]$/, "$1");
  return isIP(host) === 0 ? undefined : host;
}

/** `address`: where the URL's host leads, or the host itself. */
export function forbidden(address: string, { what, isInside }: Wrong, url: URL): string {
  const host = plainHost(url);
  const entry = isWebPort(portOf(url)) ? host : `${host}:${portOf(url)}`;
  const leads = addressIn(url) === undefined ? `${host} leads to ${address},` : `${host} is`;
  const advice = isInside ? `; a site of your own is read when SOURCE_PRIVATE_HOSTS names it (${entry})` : "";
  return `${leads} an address ${what}, and is not read${advice}`;
}

/** An address for people: without what may be secret in it. */
export function shown(url: URL): string {
  const path = url.pathname.length > 100 ? `${url.pathname.slice(0, 100)}…` : url.pathname;
  return printable(url.host === "" ? `${url.protocol}…` : `${url.protocol}//${url.host}${path}`);
}

function printable(text: string): string {
  return text.replaceAll(/[^\x21-\x7e…]/gu, "?");
}
