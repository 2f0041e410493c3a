/** Who is calling: bearer tokens with nested roles, compared in constant time. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { ConfigurationError } from "./config.ts";

/** Each role may do all that the roles before it may. */
export const ROLES = ["viewer", "reviewer", "operator"] as const;
export type Role = (typeof ROLES)[number];

/** How somebody proved who they are: a bearer token, a session's cookie, or the word of a proxy that is trusted. */
export type Means = "token" | "session" | "proxy";

export interface Person {
  readonly role: Role;
  /** The actor in audit trails. */
  readonly name: string;
  readonly by?: Means | undefined;
}

interface Known extends Person {
  readonly digest: Buffer;
}
export type Tokens = readonly Known[];

const SHORTEST = 8;

/** Parses `role:name:token,…`. Throws ConfigurationError listing every entry that cannot be used. */
export function parseTokens(setting: string): Tokens {
  const problems: string[] = [];
  const tokens: Known[] = [];
  const entries = setting.split(",").map((entry) => entry.trim());
  entries.forEach((entry, i) => {
    if (entry === "") return;
    const [, role, name, token] = /^([^:]+):([^:]+):(.+)$/.exec(entry) ?? [];
    // The entry itself is not repeated: it may hold a secret.
    const where = `SCHOOL_TOKENS: entry ${i + 1}`;
    if (role === undefined || name === undefined || token === undefined)
      problems.push(`${where} is not role:name:token`);
    else if (!isRole(role)) problems.push(`${where} names no role (${ROLES.join(", ")})`);
    else if (!/^[\p{L}\p{N}._@ -]{1,60}$/u.test(name))
      problems.push(`${where} has a name with signs that do not belong in one`);
    else if (token.length < SHORTEST)
      problems.push(`${where}: a token of fewer than ${SHORTEST} signs is guessed too easily`);
    else tokens.push({ role, name, digest: digest(token) });
  });
  if (problems.length === 0 && tokens.length === 0) problems.push("SCHOOL_TOKENS: names nobody");
  if (problems.length > 0) throw new ConfigurationError(problems);
  return tokens;
}

/** Looks at every known token, whichever matches, so that the time taken says nothing. */
export function personWith(tokens: Tokens, token: string): Person | undefined {
  const given = digest(token);
  let found: Person | undefined;
  for (const known of tokens) {
    if (timingSafeEqual(known.digest, given)) found = { role: known.role, name: known.name, by: "token" };
  }
  return found;
}

/**
 * What stands for a token where it is remembered that somebody had it. Keyed, so that whoever reads it cannot try out
 * which token it is made of.
 */
export function markOf(token: string, secret: string): string {
  return mark(digest(token), secret);
}

/** Whose token a mark stands for; undefined when that token is none any more. */
export function personMarked(tokens: Tokens, given: string, secret: string): Person | undefined {
  const known = tokens.find((one) => mark(one.digest, secret) === given);
  return known === undefined ? undefined : { role: known.role, name: known.name };
}

function mark(tokenDigest: Buffer, secret: string): string {
  return createHmac("sha256", secret).update("session of a token\n").update(tokenDigest).digest("base64url");
}

/** True when `role` includes `needed`. */
export function covers(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
