/**
 * Whether a request that changes something comes from our own page. A browser sends cookies, and what a proxy makes of
 * them, along with requests other sites cause; a bearer token it never sends by itself, so those need no such proof.
 */
import type { Context } from "hono";
import { Problem } from "../problem.ts";
import type { School } from "../school.ts";

/** A form of another site can send no such header; a script there only after we had allowed it, which we never do. */
export const OWN_HEADER = "x-school-request";

const SAFE = ["GET", "HEAD", "OPTIONS"];
const JSON_TYPE = /^application\/([\w.+-]+\+)?json\b/i;

export function changesSomething(context: Context): boolean {
  return !SAFE.includes(context.req.method);
}

/** Throws Problem 403 unless the request says where it comes from, and that is here. */
export function requireOwnPage(context: Context, settings: Pick<School["settings"], "SCHOOL_PUBLIC_URL">): void {
  const header = (name: string) => context.req.header(name);
  const site = header("sec-fetch-site");
  const origin = header("origin");
  if (site === undefined && origin === undefined) {
    throw foreign(
      "Your browser does not say where this request comes from (neither Sec-Fetch-Site nor Origin). Use a newer browser; a program sends the header `Authorization: Bearer <token>` instead.",
    );
  }
  // Where a browser says it, its word is the better one: a proxy may have changed the host we would compare with.
  const isOwn = site === undefined ? ownOrigins(context, settings).has(origin ?? "") : OWN_SITES.includes(site);
  if (!isOwn) {
    throw foreign(
      "This request comes from another site. Open the dashboard itself and try again there; if that is where you are, SCHOOL_PUBLIC_URL is not the address you see in your browser.",
    );
  }
  if (header(OWN_HEADER) !== "1" && !JSON_TYPE.test(header("content-type") ?? "")) {
    throw foreign("Send the header `X-School-Request: 1`, or the body as `Content-Type: application/json`.");
  }
}

/** `none`: a person did it by hand, no site caused it. */
const OWN_SITES = ["same-origin", "none"];

function ownOrigins(context: Context, { SCHOOL_PUBLIC_URL: address }: Pick<School["settings"], "SCHOOL_PUBLIC_URL">) {
  const { host, hostname } = new URL(context.req.url);
  const own = new Set([`https://${host}`]);
  if (address !== undefined) own.add(new URL(address).origin);
  // Where the school is public over https, http is somebody on the way, unless it is this very machine.
  if (address?.startsWith("https:") !== true || LOOPBACK.test(hostname)) own.add(`http://${host}`);
  return own;
}
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function foreign(detail: string): Problem {
  return new Problem(403, detail, { title: "The request does not come from the dashboard's own page" });
}
