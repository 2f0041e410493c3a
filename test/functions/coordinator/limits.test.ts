import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { windowCounter } from "../../../functions/coordinator/rate-limit.ts";
import { startSchool, type TestSchool, TOKENS } from "./support.ts";

describe("a window", () => {
  test("begins with the first request, counts for a minute, and begins anew", () => {
    let now = 1_000;
    const counter = windowCounter(2, () => now);
    expect(counter.take("a")).toEqual({ allowed: true, limit: 2, remaining: 1, seconds: 60 });
    now += 59_500;
    expect(counter.take("a")).toEqual({ allowed: true, limit: 2, remaining: 0, seconds: 1 });
    expect(counter.isSpent("a")).toBe(true);
    expect(counter.take("a")).toEqual({ allowed: false, limit: 2, remaining: 0, seconds: 1 });
    expect(counter.take("b").allowed).toBe(true);
    now += 500;
    expect(counter.isSpent("a")).toBe(false);
    expect(counter.take("a")).toEqual({ allowed: true, limit: 2, remaining: 1, seconds: 60 });
  });

  test("forgets the oldest names instead of growing without end", () => {
    const counter = windowCounter(1, () => 0);
    for (let n = 0; n < 20_000; n += 1) counter.take(`n${n}`);
    expect(counter.take("n0").allowed).toBe(true);
    expect(counter.take("n19999").allowed).toBe(false);
  });
});

describe("requests of one token", () => {
  let school: TestSchool;
  beforeAll(async () => {
    school = await startSchool({ env: { RATE_LIMIT_PER_MINUTE: "8" } });
  });
  afterAll(() => school.close());

  test("are told how many are left, then refused with when to come back; others, open routes and streams go on", async () => {
    const ask = (headers: Record<string, string> = {}) =>
      fetch(`${school.coordinator.url}/api/me`, { headers: { authorization: `Bearer ${TOKENS.viewer}`, ...headers } });
    const first = await ask();
    expect(first.headers.get("ratelimit-limit")).toBe("8");
    expect(first.headers.get("ratelimit-remaining")).toBe("7");
    for (let n = 0; n < 7; n += 1) expect((await ask()).status).toBe(200);

    const refused = await ask();

    expect(refused.status).toBe(429);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({
      type: "/problems/too-many-requests",
      detail: expect.stringContaining("More than 8 reading requests a minute"),
    });
    expect((await school.call("reviewer", "GET", "/api/me")).status).toBe(200);
    for (const path of ["/health", "/ready", "/metrics", "/api/openapi.json"]) {
      expect((await school.call("nobody", "GET", path)).status, path).toBe(200);
    }
    const stop = new AbortController();
    const stream = await fetch(`${school.coordinator.url}/api/events`, {
      headers: { authorization: `Bearer ${TOKENS.viewer}`, accept: "text/event-stream" },
      signal: stop.signal,
    });
    expect(stream.status).toBe(200);
    stop.abort();
  });

  test("that change something are fewer, and do not use up those that read", async () => {
    const change = () => school.call("operator", "POST", "/api/breaker/close", { reason: "r" });
    expect([(await change()).status, (await change()).status, (await change()).status]).toEqual([200, 200, 429]);
    expect((await school.call("operator", "GET", "/api/status")).status).toBe(200);
  });
});

describe("tokens nobody knows", () => {
  let school: TestSchool;
  beforeAll(async () => {
    school = await startSchool({ env: { RATE_LIMIT_PER_MINUTE: "1000" } });
  });
  afterAll(() => school.close());

  test("after twenty no more are looked at from that address, not even a right one; who was known before goes on", async () => {
    const guess = (token: string) =>
      school.call("nobody", "GET", "/api/me", undefined, { authorization: `Bearer ${token}` });
    expect((await school.call("viewer", "GET", "/api/me")).status).toBe(200);
    for (let n = 0; n < 20; n += 1) expect((await guess(`guess-number-${n}`)).status).toBe(401);

    expect(await guess("guess-number-20")).toMatchObject({ status: 429, type: "application/problem+json" });
    expect((await guess(TOKENS.operator)).status).toBe(429);
    expect((await school.call("viewer", "GET", "/api/me")).status).toBe(200);
    expect((await school.call("nobody", "GET", "/health")).status).toBe(200);
  });
});

test("0 switches the limits off", async () => {
  const school = await startSchool({ env: { RATE_LIMIT_PER_MINUTE: "0" } });
  try {
    const statuses = await Promise.all(
      Array.from({ length: 60 }, () =>
        school.call("nobody", "GET", "/api/me", undefined, { authorization: "Bearer some-wrong-token" }),
      ),
    );
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([401]));
  } finally {
    await school.close();
  }
});
