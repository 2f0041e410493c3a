/** Compares addresses of Git repositories the way people write them: https, ssh, scp-like, with and without `.git`. */

const defaultPorts: Readonly<Record<string, string>> = { http: "80", https: "443", git: "9418" };

/**
 * One form for all spellings of an address: `host[:port]/path`, lower case as Argo CD compares it (its
 * util/git/git.go NormalizeGitURL), without user, scheme, `.git` and trailing slashes. Ports count only when they are
 * not the scheme's own; ssh ports never count, because the same repository is usually offered on https too.
 */
export function normaliseAddress(address: string): string {
  const text = address.trim();
  if (isLocalAddress(text)) return `file:${trimPath(text.replace(/^file:\/\//i, ""))}`;
  const scp = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)(.+)$/.exec(text);
  if (scp !== null) return `${scp[1]}/${trimPath(scp[2] ?? "")}`.toLowerCase();
  const url = /^([a-z][a-z0-9+.-]*):\/\/(?:[^@/]*@)?([^/:]+)(?::(\d+))?(?:\/(.*))?$/i.exec(text);
  if (url === null) return trimPath(text).toLowerCase();
  const [, scheme = "", host = "", port, path = ""] = url;
  const ssh = /ssh/i.test(scheme);
  const keepPort = port !== undefined && !ssh && defaultPorts[scheme.toLowerCase()] !== port;
  return `${host}${keepPort ? `:${port}` : ""}/${trimPath(path)}`.toLowerCase();
}

/** True for a path on this machine: `/srv/git/x.git`, `./x`, `../x`, `~/x`, `file:///srv/git/x.git`. */
export function isLocalAddress(address: string): boolean {
  return /^(file:\/\/|\/|\.{1,2}(\/|$)|~\/)/i.test(address.trim());
}

function trimPath(path: string): string {
  return path.replace(/^\/+|\/+$/g, "").replace(/\.git$/i, "");
}
