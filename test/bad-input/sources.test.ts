/** Sources that cannot be learnt from, on the list of `ingest` and at the coordinator's door. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Coordinator, startCoordinator } from "../../functions/coordinator/start.ts";
import { SOURCE_SUBMITTED } from "../../shared/domain/events.ts";
import { baseEnv, request } from "../functions/coordinator/support.ts";
import { type GitRemote, gitRemote } from "../support/git-remote.ts";
import { until } from "../support/local-school.ts";
import { sampleTexts } from "../support/platform.ts";
import { badInput, event } from "./support.ts";

const MEGABYTE = 1_000_000;
const TALK = [
  "Every container needs a memory limit, or one leak takes the whole node down.",
  "You should set memory limits on every container that you run in production.",
].join(" ");

let remote: GitRemote;
beforeAll(async () => {
  remote = await gitRemote(sampleTexts("harbor"));
});
afterAll(() => remote.close());

describe("on the list of ingest", () => {
  const school = badInput();
  const source = (content: string, title: string) => event(SOURCE_SUBMITTED, { source: { title, content } });

  /** What the school says of the source of that title, once it has read it. */
  async function told(title: string): Promise<{ state: string; because: string }> {
    const { redis, keys } = school();
    return until(`"${title}" was read`, async () => {
      for (const id of await redis.zrange(keys.sources, 0, "-1")) {
        const { title: named, state = "", because = "" } = await redis.hgetall(keys.source(id));
        if (named === title && state !== "waiting") return { state, because };
      }
      return undefined;
    });
  }

  test.each([
    ["an empty text", "", /empty|no words|nothing/i],
    ["blanks only", " \n\t\n ", /empty|no words|nothing/i],
    ["binary garbage", "\u0000\u0001\u0002PNG\ufffd\ufffd\ufffd".repeat(40), /not text|binary/i],
    [
      "a transcript of 50 MB",
      `${TALK}\n`.repeat(Math.ceil((50 * MEGABYTE) / (TALK.length + 1))),
      /larger than|5 MB|limit/i,
    ],
    ["subtitles without a caption", "WEBVTT\n\n", /no captions/],
    ["broken JSON", '{"title": "A talk", "segments": [', /JSON/],
  ])("%s fails with a reason, and the talk behind it is read", async (name, content, reason) => {
    const { redis, run, places } = school();
    await redis.lpush("school:queue:ingest", source(content, name));
    await redis.lpush("school:queue:ingest", source(TALK, "A good talk"));
    const worker = run("ingest", { GITOPS_REPO: remote.url, GITOPS_CACHE_DIR: remote.cacheDir });
    expect((await told("A good talk")).state).toBe("read");
    const { state, because } = await told(name);
    expect({ state, because }).toEqual({ state: "failed", because: expect.stringMatching(reason) });
    await worker.stop();
    expect(await places("ingest")).toMatchObject({ list: 0, leases: 0, delayed: 0, dead: 0 });
  });
});

describe("at the coordinator's door", () => {
  const school = badInput();
  let coordinator: Coordinator;
  beforeAll(async () => {
    coordinator = await startCoordinator({ env: { ...baseEnv, REDIS_URL: school().server.url } });
  });
  afterAll(() => coordinator.close());

  test.each([
    ["50 MB", JSON.stringify({ content: "a".repeat(50 * MEGABYTE) }), 413, /MB/],
    ["5.5 MB of text", JSON.stringify({ content: "a".repeat(5.5 * MEGABYTE) }), 413, /several sources/],
    ["an empty text", JSON.stringify({ content: "  " }), 422, /empty/],
    ["neither text nor address", "{}", 422, /content.*address/],
    ["broken JSON", '{"content": "a', 400, /not JSON/],
    ["binary garbage", "\u0000\ufffd\u001f", 400, /not JSON/],
    ["a list", "[]", 422, /object/],
  ])("%s is refused and says what to send instead", async (_name, body, status, detail) => {
    const answer = await request(coordinator.url, "reviewer", "POST", "/api/sources", body);
    expect(answer).toMatchObject({ status, type: expect.stringContaining("application/problem+json") });
    expect(answer.json.detail).toMatch(detail);
    const { redis, keys } = school();
    expect(await redis.llen(keys.list("ingest"))).toBe(0);
    // And the door stays open.
    const good = await request(coordinator.url, "reviewer", "POST", "/api/sources", { title: "A talk", content: TALK });
    expect(good.status).toBe(202);
    expect(await redis.llen(keys.list("ingest"))).toBe(1);
  });
});
