/** Lists of hosts: `blog.example.org`, `*.example.org` (every name under it), `*`, each also with `:port`. */

export interface HostPattern {
  /** As a URL writes it: lower case, punycode, an IPv6 address in brackets; `*` for any. */
  readonly host: string;
  readonly isSuffix: boolean;
  /** Undefined: the two ports of the web. */
  readonly port: string | undefined;
}

const ENTRY = /^(\*\.|\*)?([^\s/@?#*]*?)(?::(\d{1,5}))?$/;

/** Entries separated by commas or white space. What is no host comes back in `wrong`. */
export function hostPatterns(list: string): { readonly patterns: HostPattern[]; readonly wrong: string[] } {
  const patterns: HostPattern[] = [];
  const wrong: string[] = [];
  for (const entry of list.split(/[\s,]+/).filter((part) => part !== "")) {
    const pattern = patternOf(entry);
    if (pattern === undefined) wrong.push(entry);
    else patterns.push(pattern);
  }
  return { patterns, wrong };
}

function patternOf(entry: string): HostPattern | undefined {
  const [, star, name = "", port] = ENTRY.exec(entry) ?? [];
  if (port !== undefined && (Number(port) === 0 || Number(port) > 65_535)) return undefined;
  if (star === "*") return name === "" ? { host: "*", isSuffix: false, port } : undefined;
  const address = name === "" ? null : URL.parse(`http://${name}`);
  if (address === null || plainHost(address) === "" || address.port !== "") return undefined;
  return { host: plainHost(address), isSuffix: star === "*.", port };
}

export function isListed(patterns: readonly HostPattern[], url: URL): boolean {
  const host = plainHost(url);
  return patterns.some((pattern) => {
    if (pattern.port === undefined ? !isWebPort(portOf(url)) : pattern.port !== portOf(url)) return false;
    return pattern.host === "*" || (pattern.isSuffix ? host.endsWith(`.${pattern.host}`) : host === pattern.host);
  });
}

/** Without the dot of the root, by which one host would have two names. */
export function plainHost({ hostname }: URL): string {
  let end = hostname.length;
  while (hostname[end - 1] === ".") end -= 1;
  return hostname.slice(0, end);
}

/** The port that is connected to. */
export function portOf({ port, protocol }: URL): string {
  return port === "" ? (protocol === "https:" ? "443" : "80") : port;
}

export function isWebPort(port: string): boolean {
  return port === "80" || port === "443";
}
