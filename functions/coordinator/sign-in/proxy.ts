/**
 * Who a proxy in front of the school says is calling (oauth2-proxy, or another that signs people in at the ingress). Only
 * proxies that are configured are believed; the same headers from anybody else count for nothing.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import ipaddr from "ipaddr.js";
import type { Person, Role } from "../../../shared/runtime/tokens.ts";
import { Problem } from "../problem.ts";
import type { ProxySettings } from "./proxy-settings.ts";

/** Carries AUTH_PROXY_SECRET. */
export const SECRET_HEADER = "x-school-proxy-secret";

/** As SCHOOL_TOKENS has them, and what else addresses of e-mail hold. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@+ -]{0,199}$/u;

/**
 * The person the headers name. Undefined: none, or not from a proxy that is believed. Throws Problem 401 for headers that
 * are not what a proxy sends, 403 for a person none of whose groups has a role.
 */
export function personByProxy(context: Context, proxy: ProxySettings | undefined): Person | undefined {
  if (proxy === undefined || !isBelieved(context, proxy)) return undefined;
  const { user, email, groups } = proxy.headers;
  const name = single(context, email) ?? single(context, user);
  if (name === undefined) return undefined;
  if (!NAME.test(name)) throw new Problem(401, `The proxy names a person in a way that is no name: ${shown(name)}.`);
  const theirs = (single(context, groups) ?? "").split(",").map((group) => group.trim());
  const role = roleOf(theirs, proxy);
  if (role === undefined) {
    throw new Problem(403, `${name} is in none of the groups that have a role here (AUTH_GROUPS).`);
  }
  return { name, role, by: "proxy" };
}

/** Takes every header away that names a person, whoever sent it: no route may come to believe one. */
export function strip(context: Context, proxy: ProxySettings | undefined): void {
  const { headers } = context.req.raw;
  for (const name of ["cookie", SECRET_HEADER, ...DEFAULT_NAMES, ...Object.values(proxy?.headers ?? {})]) {
    if (headers.has(name)) headers.delete(name);
  }
}
const DEFAULT_NAMES = ["x-forwarded-user", "x-forwarded-email", "x-forwarded-groups"];

/** The caller's address: of the connection, or what a proxy that is believed says it is. */
export function addressOf(context: Context, proxy?: ProxySettings): string {
  const peer = peerOf(context);
  if (proxy === undefined || !isBelieved(context, proxy)) return peer;
  const hops = (context.req.header("x-forwarded-for") ?? "").split(",").map((hop) => hop.trim());
  // The last one that is no proxy of ours: what stands before it the caller may have made up.
  return hops.findLast((hop) => ipaddr.isValid(hop) && !isAmong(hop, proxy)) ?? peer;
}

function isBelieved(context: Context, proxy: ProxySettings): boolean {
  if (!isAmong(peerOf(context), proxy)) return false;
  const { secret } = proxy;
  return secret === undefined || isSame(single(context, SECRET_HEADER) ?? "", secret);
}

function isAmong(address: string, { networks }: ProxySettings): boolean {
  if (!ipaddr.isValid(address)) return false;
  // An IPv4 address that came in over IPv6 is the IPv4 address.
  const ip = ipaddr.process(address);
  return networks.some(([network, bits]) => network.kind() === ip.kind() && ip.match(network, bits));
}

function roleOf(theirs: readonly string[], { groups }: ProxySettings): Role | undefined {
  return groups.find(({ group }) => theirs.includes(group))?.role;
}

/** Undefined when it is missing or empty. Throws Problem 401 when it came more than once: a caller put one before. */
function single(context: Context, name: string): string | undefined {
  const { incoming } = (context.env ?? {}) as { incoming?: { rawHeaders?: readonly string[] } };
  const names = (incoming?.rawHeaders ?? []).filter((_, i) => i % 2 === 0).map((one) => one.toLowerCase());
  if (names.filter((one) => one === name).length > 1) {
    throw new Problem(401, `The header ${name} came more than once: the proxy has to take away what callers send.`);
  }
  const value = context.req.header(name)?.trim();
  // Headers come as Latin-1, whatever they were written in.
  return value === undefined || value === "" ? undefined : Buffer.from(value, "latin1").toString("utf8");
}

function peerOf(context: Context): string {
  const { incoming } = (context.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  return incoming?.socket?.remoteAddress ?? "unknown";
}

function isSame(given: string, secret: string): boolean {
  const [a, b] = [given, secret].map((text) => createHash("sha256").update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
