/** Which proxies are believed when they say who is calling, and which roles their groups give. */
import ipaddr, { type IPv4, type IPv6 } from "ipaddr.js";
import { ConfigurationError } from "../../../shared/runtime/config.ts";
import { ROLES, type Role } from "../../../shared/runtime/tokens.ts";
import type { CoordinatorSettings } from "../settings.ts";

export interface ProxySettings {
  readonly networks: readonly (readonly [IPv4 | IPv6, number])[];
  /** Names of the headers, in lower case. */
  readonly headers: { readonly user: string; readonly email: string; readonly groups: string };
  /** The highest role first. */
  readonly groups: readonly { readonly role: Role; readonly group: string }[];
  readonly secret: string | undefined;
}

type Given = Pick<CoordinatorSettings, "TRUSTED_PROXIES" | "AUTH_HEADERS" | "AUTH_GROUPS" | "AUTH_PROXY_SECRET">;

/** Undefined when none is configured. Throws ConfigurationError with every mistake. */
export function proxySettings(given: Given): ProxySettings | undefined {
  const { TRUSTED_PROXIES: proxies, AUTH_GROUPS: roles, AUTH_PROXY_SECRET: secret } = given;
  const problems: string[] = [];
  if (proxies.trim() === "") {
    if (roles.trim() !== "") problems.push("AUTH_GROUPS: counts for nothing without TRUSTED_PROXIES");
    if (secret !== undefined) problems.push("AUTH_PROXY_SECRET: counts for nothing without TRUSTED_PROXIES");
    if (problems.length > 0) throw new ConfigurationError(problems);
    return undefined;
  }
  const networks = parts(proxies).flatMap((text) => network(text, secret, problems));
  const headers = headerNames(given.AUTH_HEADERS, problems);
  const groups = groupRoles(roles, problems);
  if (problems.length > 0 || headers === undefined) throw new ConfigurationError(problems);
  return { networks, headers, groups, secret };
}

function network(text: string, secret: string | undefined, problems: string[]): [IPv4 | IPv6, number][] {
  const wrong = (what: string) => {
    problems.push(`TRUSTED_PROXIES: ${what}`);
    return [];
  };
  if (!ipaddr.isValid(text) && !ipaddr.isValidCIDR(text)) return wrong(`${text} is no address or network (10.0.0.0/8)`);
  const [ip, bits] = ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : single(text);
  if (bits === 0 && secret === undefined) {
    return wrong(`${text} is everybody: name the proxies, or set AUTH_PROXY_SECRET`);
  }
  if (ip.kind() === "ipv6" && (ip as IPv6).isIPv4MappedAddress()) return wrong(`write ${text} as an IPv4 network`);
  return [[ip, bits]];
}

function single(text: string): [IPv4 | IPv6, number] {
  const ip = ipaddr.process(text);
  return [ip, ip.kind() === "ipv4" ? 32 : 128];
}

function headerNames(text: string, problems: string[]): ProxySettings["headers"] | undefined {
  const names = parts(text).map((name) => name.toLowerCase());
  const [user, email, groups, more] = names;
  const isSound = names.every((name) => /^[a-z0-9-]+$/.test(name)) && new Set(names).size === names.length;
  if (user === undefined || email === undefined || groups === undefined || more !== undefined || !isSound) {
    problems.push("AUTH_HEADERS: needs the names of three headers: of the user, the e-mail address and the groups");
    return undefined;
  }
  return { user, email, groups };
}

function groupRoles(text: string, problems: string[]): ProxySettings["groups"] {
  const found = parts(text).flatMap((entry) => {
    const [, named = "", group = ""] = /^(\w+)=(.+)$/.exec(entry) ?? [];
    const role = ROLES.find((one) => one === named);
    if (role === undefined) {
      problems.push(`AUTH_GROUPS: ${entry} is not role=group (roles are ${ROLES.join(", ")})`);
      return [];
    }
    return [{ role, group: group.trim() }];
  });
  if (found.length === 0) problems.push('AUTH_GROUPS: is needed: "viewer=everybody,reviewer=platform,operator=admins"');
  return found.toSorted((a, b) => ROLES.indexOf(b.role) - ROLES.indexOf(a.role));
}

function parts(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
