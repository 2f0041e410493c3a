import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCoordinator } from "../../../functions/coordinator/start.ts";
import { auditPage } from "../../../shared/pipeline/audit.ts";
import { OWN, send, signedIn } from "./security-support.ts";
import { baseEnv, startSchool, type TestSchool, TOKENS } from "./support.ts";

type Headers = readonly (readonly [string, string])[];
const GROUPS = "viewer=everybody,reviewer=platform,operator=admins,viewer=admins";
const ann = (groups: string): Headers => [
  ["x-forwarded-user", "8f14e45f"],
  ["x-forwarded-email", "ann@example.com"],
  ["x-forwarded-groups", groups],
];

describe("a proxy that is believed", () => {
  let school: TestSchool;
  const me = (headers: Headers, from = "127.0.0.1") => send(school.coordinator.url, "/api/me", { headers, from });
  beforeAll(async () => {
    school = await startSchool({ env: { TRUSTED_PROXIES: "127.0.0.0/30, 10.1.0.0/16", AUTH_GROUPS: GROUPS } });
  });
  afterAll(() => school.close());

  test.each([
    ["everybody", "viewer"],
    ["nothing,platform", "reviewer"],
    ["everybody, admins ,platform", "operator"],
  ])("says who calls; the highest role of %s is %s", async (groups, role) => {
    expect((await me(ann(groups))).json).toEqual({ name: "ann@example.com", role, by: "proxy" });
  });

  test("gives nothing to who is in no group that has a role, and says so", async () => {
    for (const groups of ["", "strangers", "ADMINS", "admins;", "xadmins"]) {
      const answer = await me(ann(groups));
      expect([answer.status, answer.json.detail], groups).toEqual([403, expect.stringContaining("AUTH_GROUPS")]);
    }
    expect((await me([["x-forwarded-groups", "admins"]])).status).toBe(401);
  });

  test("names the user where there is no address of e-mail, in whatever letters", async () => {
    const user = Buffer.from("zoë").toString("latin1");
    const headers: Headers = [
      ["x-forwarded-user", user],
      ["x-forwarded-groups", "everybody"],
    ];
    expect((await me(headers)).json).toMatchObject({ name: "zoë" });
  });

  test.each([
    ["a person named twice", [...ann("everybody"), ["x-forwarded-email", "root@example.com"]]],
    ["groups that came twice", [...ann("everybody"), ["X-Forwarded-Groups", "admins"]]],
    [
      "a name that is none",
      [
        ["x-forwarded-user", "<img src=x>"],
        ["x-forwarded-groups", "admins"],
      ],
    ],
    [
      "two names in one",
      [
        ["x-forwarded-user", "ann,otto"],
        ["x-forwarded-groups", "admins"],
      ],
    ],
  ] as [string, Headers][])("%s is nobody", async (_name, headers) => {
    expect((await me(headers)).status).toBe(401);
  });

  test.each(["127.0.0.4", "127.0.1.1"])(
    "the same headers from %s, which is no proxy, count for nothing",
    async (from) => {
      expect((await me(ann("admins"), from)).status).toBe(401);
      const token = ["authorization", `Bearer ${TOKENS.viewer}`] as const;
      expect((await me([...ann("admins"), token], from)).json).toEqual({ name: "vera", role: "viewer" });
      const forwarded: Headers = [...ann("admins"), ["x-forwarded-for", "127.0.0.1"], ["forwarded", "for=127.0.0.1"]];
      expect((await me(forwarded, from)).status).toBe(401);
    },
  );

  test("its person changes something only from our own page, and the audit says by which means", async () => {
    const close = (headers: Headers) =>
      send(school.coordinator.url, "/api/breaker/close", {
        method: "POST",
        headers: [...ann("admins"), ["content-type", "application/json"], ...headers],
        body: '{"reason":"looked at it"}',
      });
    expect((await close([])).status).toBe(403);
    expect((await close([["sec-fetch-site", "cross-site"]])).status).toBe(403);
    expect((await close(OWN)).status).toBe(200);
    const [entry] = await auditPage(school, { limit: 1 });
    expect(entry).toMatchObject({ actor: "person:ann@example.com", by: "proxy", action: "breaker.close" });
    expect(entry?.reason).toBe("looked at it");
  });

  test("counts more than a session, less than a token; who has no role there may still sign in", async () => {
    const cookie = await signedIn(school.coordinator.url, "operator");
    expect((await me([...ann("everybody"), ["cookie", cookie]])).json).toMatchObject({ name: "ann@example.com" });
    expect((await me([...ann("strangers"), ["cookie", cookie]])).json).toMatchObject({ name: "otto" });
    const token = ["authorization", `Bearer ${TOKENS.reviewer}`] as const;
    expect((await me([...ann("everybody"), token])).json).toMatchObject({ name: "ruth" });
  });
});

describe("IPv4 that comes in over IPv6", () => {
  test.each([
    ["127.0.0.1", 200],
    ["10.0.0.0/8", 401],
    ["::1", 401],
  ])("is the IPv4 address: TRUSTED_PROXIES=%s", async (proxies, status) => {
    const school = await startSchool({ env: { HOST: "::", TRUSTED_PROXIES: proxies, AUTH_GROUPS: GROUPS } });
    try {
      const { port } = new URL(school.coordinator.url);
      expect((await send(`http://127.0.0.1:${port}`, "/api/me", { headers: ann("everybody") })).status).toBe(status);
    } finally {
      await school.close();
    }
  });
});

describe("a proxy that shows a secret", () => {
  test("is believed with it only, and everybody may be one then", async () => {
    const secret = "a secret between the two";
    const school = await startSchool({
      env: { TRUSTED_PROXIES: "0.0.0.0/0", AUTH_GROUPS: GROUPS, AUTH_PROXY_SECRET: secret },
    });
    try {
      const me = (headers: Headers) =>
        send(school.coordinator.url, "/api/me", { headers: [...ann("everybody"), ...headers] });
      expect((await me([["x-school-proxy-secret", secret]])).status).toBe(200);
      expect((await me([])).status).toBe(401);
      expect((await me([["x-school-proxy-secret", `${secret}x`]])).status).toBe(401);
      const twice: Headers = [
        ["x-school-proxy-secret", secret],
        ["x-school-proxy-secret", "x"],
      ];
      expect((await me(twice)).status).toBe(401);
    } finally {
      await school.close();
    }
  });
});

test("other names of the headers are read, and those of usual not", async () => {
  const school = await startSchool({
    env: {
      TRUSTED_PROXIES: "127.0.0.1",
      AUTH_HEADERS: "X-Auth-Request-User,X-Auth-Request-Email,X-Auth-Request-Groups",
      AUTH_GROUPS: GROUPS,
    },
  });
  try {
    const me = (headers: Headers) => send(school.coordinator.url, "/api/me", { headers });
    const renamed = ann("admins").map(([name, value]) => [name.replace("forwarded", "auth-request"), value] as const);
    expect((await me(renamed)).json).toMatchObject({ role: "operator" });
    expect((await me(ann("admins"))).status).toBe(401);
  } finally {
    await school.close();
  }
});

test("wrong tokens count against the caller's own address, as the proxy says it, and not against all behind it", async () => {
  const school = await startSchool({
    env: { TRUSTED_PROXIES: "127.0.0.1", AUTH_GROUPS: GROUPS, RATE_LIMIT_PER_MINUTE: "1000" },
  });
  try {
    const attempt = (token: string, forwarded: string) =>
      send(school.coordinator.url, "/api/session", {
        method: "POST",
        headers: [...OWN, ["content-type", "application/json"], ["x-forwarded-for", forwarded]],
        body: JSON.stringify({ token }),
      });
    for (let n = 0; n < 20; n += 1) {
      // What stands before the last address the caller made up.
      expect((await attempt(`guess-number-${n}`, `192.0.2.${n}, 198.51.100.7`)).status).toBe(401);
    }
    const refused = await attempt(TOKENS.viewer, "198.51.100.7");
    expect(refused.status).toBe(429);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect((await attempt(TOKENS.viewer, "198.51.100.8")).status).toBe(200);
  } finally {
    await school.close();
  }
});

describe("what cannot be meant is refused at the start", () => {
  test.each([
    [{ TRUSTED_PROXIES: "10.0.0.0/8" }, "AUTH_GROUPS: is needed"],
    [{ TRUSTED_PROXIES: "0.0.0.0/0", AUTH_GROUPS: GROUPS }, "is everybody"],
    [{ TRUSTED_PROXIES: "::/0", AUTH_GROUPS: GROUPS }, "is everybody"],
    [{ TRUSTED_PROXIES: "ingress", AUTH_GROUPS: GROUPS }, "ingress is no address"],
    [{ TRUSTED_PROXIES: "::ffff:10.0.0.0/104", AUTH_GROUPS: GROUPS }, "as an IPv4 network"],
    [{ TRUSTED_PROXIES: "10.0.0.1", AUTH_GROUPS: "admin=admins" }, "is not role=group"],
    [{ TRUSTED_PROXIES: "10.0.0.1", AUTH_GROUPS: GROUPS, AUTH_HEADERS: "X-User" }, "three headers"],
    [{ AUTH_GROUPS: GROUPS }, "without TRUSTED_PROXIES"],
    [{ SCHOOL_PUBLIC_URL: "school.example.com" }, "SCHOOL_PUBLIC_URL"],
    [{ SCHOOL_PUBLIC_URL: "https://ann:secret@school.example.com" }, "SCHOOL_PUBLIC_URL"],
  ])("%j", async (env, message) => {
    const start = startCoordinator({
      env: { ...baseEnv, REDIS_URL: "redis://127.0.0.1:1", ...env },
      log: pino({ level: "silent" }),
    });
    await expect(start).rejects.toThrow(message);
  });
});
