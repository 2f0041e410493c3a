/**
 * Signing in and out. What proves who somebody is, is a cookie that no script can read; a token passes through here once
 * and is kept nowhere. It never enters an address, save for the link a local school prints: `/#token=…`. A fragment is not
 * sent to any server; it is taken out of the address at once.
 */
import { failureOf, unreachable } from "../api/failure.ts";

const FRAGMENT = /^#token=([\w.~+/=-]{8,500})$/;
let linked: string | undefined;

/** Called before anything else happens. */
export function takeTokenFromAddress(): void {
  const { hash, pathname, search } = location;
  if (!hash.startsWith("#token=")) return;
  history.replaceState(null, "", pathname + search);
  linked = FRAGMENT.exec(hash)?.[1];
}

/** The token of the link, once. */
export function takeLinkedToken(): string | undefined {
  const token = linked;
  linked = undefined;
  return token;
}

/** Rejects with a Failure. */
export function signIn(token: string): Promise<void> {
  return session("POST", { "content-type": "application/json" }, JSON.stringify({ token }));
}

/** Rejects with a Failure; whoever was not signed in any more is signed out too. */
export async function signOut(): Promise<void> {
  await session("DELETE", {});
}

async function session(method: string, headers: Readonly<Record<string, string>>, body?: string): Promise<void> {
  const response = await fetch("/api/session", {
    method,
    headers: { accept: "application/json", "x-school-request": "1", ...headers },
    credentials: "same-origin",
    cache: "no-store",
    ...(body === undefined ? {} : { body }),
  }).catch(() => {
    throw unreachable();
  });
  if (response.ok || (method === "DELETE" && response.status === 401)) return;
  throw failureOf(response.status, await response.text().catch(() => ""));
}
