/** Where people read a commit: the web pages of forges whose addresses are known (GitHub, GitLab, Gitea, Forgejo, Codeberg). */

/** `host:path` of scp-like addresses; a colon before any slash, and no drive letter. */
const SCP = /^(?:[\w.-]+@)?(?<host>[\w.-]{2,}):(?<path>[^/\\].*)$/;
const FORGE = /(?:^|[.-])(?<kind>github|gitlab|gitea|forgejo|codeberg)(?:[.-]|$)/;

/**
 * What stands before the id of a commit, of a repository by its https, ssh or scp-like address; undefined where it is not known
 * for sure that there are such pages. Credentials, ports of ssh and the ending `.git` are left out.
 */
export function commitPages(address: string | undefined): string | undefined {
  const { host, path, scheme } = placeOf(address?.trim() ?? "") ?? {};
  const { kind } = FORGE.exec(host ?? "")?.groups ?? {};
  if (host === undefined || path === undefined || kind === undefined) return undefined;
  const repository = path.replace(/^\/+|\/+$/g, "").replace(/\.git$/, "");
  // Owner and name at least; nothing that would lead anywhere else.
  if (!/^[\w.~-]+(?:\/[\w.~-]+)+$/.test(repository) || repository.split("/").some((part) => /^\.+$/.test(part)))
    return undefined;
  return `${scheme}//${host}/${repository}/${kind === "gitlab" ? "-/" : ""}commit/`;
}

function placeOf(address: string): { host: string; path: string; scheme: string } | undefined {
  const { host, path } = address.includes("://") ? {} : (SCP.exec(address)?.groups ?? {});
  if (host !== undefined && path !== undefined) return { host: host.toLowerCase(), path, scheme: "https:" };
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.protocol === "https:" || url.protocol === "http:")
    return { host: url.host, path: url.pathname, scheme: url.protocol };
  return url.protocol === "ssh:" ? { host: url.hostname, path: url.pathname, scheme: "https:" } : undefined;
}
