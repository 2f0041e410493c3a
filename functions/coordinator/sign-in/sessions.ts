/**
 * Sessions of the dashboard: whoever showed a token once is known by a cookie until the session ends. Redis knows them by
 * the hash of the cookie only, and neither the cookie nor the token can be had from what it holds. A session is no longer
 * valid than its token: role and name are looked up at every request.
 */
import { createHash, randomBytes } from "node:crypto";
import * as z from "zod";
import { redisNow } from "../../../shared/pipeline/services.ts";
import { markOf, type Person, personMarked } from "../../../shared/runtime/tokens.ts";
import type { School } from "../school.ts";

/** What a browser said of itself may be this long. */
const LONGEST_AGENT = 200;

const Stored = z.object({
  person: z.string(),
  /** Of the token it was begun with. */
  mark: z.string(),
  /** Milliseconds since the epoch by Redis's clock. */
  created: z.number(),
  seen: z.number(),
  agent: z.string(),
});
type Stored = z.infer<typeof Stored>;

export interface Session {
  /** Hash of the cookie: names the session, opens nothing. */
  readonly id: string;
  readonly person: Person;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly seen: number;
  /** When it ends, whatever happens; earlier when nobody asks for anything. */
  readonly ends: number;
  /** What the browser said of itself; anybody may say anything. */
  readonly agent: string;
}

export interface Sessions {
  /** Always a new one, whatever cookie came along; the oldest of the same person end when they are too many. */
  begin(person: Person, token: string, agent: string): Promise<{ readonly cookie: string; readonly session: Session }>;
  /** Whose cookie this is; counts as a sign of life. Undefined: nobody's any more. */
  find(cookie: string): Promise<Session | undefined>;
  /** Without counting as a sign of life: for requests that stay open. */
  isAlive(id: string): Promise<boolean>;
  /** What ended; undefined when it had ended before. */
  end(id: string): Promise<Session | undefined>;
  /** Newest first. */
  list(): Promise<readonly Session[]>;
}

export function sessionBook({ redis, keys, settings, tokens }: Pick<School, "redis" | "keys" | "settings" | "tokens">) {
  const wholeMs = () => settings.SESSION_HOURS * 3_600_000;
  const idleMs = () => settings.SESSION_IDLE_MINUTES * 60_000;

  /** Undefined when its time is over, or its token is none any more. */
  function sessionOf(id: string, text: string | null | undefined, now: number): Session | undefined {
    const stored = read(text);
    if (stored === undefined) return undefined;
    const { mark, created, seen, agent } = stored;
    const ends = created + wholeMs();
    if (now >= ends || now >= seen + idleMs() || created > now + wholeMs()) return undefined;
    const person = personMarked(tokens, mark, settings.APPROVAL_SECRET);
    return person === undefined ? undefined : { id, person: { ...person, by: "session" }, created, seen, ends, agent };
  }
  function lifetime({ created, seen }: Pick<Stored, "created" | "seen">): number {
    return Math.max(1, Math.ceil(Math.min(created + wholeMs(), seen + idleMs()) - seen));
  }
  async function look(id: string): Promise<{ text: string | null; now: number }> {
    const [text, now] = await Promise.all([redis.get(keys.session(id)), redisNow(redis)]);
    return { text, now };
  }

  const book: Sessions = {
    async begin(person, token, agent) {
      const cookie = randomBytes(32).toString("base64url");
      const id = idOf(cookie);
      const now = await redisNow(redis);
      const stored: Stored = {
        person: person.name,
        mark: markOf(token, settings.APPROVAL_SECRET),
        created: now,
        seen: now,
        agent: agent.slice(0, LONGEST_AGENT),
      };
      const text = JSON.stringify(stored);
      const session = sessionOf(id, text, now);
      if (session === undefined) throw new Error("a session begins with the token of a person");
      await redis.zremrangebyscore(keys.sessions, "-inf", now);
      await redis.zadd(keys.sessions, session.ends, id);
      await redis.set(keys.session(id), text, "PX", lifetime(stored));
      const theirs = (await book.list()).filter((one) => one.person.name === person.name && one.id !== id);
      for (const { id: old } of theirs.slice(settings.SESSIONS_PER_PERSON - 1)) await book.end(old);
      return { cookie, session };
    },
    async find(cookie) {
      const id = idOf(cookie);
      const { text, now } = await look(id);
      const session = sessionOf(id, text, now);
      if (session === undefined) return undefined;
      // Written now and then, not with every request.
      if (now - session.seen >= Math.min(30_000, idleMs() / 10)) {
        const stored = { ...(read(text) as Stored), seen: now };
        // Only if it is still there: a session that was ended meanwhile stays ended.
        await redis.set(keys.session(id), JSON.stringify(stored), "PX", lifetime(stored), "XX");
      }
      return session;
    },
    async isAlive(id) {
      const { text, now } = await look(id);
      return sessionOf(id, text, now) !== undefined;
    },
    async end(id) {
      const { text, now } = await look(id);
      await redis.del(keys.session(id));
      await redis.zrem(keys.sessions, id);
      return sessionOf(id, text, now);
    },
    async list() {
      const now = await redisNow(redis);
      const ids = await redis.zrevrange(keys.sessions, 0, -1);
      if (ids.length === 0) return [];
      const batch = redis.pipeline();
      for (const id of ids) batch.get(keys.session(id));
      const replies = (await batch.exec()) ?? [];
      const sessions = ids.map((id, i) => sessionOf(id, replies[i]?.[1] as string | null | undefined, now));
      const gone = ids.filter((_, i) => sessions[i] === undefined && replies[i]?.[0] === null);
      if (gone.length > 0) await redis.zrem(keys.sessions, ...gone);
      return sessions.filter((one) => one !== undefined).toSorted((a, b) => b.created - a.created);
    },
  };
  return book;
}

/** 256 bits at random need no salt and no slow hash. */
function idOf(cookie: string): string {
  return createHash("sha256").update(cookie).digest("base64url");
}

/** What cannot be read opens nothing. */
function read(text: string | null | undefined): Stored | undefined {
  if (typeof text !== "string") return undefined;
  try {
    return Stored.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
