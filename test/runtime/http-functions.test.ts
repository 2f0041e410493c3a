/** Every function in HTTP mode, from its bundle: under our own main and under the functions-framework's command line alike. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../../build/bundle.ts";
import { improvementEvent, REPOSITORY_CHANGED, SOURCE_SUBMITTED } from "../../shared/domain/events.ts";
import type { Status } from "../../shared/domain/lifecycle.ts";
import { ENTRANCES } from "../../shared/pipeline/injection.ts";
import { STAGES, type StageName, stageEntry } from "../../shared/stages.ts";
import { settle } from "../functions/coordinator/claim-and-settle.ts";
import { connectPipeline, proposal } from "../pipeline/support.ts";
import { type HttpFunctionProcess, startBundle, startFramework, VIEWER } from "../support/http-function.ts";
import { startTestRedis, type TestRedis } from "../support/redis.ts";

const mains = [
  { name: "our own main", prefix: "own:", start: startBundle },
  { name: "the functions-framework command line", prefix: "ff:", start: startFramework },
];
type Main = (typeof mains)[number];

const processes = new Map<string, HttpFunctionProcess>();
const schools = new Map<string, ReturnType<typeof connectPipeline>>();
let server: TestRedis;

beforeAll(async () => {
  await bundle(STAGES);
  server = await startTestRedis();
  for (const { prefix } of mains) schools.set(prefix, connectPipeline(server.url, prefix));
  const waiting = mains.flatMap((main) => STAGES.map((stage) => ({ main, stage })));
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { main, stage } = next;
      const env = { REDIS_URL: server.url, KEY_PREFIX: main.prefix, LOG_LEVEL: "fatal" };
      processes.set(main.prefix + stage, await main.start(stage, env));
    }
  };
  await Promise.all([work(), work(), work()]);
}, 300_000);
afterAll(async () => {
  for (const { redis } of schools.values()) redis.disconnect();
  await Promise.all([...processes.values()].map((one) => one.end()));
  await server.close();
});

const running = (main: Main, stage: StageName) => processes.get(main.prefix + stage) as HttpFunctionProcess;
const schoolOf = (main: Main) => schools.get(main.prefix) as ReturnType<typeof connectPipeline>;

let made = 0;
function event(type: string, data: unknown): Record<string, unknown> {
  made += 1;
  return { specversion: "1.0", id: `event-${made}`, source: "/tests", type, data };
}
const about = (status: Status, data: unknown) => event(improvementEvent(status), data);
const talk = () => event(SOURCE_SUBMITTED, { source: { title: "T", content: `Talk ${made}: nothing to see here.` } });
/** A status of somebody else's. */
const elsewhere = (status: Status): Status => (status === "raw" ? "routed" : "raw");

interface Case {
  readonly name: string;
  /** Puts the record there first: an id and its status. */
  readonly stands?: readonly [id: string, status: Status];
  readonly event: () => Record<string, unknown>;
  /** `taken`: handled, whatever became of it. */
  readonly answer: "taken" | 409 | 422;
  readonly says?: string;
}

/** Each entrance of one stage, the open and the forbidden ones, from the registry. */
function cases(stage: StageName): Case[] {
  const entry = stageEntry(stage);
  const id = `${stage}-1`;
  const fresh = `${stage}-new`;
  const { video_id: _video, ...improvement } = proposal("Set memory limits on the orders service");
  if (entry.kind === "source") {
    return [
      { name: "a source", event: talk, answer: "taken" },
      {
        name: "an improvement",
        event: () => about("raw", { id: fresh, improvement }),
        answer: 422,
        says: "takes sources",
      },
    ];
  }
  if (entry.kind === "keeper") {
    const changed = () => event(REPOSITORY_CHANGED, { source: "all", because: "a push" });
    return [
      { name: "a change", event: changed, answer: "taken" },
      { name: "a source", event: talk, answer: 422, says: REPOSITORY_CHANGED },
    ];
  }
  const takes = entry.kind === "owner" ? entry.takes : (entry.hears[0] as Status);
  const always: Case[] = [
    { name: "a source", event: talk, answer: 422, says: improvementEvent(takes) },
    {
      name: "an event of another stage",
      event: () => about(entry.kind === "owner" ? elsewhere(takes) : "routed", { id: fresh }),
      answer: 422,
      says: improvementEvent(takes),
    },
  ];
  if (entry.kind === "observer") {
    return [
      ...always,
      {
        name: "an improvement",
        event: () => about(takes, { id: fresh, improvement }),
        answer: 422,
        says: "only listens",
      },
      { name: "an id nobody knows", event: () => about(takes, { id: fresh }), answer: 409, says: "no improvement" },
      { name: "the id of one that exists", stands: [id, "raw"], event: () => about(takes, { id }), answer: "taken" },
    ];
  }
  const brought: Case = ENTRANCES.includes(stage)
    ? { name: "a new improvement", event: () => about(takes, { id: fresh, improvement }), answer: "taken" }
    : {
        name: "a new improvement",
        event: () => about(takes, { id: fresh, improvement }),
        answer: 422,
        says: `may enter at ${ENTRANCES.join(", ")}`,
      };
  return [
    ...always,
    { name: "an id nobody knows", event: () => about(takes, { id: `${fresh}er` }), answer: 422 },
    {
      name: "one that stands elsewhere",
      stands: [`${id}-elsewhere`, elsewhere(takes)],
      event: () => about(takes, { id: `${id}-elsewhere` }),
      answer: 409,
      says: `is ${elsewhere(takes)}; ${stage} takes ${takes}`,
    },
    {
      name: "one that exists, brought again",
      stands: [`${id}-twice`, takes],
      event: () => about(takes, { id: `${id}-twice`, improvement }),
      answer: 409,
      says: "exists already",
    },
    brought,
    {
      name: "the id of one that stands there",
      stands: [id, takes],
      event: () => about(takes, { id }),
      answer: "taken",
    },
  ];
}

describe.each(mains)("under $name", (main) => {
  describe.each(STAGES)("%s", (stage) => {
    test.each(["/health", "/ready", "/health/liveness", "/health/readiness"])("answers %s", async (path) => {
      await expect.poll(async () => (await running(main, stage).call("GET", path)).status).toBe(200);
      expect((await running(main, stage).call("HEAD", path)).text).toBe("");
    });

    test("answers what `func invoke` sends with the types it takes", async () => {
      const answer = await running(main, stage).post({
        ...event("boson.fn", { message: "Hello World" }),
        source: "/boson/fn",
      });
      expect(answer).toMatchObject({ status: 400, type: "application/problem+json" });
      expect(answer.json.detail).toMatch(/unknown event type boson\.fn.*takes ai\.cortex\.school\./);
      expect(answer.json.accepts.length).toBeGreaterThan(0);
    });

    test.each(cases(stage))("$name: $answer", async ({ stands, event: make, answer: expected, says = "" }) => {
      const school = schoolOf(main);
      if (stands !== undefined) await settle(school, stands[0], stands[1], {});
      const keys = await school.redis.dbsize();
      const sent = make();

      const answer = await running(main, stage).post(sent);

      if (expected === "taken") {
        // A record made for this test may lack what the handler needs; then it is the handler that gives it up.
        if (answer.status === 422) expect(answer.json).toMatchObject({ fate: "dead" });
        else expect([200, 202, 204], answer.text).toContain(answer.status);
        if (answer.status === 200 || answer.status === 202) {
          expect(answer.type).toBe("application/cloudevents+json");
          expect(answer.json).toMatchObject({
            specversion: "1.0",
            source: `/cortex-online-school/${stage}`,
            data: { stage },
          });
        }
        const again = await running(main, stage).post(sent);
        expect([again.status, again.headers.get("school-delivery")]).toEqual([204, "duplicate"]);
      } else {
        expect(answer, answer.text).toMatchObject({ status: expected, type: "application/problem+json" });
        expect(answer.json.detail).toContain(says);
        expect(await school.redis.dbsize()).toBe(keys);
      }
      expect(await school.places(stage)).toMatchObject({ leases: 0, leased: 0 });
    });
  });

  describe("what cannot become an event", () => {
    const JSON_TYPE = { "content-type": "application/json" };
    const large = "x".repeat(6 * 1024 * 1024 + 1);
    const chunked = (text: string) => new Blob([text]).stream();
    test.each<[name: string, method: string, path: string, init: RequestInit, status: number, says: RegExp]>([
      ["no token", "POST", "/", { headers: { authorization: "" }, body: "{}" }, 401, /Bearer/],
      ["a wrong token", "POST", "/", { headers: { authorization: "Bearer guess" }, body: "{}" }, 401, /not known/],
      [
        "a viewer",
        "POST",
        "/",
        { headers: { authorization: `Bearer ${VIEWER}` }, body: "{}" },
        403,
        /vera is a viewer/,
      ],
      ["GET", "GET", "/", {}, 405, /POST one CloudEvent/],
      ["PUT", "PUT", "/", { headers: JSON_TYPE, body: "{}" }, 405, /POST one CloudEvent/],
      ["DELETE", "DELETE", "/any/where", {}, 405, /POST one CloudEvent/],
      ["half of a JSON text", "POST", "/", { headers: JSON_TYPE, body: '{"a":' }, 400, /not JSON/],
      [
        "JSON that is no event",
        "POST",
        "/",
        { headers: JSON_TYPE, body: '{"hello":1}' },
        400,
        /specversion.*id.*source/,
      ],
      ["nothing", "POST", "/", { headers: JSON_TYPE }, 400, /empty/],
      ["text", "POST", "/", { headers: { "content-type": "text/plain" }, body: "hello" }, 415, /text\/plain/],
      ["a form", "POST", "/", { body: new URLSearchParams({ a: "b" }) }, 415, /form-urlencoded/],
      [
        "an unknown charset",
        "POST",
        "/",
        { headers: { "content-type": "application/json; charset=klingon" }, body: "{}" },
        415,
        /klingon/,
      ],
      ["gzip", "POST", "/", { headers: { ...JSON_TYPE, "content-encoding": "gzip" }, body: "x" }, 415, /gzip/],
      ["more than 6 MB", "POST", "/", { headers: JSON_TYPE, body: large }, 413, /6 MB/],
    ])("%s", async (_name, method, path, init, status, says) => {
      const answer = await running(main, "route").call(method, path, init);
      expect(answer).toMatchObject({ status, type: "application/problem+json" });
      expect(answer.json).toMatchObject({ type: "about:blank", status, title: expect.stringMatching(/./) });
      expect(answer.json.detail).toMatch(says);
      if (status === 405) expect(answer.headers.get("allow")).toBe("POST");
      if (status === 401) expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    });

    test("more than 6 MB that do not say so", async () => {
      const answer = await running(main, "route").call("POST", "/", {
        headers: JSON_TYPE,
        body: chunked(large),
        duplex: "half",
      });
      expect(answer).toMatchObject({ status: 413, type: "application/problem+json" });
    });
  });

  test("an event in binary mode starts an improvement in the middle of the pipeline", async () => {
    const { redis } = schoolOf(main);
    const improvement = proposal("Set memory limits on the orders service");
    const answer = await running(main, "route").call("POST", "/", {
      headers: {
        "content-type": "application/json",
        "ce-specversion": "1.0",
        "ce-id": "binary-1",
        "ce-source": "/tests",
        "ce-type": improvementEvent("raw"),
        "ce-time": "2026-03-01T10:00:00Z",
      },
      body: JSON.stringify({ id: "binary", improvement }),
    });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      type: "ai.cortex.school.stage.settled",
      subject: "binary",
      data: { id: "binary", stage: "route", from: "raw" },
    });
    expect(await redis.hget(`${main.prefix}improvement:binary`, "status")).toBe(answer.json.data.to);
    expect(await redis.hget(`${main.prefix}school:injected`, "binary")).toBe("otto");
  });
});
