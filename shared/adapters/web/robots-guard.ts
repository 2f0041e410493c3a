/**
 * Honours robots.txt for pages. Feeds, APIs and captions are published for programs and asked for by people who named them;
 * a page is published for people, so a program reads it only where the host lets programs read.
 */
import { textOf } from "../../domain/answer-text.ts";
import type { WebAnswer, WebRequest } from "../../source-ports.ts";
import { shown } from "./admission.ts";
import { ROBOTS_BYTES, type Robots, robotsFor } from "./robots.ts";

const REMEMBERED_MS = 3_600_000;
const MOST_REMEMBERED = 200;
const ALL: Robots = { mayRead: () => true };

type Get = (request: WebRequest, signal: AbortSignal) => Promise<WebAnswer>;

/** `get` must not ask for robots.txt itself. Throws what it throws: an unreachable robots.txt is asked for again later. */
export function robotsGuard(
  userAgent: string,
  get: Get,
): (url: URL, signal: AbortSignal) => Promise<string | undefined> {
  const agent = /^[^\s/(]+/.exec(userAgent)?.[0] ?? userAgent;
  const known = new Map<string, { readonly robots: Robots; readonly at: number }>();

  async function robotsOf(origin: string, signal: AbortSignal): Promise<Robots> {
    const found = known.get(origin);
    if (found !== undefined && performance.now() - found.at < REMEMBERED_MS) return found.robots;
    const answer = await get({ url: `${origin}/robots.txt`, accept: "text/plain", maxBytes: ROBOTS_BYTES }, signal);
    // RFC 9309 §2.3.1.3: a host that has none, or hides it, forbids nothing.
    const robots = answer.kind === "ok" ? robotsFor(agent, textOf(answer)) : ALL;
    known.delete(origin);
    known.set(origin, { robots, at: performance.now() });
    for (const oldest of known.keys()) if (known.size > MOST_REMEMBERED) known.delete(oldest);
    return robots;
  }

  return async (url, signal) => {
    const robots = await robotsOf(url.origin, signal);
    if (url.pathname === "/robots.txt" || robots.mayRead(`${url.pathname}${url.search}`)) return undefined;
    return `${shown(url)}: its host asks programs not to read this page (robots.txt); hand the text in instead`;
  };
}
