/** What an address on GitHub is about. */

export interface Repository {
  readonly owner: string;
  readonly repo: string;
}
export type GitHubAddress = Repository &
  (
    | { readonly kind: "releases" }
    | { readonly kind: "release"; readonly tag: string }
    | { readonly kind: "readme" }
    /** The reference and the path cannot be told apart by looking: `tree/feature/x/docs/a.md`. */
    | { readonly kind: "file"; readonly rest: readonly string[] }
    | { readonly kind: "issue"; readonly number: number }
    | { readonly kind: "discussion"; readonly number: number }
  );

const NAME = /^[\w.-]{1,100}$/u;
/** First parts of github.com's own pages, which are no owners. */
const NO_OWNERS: ReadonlySet<string> = new Set(
  "about,apps,collections,contact,customer-stories,enterprise,events,explore,features,issues,login,marketplace,new,notifications,orgs,pricing,pulls,search,security,settings,signup,site,sponsors,topics,trending".split(
    ",",
  ),
);

/** Undefined: no repository's. `host`: github.com, or a GitHub Enterprise Server's. */
export function gitHubAddress(address: URL, host: string): GitHubAddress | undefined {
  const parts = address.pathname.split("/").filter((part) => part !== "");
  const [owner = "", named = "", what = "", ...more] = parts.map(decoded);
  const repo = named.replace(/\.git$/u, "");
  if (!NAME.test(owner) || !NAME.test(repo) || /^\.+$/u.test(repo) || NO_OWNERS.has(owner.toLowerCase()))
    return undefined;
  const at = { owner, repo };
  if (address.host === "raw.githubusercontent.com" && host === "github.com") {
    // `/owner/repo/main/a.md`, and in newer links `/owner/repo/refs/heads/main/a.md`.
    const rest = what === "refs" ? more.slice(1) : [what, ...more];
    return rest.length < 2 ? undefined : { ...at, kind: "file", rest };
  }
  if (address.host !== host && address.host !== `www.${host}`) return undefined;
  return ofParts(at, what, more);
}

function ofParts(at: Repository, what: string, more: readonly string[]): GitHubAddress | undefined {
  const [first = ""] = more;
  const number = /^[1-9]\d{0,8}$/u.test(first) ? Number(first) : undefined;
  if (what === "" || what === "releases.atom" || what === "tags") return { ...at, kind: "releases" };
  if (what === "releases" || what === "tag") {
    const tag = (first === "tag" ? more.slice(1) : what === "tag" ? more : []).join("/");
    if (tag !== "") return { ...at, kind: "release", tag };
    return first === "latest" ? { ...at, kind: "release", tag: "" } : { ...at, kind: "releases" };
  }
  if (["blob", "raw", "blame", "edit"].includes(what) && more.length >= 2) return { ...at, kind: "file", rest: more };
  if (what === "tree") return { ...at, kind: "readme" };
  if ((what === "issues" || what === "pull") && number !== undefined) return { ...at, kind: "issue", number };
  if (what === "discussions" && number !== undefined) return { ...at, kind: "discussion", number };
  return undefined;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    // Broken escapes: then it is meant as it stands.
    if (error instanceof URIError) return part;
    throw error;
  }
}
