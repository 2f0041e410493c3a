/**
 * The cookie of a session: no script reads it, no other site sends it, it ends with the browser. Where the school is
 * reached over https its name begins with `__Host-`, which browsers accept only for this host and with Secure. Elsewhere
 * the port is part of the name: several schools on one machine share all cookies.
 */
import type { Context } from "hono";
import type { School } from "../school.ts";

/** As sessions.ts makes them. */
const VALUE = /^[A-Za-z0-9_-]{43}$/;

type Public = Pick<School["settings"], "SCHOOL_PUBLIC_URL">;

export function isSecure({ SCHOOL_PUBLIC_URL: address }: Public): boolean {
  return address?.startsWith("https:") ?? false;
}

/** Undefined when there is none, or something no session was ever called. */
export function cookieOf(context: Context, settings: Public): string | undefined {
  const name = nameFor(context, settings);
  const given = (context.req.header("cookie") ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  // Two of one name: one of them was planted.
  const [value] = given;
  return given.length === 1 && value !== undefined && VALUE.test(value) ? value : undefined;
}

export function setCookie(context: Context, settings: Public, value: string): void {
  context.header("set-cookie", `${nameFor(context, settings)}=${value}; ${attributes(settings)}`);
}

/** Has the browser forget it, and what the page stored. */
export function clearCookie(context: Context, settings: Public): void {
  context.header("set-cookie", `${nameFor(context, settings)}=; Max-Age=0; ${attributes(settings)}`);
  // Not its cookies: those are shared with whatever else this host, and on a local machine every port of it, serves.
  context.header("clear-site-data", '"storage"');
}

function nameFor(context: Context, settings: Public): string {
  if (isSecure(settings)) return "__Host-school";
  const { port } = new URL(context.req.url);
  return `school-${port === "" ? "80" : port}`;
}

function attributes(settings: Public): string {
  return `Path=/; HttpOnly; SameSite=Strict${isSecure(settings) ? "; Secure" : ""}`;
}
