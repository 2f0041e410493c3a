import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditPage } from "../../../shared/pipeline/audit.ts";
import { cookieIn, JSON_BODY, OWN, send, signedIn } from "./security-support.ts";
import { baseEnv, SECRET, startSchool, type TestSchool, TOKENS } from "./support.ts";

let school: TestSchool;
let url: string;
beforeAll(async () => {
  school = await startSchool({ env: { SESSIONS_PER_PERSON: "3", SSE_HEARTBEAT_SECONDS: "0.02" } });
  ({ url } = school.coordinator);
});
afterAll(() => school.close());

const me = (cookie: string, base = url) => send(base, "/api/me", { headers: [["cookie", cookie]] });
const signIn = (token: string, headers = [...OWN, JSON_BODY] as readonly (readonly [string, string])[], base = url) =>
  send(base, "/api/session", { method: "POST", headers, body: JSON.stringify({ token }) });
const signOut = (cookie: string) =>
  send(url, "/api/session", { method: "DELETE", headers: [...OWN, ["cookie", cookie]] });
/** The only session there is. */
async function onlySession(): Promise<{ id: string; stored: Record<string, unknown> }> {
  const ids = await school.redis.zrevrange(school.keys.sessions, 0, -1);
  expect(ids).toHaveLength(1);
  const id = ids[0] as string;
  return { id, stored: JSON.parse((await school.redis.get(school.keys.session(id))) as string) };
}
async function endAll(): Promise<void> {
  const ids = await school.redis.zrevrange(school.keys.sessions, 0, -1);
  for (const id of ids) await school.redis.del(school.keys.session(id));
  await school.redis.del(school.keys.sessions);
}

describe("signing in", () => {
  test("gives a cookie that no script reads, no other site sends, and that is not the token", async () => {
    const answer = await signIn(TOKENS.reviewer);
    expect(answer.json).toMatchObject({ name: "ruth", role: "reviewer", by: "session" });
    const [cookie = ""] = answer.headers["set-cookie"] ?? [];
    const { port } = new URL(url);
    expect(cookie).toMatch(new RegExp(`^school-${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`));
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect((await me(cookieIn(answer))).json).toEqual({ name: "ruth", role: "reviewer", by: "session" });
  });

  test("over https the cookie is for this host and https only, and http is never used again", async () => {
    const secure = await startSchool({ env: { SCHOOL_PUBLIC_URL: "https://school.example.com" } });
    try {
      const base = secure.coordinator.url;
      const answer = await signIn(TOKENS.viewer, [["origin", "https://school.example.com"], JSON_BODY], base);
      const [cookie = ""] = answer.headers["set-cookie"] ?? [];
      expect(cookie).toMatch(/^__Host-school=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
      expect(answer.headers["strict-transport-security"]).toBe("max-age=31536000");
      expect((await me(cookieIn(answer), base)).status).toBe(200);
    } finally {
      await secure.close();
    }
  });

  test("neither the cookie nor the token can be had from Redis, and what is there is not accepted as a cookie", async () => {
    await endAll();
    const cookie = await signedIn(url, "operator");
    const value = cookie.split("=", 2)[1] ?? "";
    const { id } = await onlySession();
    const everything: string[] = [];
    for (const key of await school.redis.keys("*session*")) {
      const type = await school.redis.type(key);
      everything.push(key, type === "string" ? ((await school.redis.get(key)) ?? "") : "");
    }
    expect(everything.join()).toContain(id);
    for (const secret of [value, TOKENS.operator, SECRET]) expect(everything.join()).not.toContain(secret);
    expect((await me(`${cookie.split("=", 1)[0]}=${id}`)).status).toBe(401);
  });

  test.each([
    ["a token nobody knows", { token: "not-a-token-of-this-school" }, 401],
    ["no token", {}, 422],
    ["a token that is no text", { token: { $ne: "" } }, 422],
    ["a token longer than any", { token: "x".repeat(501) }, 422],
    ["more than a token", { token: TOKENS.viewer, role: "operator" }, 422],
  ])("%s opens nothing", async (_name, body, status) => {
    const answer = await send(url, "/api/session", {
      method: "POST",
      headers: [...OWN, JSON_BODY],
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(status);
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(answer.text).not.toContain("not-a-token-of-this-school");
  });

  test("has no return address to send anybody to: what is in the address or the body leads nowhere", async () => {
    for (const path of ["/api/session?next=https://evil.example", "/api/session?return_to=//evil.example"]) {
      const answer = await send(url, path, {
        method: "POST",
        headers: [...OWN, JSON_BODY, ["referer", "https://evil.example/"]],
        body: JSON.stringify({ token: TOKENS.viewer }),
      });
      expect(answer.headers["location"]).toBeUndefined();
      expect(answer.text).not.toContain("evil.example");
    }
  });
});

describe("a session", () => {
  test("is always a new one: a cookie planted before is not taken over, and one that was valid ends", async () => {
    const { port } = new URL(url);
    const planted = `school-${port}=${"A".repeat(43)}`;
    const first = await signedIn(url, "viewer", planted);
    expect(first).not.toBe(planted);
    expect((await me(planted)).status).toBe(401);
    const second = await signedIn(url, "operator", first);
    expect(second).not.toBe(first);
    expect((await me(first)).status).toBe(401);
    expect((await me(second)).json).toMatchObject({ name: "otto" });
  });

  test("two cookies of its name are none: one of them was planted", async () => {
    const cookie = await signedIn(url, "viewer");
    const { port } = new URL(url);
    expect((await me(`${cookie}; school-${port}=${"A".repeat(43)}`)).status).toBe(401);
    expect((await me(`other=1; ${cookie}; theme=dark`)).status).toBe(200);
  });

  test("is over after signing out, whoever has its cookie; the page's data are cleared", async () => {
    const cookie = await signedIn(url, "reviewer");
    const answer = await signOut(cookie);
    expect(answer.json).toEqual({ ended: true });
    expect(answer.headers["clear-site-data"]).toBe('"storage"');
    expect(String(answer.headers["set-cookie"])).toMatch(/=; Max-Age=0; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await me(cookie)).status).toBe(401);
    expect((await signOut(cookie)).status).toBe(401);
  });

  test.each([
    ["twelve hours after it began, however busy", { created: -12 * 3_600_000 }],
    ["an hour after the last request", { seen: -3_600_000 }],
    ["when it says it began in the far future", { created: 7 * 86_400_000 }],
  ])("is over %s", async (_name, moved) => {
    await endAll();
    const cookie = await signedIn(url, "viewer");
    const { id, stored } = await onlySession();
    const change = Object.entries(moved).map(([field, ms]) => [field, (stored[field] as number) + ms]);
    await school.redis.set(school.keys.session(id), JSON.stringify({ ...stored, ...Object.fromEntries(change) }));
    expect((await me(cookie)).status).toBe(401);
  });

  test("lives in Redis no longer than it may, and every use gives it its idle time again", async () => {
    await endAll();
    const cookie = await signedIn(url, "viewer");
    const { id, stored } = await onlySession();
    expect(await school.redis.pttl(school.keys.session(id))).toBeLessThanOrEqual(3_600_000);
    const old = { ...stored, seen: (stored["seen"] as number) - 1_800_000 };
    await school.redis.set(school.keys.session(id), JSON.stringify(old), "PX", 1_800_000);
    expect((await me(cookie)).status).toBe(200);
    expect(await school.redis.pttl(school.keys.session(id))).toBeGreaterThan(3_000_000);
  });

  test("that is damaged in Redis opens nothing", async () => {
    for (const text of ["", "{", "null", '{"person":"otto"}', '{"person":"otto","mark":"","created":"x"}']) {
      await endAll();
      const cookie = await signedIn(url, "viewer");
      const { id } = await onlySession();
      await school.redis.set(school.keys.session(id), text);
      expect((await me(cookie)).status, text).toBe(401);
    }
  });

  test("of the same person there are at most so many; the oldest ends", async () => {
    await endAll();
    const cookies = [];
    for (let n = 0; n < 4; n += 1) cookies.push(await signedIn(url, "reviewer"));
    const other = await signedIn(url, "viewer");
    const statuses = await Promise.all([...cookies, other].map(async (cookie) => (await me(cookie)).status));
    expect(statuses).toEqual([401, 200, 200, 200, 200]);
  });

  test("ends with its token: who is taken out of SCHOOL_TOKENS is out at once, and a role is the one of now", async () => {
    const cookie = await signedIn(url, "reviewer");
    const value = cookie.split("=", 2)[1];
    const again = async (tokens: string, secret = SECRET) => {
      const other = await startSchool({
        env: { REDIS_URL: school.server.url, SCHOOL_TOKENS: tokens, APPROVAL_SECRET: secret },
      });
      try {
        const { port } = new URL(other.coordinator.url);
        return await me(`school-${port}=${value}`, other.coordinator.url);
      } finally {
        await other.close();
      }
    };
    expect((await again(baseEnv.SCHOOL_TOKENS)).status).toBe(200);
    expect((await again(`viewer:ruth:${TOKENS.reviewer}`)).json).toMatchObject({ name: "ruth", role: "viewer" });
    expect((await again("reviewer:ruth:another-token-of-ruth")).status).toBe(401);
    expect((await again(baseEnv.SCHOOL_TOKENS, "another secret of the school")).status).toBe(401);
    expect((await me(cookie)).status).toBe(200);
  });

  test("hears of events, and hears nothing more once it has ended", async () => {
    const cookie = await signedIn(url, "viewer");
    const stream = await fetch(`${url}/api/events`, { headers: { cookie, accept: "text/event-stream" } });
    expect(stream.status).toBe(200);
    const heard = stream.text().catch(() => "cut off");
    await signOut(cookie);
    expect(await heard).toMatch(/cut off|retry/);
  });

  test("does not count where a bearer token came along, right or wrong", async () => {
    const cookie = await signedIn(url, "operator");
    const ask = (token: string) =>
      send(url, "/api/me", {
        headers: [
          ["cookie", cookie],
          ["authorization", `Bearer ${token}`],
        ],
      });
    expect((await ask(TOKENS.viewer)).json).toEqual({ name: "vera", role: "viewer" });
    expect((await ask("a-token-nobody-knows")).status).toBe(401);
  });
});

describe("operators", () => {
  test("see who is signed in and end that, with a reason; others may not", async () => {
    await endAll();
    const operator = await signedIn(url, "operator");
    const reviewer = await signedIn(url, "reviewer");
    const list = async (cookie: string) => send(url, "/api/sessions", { headers: [["cookie", cookie]] });
    expect((await list(reviewer)).status).toBe(403);
    const { sessions } = (await list(operator)).json;
    expect(sessions.map(({ name, own }: { name: string; own: boolean }) => [name, own]).toSorted()).toEqual([
      ["otto", true],
      ["ruth", false],
    ]);
    const theirs = sessions.find(({ name }: { name: string }) => name === "ruth");
    const path = `/api/sessions/${theirs.session}`;
    const end = (headers: readonly (readonly [string, string])[], body: string) =>
      send(url, path, { method: "DELETE", headers: [...OWN, JSON_BODY, ...headers], body });
    expect((await end([["cookie", operator]], "{}")).status).toBe(422);
    expect((await end([["cookie", reviewer]], '{"reason":"mine"}')).status).toBe(403);
    expect((await end([["cookie", operator]], '{"reason":"the laptop was lost"}')).json).toMatchObject({ of: "ruth" });
    expect((await me(reviewer)).status).toBe(401);
    expect((await end([["cookie", operator]], '{"reason":"again"}')).status).toBe(404);
  });

  test("can read in the audit who signed in, who failed, who was put out by whom and why; never a token or cookie", async () => {
    await endAll();
    await school.redis.del(school.keys.audit);
    await signIn("guess-of-a-stranger");
    const cookie = await signedIn(url, "reviewer");
    await signOut(cookie);
    await school.call("operator", "PUT", "/api/flags/freeze", { reason: "a release is on" });
    await school.call("operator", "PUT", "/api/flags/nothing", { reason: "refused, so not in the audit" });
    const entries = await auditPage(school, { limit: 100 });
    expect(entries.map(({ actor, by, action, subject, reason }) => ({ actor, by, action, subject, reason }))).toEqual([
      { actor: "person:otto", by: "token", action: "flag.set", subject: "freeze", reason: "a release is on" },
      { actor: "person:ruth", by: "session", action: "session.end", subject: expect.any(String), reason: "" },
      { actor: "person:ruth", by: "token", action: "session.begin", subject: expect.any(String), reason: "" },
      { actor: "nobody", by: "", action: "session.refused", subject: "", reason: "" },
    ]);
    const text = JSON.stringify(entries);
    for (const secret of ["guess-of-a-stranger", TOKENS.reviewer, cookie.split("=", 2)[1] ?? ""]) {
      expect(text).not.toContain(secret);
    }
    expect(await auditPage(school, { limit: 2, before: entries[1]?.entry })).toEqual(entries.slice(2));
  });
});
