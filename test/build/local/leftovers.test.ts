import { utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sampleRepository } from "../../../build/local/gitops-repository.ts";
import { handBackLeases } from "../../../build/local/leftover-leases.ts";
import { connectPipeline } from "../../pipeline/support.ts";
import { temporaryDirectory } from "../../support/directory.ts";
import { startTestRedis, type TestRedis } from "../../support/redis.ts";

describe("leases of a school that was killed", () => {
  let server: TestRedis;
  let school: ReturnType<typeof connectPipeline>;
  beforeAll(async () => {
    server = await startTestRedis();
    school = connectPipeline(server.url, "{mine}:");
  });
  afterAll(async () => {
    school.redis.disconnect();
    await server.close();
  });
  beforeEach(() => school.redis.flushall());

  test("go back at once, in their order, without counting as an attempt; a late worker changes nothing", async () => {
    await school.seed(["a", "b"]);
    const killed = school.queue("route");
    const { leases } = await killed.claim(2);

    expect(await handBackLeases(server.url, "{mine}:")).toBe(2);
    expect(await handBackLeases(server.url, "{mine}:")).toBe(0);

    expect(await school.places("route")).toEqual({ list: 2, leases: 0, leased: 0, delayed: 0, dead: 0, attempts: 0 });
    const late = leases.map(({ token, fields }) => {
      const id = fields["id"] ?? "";
      return { kind: "move", token, id, from: "raw", to: "routed", because: "late", patch: {} } as const;
    });
    expect((await killed.settle(late, 0)).results).toEqual(["lost", "lost"]);
    const again = await school.queue("route").claim(2);
    expect(again.leases.map(({ attempt }) => attempt)).toEqual([1, 1]);
  });

  test("a damaged key is an error that says which, not a lease given back", async () => {
    await school.redis.set("{mine}:school:queue:plan:leases", "not a sorted set");
    await expect(handBackLeases(server.url, "{mine}:")).rejects.toThrow("WRONGTYPE");
  });
});

test("a branch that a killed git left locked can be moved again", async () => {
  const dataDir = await temporaryDirectory();
  const repository = await sampleRepository(dataDir, "meadow");
  const locks = ["refs/heads/main.lock", "packed-refs.lock"].map((name) => path.join(repository, name));
  for (const lock of locks) await writeFile(lock, "");
  const [old] = locks;
  await utimes(old ?? "", 1, 1);
  await sampleRepository(dataDir, "meadow");
  for (const lock of locks) await expect(writeFile(lock, "", { flag: "wx" })).resolves.toBeUndefined();
});
