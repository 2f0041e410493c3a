/** Nothing is done through the API without an entry that says who did what and why. */
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ACTIONS } from "../../../functions/coordinator/decisions.ts";
import { OPERATIONS } from "../../../functions/coordinator/openapi/describe.ts";
import type { Env } from "../../../functions/coordinator/request.ts";
import { audited } from "../../../functions/coordinator/sign-in/audited.ts";
import { auditPage } from "../../../shared/pipeline/audit.ts";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());

const newest = async (limit = 1) => auditPage(school, { limit });
const listed = async (improvement: string) =>
  (await school.call("viewer", "GET", `/api/audit?improvement=${improvement}`)).json.entries;

const changes = OPERATIONS.filter(({ method }) => method !== "get").map(
  (operation) => [`${operation.method.toUpperCase()} ${operation.path}`, operation] as const,
);
const decision = /^\/api\/improvements\/:id\/([\w-]+)$/;
const moves = (path: string) => ([...ACTIONS, "retry", "edit"] as string[]).includes(decision.exec(path)?.[1] ?? "");

/** Who may change something without being a person of the school, and which write of themselves. */
const ELSEWHERE = [
  "POST /webhooks/github",
  "POST /api/session",
  "DELETE /api/session",
  "DELETE /api/sessions/:session",
];

describe("every route that changes something", () => {
  const routes = changes.filter(([name]) => !ELSEWHERE.includes(name));
  /** As the coordinator puts it before its routes; what these do is of no matter here. */
  function anything(): Hono<Env> {
    const app = new Hono<Env>();
    app.use(async function ruth(context, next) {
      context.set("caller", { person: { name: "ruth", role: "operator", by: "token" }, key: "ruth" });
      context.set("reason", "because of the test");
      await next();
    });
    for (const path of ["/api/*", "/stages/*"]) app.use(path, audited(school));
    return app.all("*", (context) => context.json({}));
  }
  const write = async (method: string, path: string) => anything().request(path.replaceAll(/:\w+/g, "x"), { method });

  test("is known", () => {
    expect(changes.length).toBeGreaterThan(25);
    const names = new Set<string>(changes.map(([name]) => name));
    expect(ELSEWHERE.filter((name) => !names.has(name))).toEqual([]);
  });

  test.each(routes.filter(([, { path }]) => !moves(path)))("%s has a word of its own", async (_name, operation) => {
    const before = (await newest())[0]?.entry;
    await write(operation.method.toUpperCase(), operation.path);
    const [entry] = await newest();
    expect(entry?.entry).not.toBe(before);
    expect(entry).toMatchObject({ actor: "person:ruth", by: "token", reason: "because of the test" });
    expect(entry?.action).toMatch(/^[a-z_]+\.[a-z_]+$/);
    if (operation.path.includes("/:")) expect(entry?.subject).toBe("x");
  });

  test.each(routes.filter(([, { path }]) => moves(path)))(
    "%s is told by the move it makes",
    async (_name, operation) => {
      const before = (await newest())[0]?.entry;
      await write(operation.method.toUpperCase(), operation.path);
      expect((await newest())[0]?.entry).toBe(before);
    },
  );

  test("a route nobody has thought of is named by its address", async () => {
    await write("POST", "/api/something/new");
    expect((await newest())[0]).toMatchObject({ action: "POST /api/something/new", subject: "" });
  });
});

describe("what is said of an improvement without moving it is in the list once", () => {
  const reason = "a sentence for the audit";
  const of = (action: string, id: string) => ({
    actor: "person:ruth",
    by: "token",
    action,
    subject: id,
    improvement: id,
    reason,
  });

  test("feedback about the choice of the expert", async () => {
    await school.stand("a1", "routed", { expert: "database" });
    const { status } = await school.call("reviewer", "POST", "/api/improvements/a1/feedback", { right: true, reason });
    expect(status).toBe(200);
    expect(await listed("a1")).toEqual([expect.objectContaining(of("improvement.feedback", "a1"))]);
  });

  test("putting it off", async () => {
    await school.stand("a2", "pending_review");
    const body = { minutes: 60, reason };
    expect((await school.call("reviewer", "POST", "/api/improvements/a2/defer", body)).status).toBe(200);
    expect(await listed("a2")).toEqual([expect.objectContaining(of("improvement.defer", "a2"))]);
  });

  test("allowing the like of it again, after never", async () => {
    await school.stand("a3", "pending_review");
    expect((await school.call("reviewer", "POST", "/api/improvements/a3/never", { reason })).status).toBe(200);
    const path = "/api/improvements/a3/allow-again";
    expect((await school.call("operator", "POST", path, { reason })).status).toBe(200);
    expect(await listed("a3")).toEqual([
      expect.objectContaining({ ...of("improvement.allow_again", "a3"), actor: "person:otto" }),
      expect.objectContaining({ ...of("improvement.rejected", "a3"), by: "" }),
    ]);
  });

  test("asking for a rollback of what is under way", async () => {
    await school.stand("a4", "deployed");
    expect((await school.call("reviewer", "POST", "/api/improvements/a4/rollback", { reason })).status).toBe(200);
    expect(await listed("a4")).toEqual([expect.objectContaining(of("improvement.ask_rollback", "a4"))]);
  });

  test("what is refused is in no list", async () => {
    await school.stand("a5", "verified");
    const { status } = await school.call("reviewer", "POST", "/api/improvements/a5/defer", { minutes: 60, reason });
    expect(status).toBe(409);
    expect(await listed("a5")).toEqual([]);
  });
});
