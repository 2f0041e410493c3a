/** A disk on which nothing more can be written: under Redis, and under the local copy of the repository. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../build/local/ports.ts";
import { startCoordinator } from "../../functions/coordinator/start.ts";
import { SOURCE_SUBMITTED } from "../../shared/domain/events.ts";
import { baseEnv, request } from "../functions/coordinator/support.ts";
import { connectPipeline } from "../pipeline/support.ts";
import { type GitRemote, gitRemote } from "../support/git-remote.ts";
import { until } from "../support/local-school.ts";
import { sampleTexts } from "../support/platform.ts";
import { badInput, event, good } from "./support.ts";

const run = promisify(execFile);

/** A disk of its own, in memory; grows when asked. Throws where this user may not mount one. */
async function smallDisk(size: string) {
  const dir = await mkdtemp(path.join(tmpdir(), "school-full-disk-"));
  await run("mount", ["-t", "tmpfs", "-o", `size=${size},mode=700`, "tmpfs", dir]);
  return {
    dir,
    grow: () => run("mount", ["-o", "remount,size=64m", dir]),
    async remove() {
      await run("umount", ["--lazy", dir]);
      await rmdir(dir);
    },
  };
}
const mayMount = await smallDisk("64k").then(
  async (disk) => {
    await disk.remove();
    return true;
  },
  () => false,
);

describe.skipIf(!mayMount)("a full disk (needs the right to mount one)", () => {
  describe("under Redis", () => {
    const school = badInput();
    test("everybody says that Redis refuses, what it accepted is kept, and all goes on when there is room", async () => {
      const port = await freePort();
      const url = `redis://127.0.0.1:${port}`;
      const disk = await smallDisk("256k");
      const options = ["--port", String(port), "--dir", disk.dir, "--save", "", "--appendonly", "yes"];
      const server = spawn(process.env["SCHOOL_REDIS_SERVER"] ?? "redis-server", options, { stdio: "ignore" });
      const pipeline = connectPipeline(url);
      pipeline.redis.on("error", () => undefined);
      await pipeline.redis.ping();
      const coordinator = await startCoordinator({ env: { ...baseEnv, REDIS_URL: url } });
      const worker = school().run("route", { REDIS_URL: url });

      // Until the disk is full; what Redis accepted counts.
      let accepted = 0;
      await until("Redis refuses to write", async () => {
        const refused = await pipeline.redis.lpush("school:queue:route", good(`i-${accepted}`)).then(
          () => "",
          (error: Error) => error.message,
        );
        if (refused !== "") return refused.startsWith("MISCONF") ? true : undefined;
        accepted += 1;
        return undefined;
      });
      const told = await worker.logged(({ msg }) => msg.startsWith("Redis refuses for now"));
      expect(told.err?.message).toContain("MISCONF");
      const answer = await request(coordinator.url, "reviewer", "POST", "/api/sources", { content: "A talk." });
      expect(answer).toMatchObject({ status: 503, type: "application/problem+json" });
      expect(answer.json.detail).toMatch(/Redis refuses for now.*MISCONF/);

      await disk.grow();
      await until("all are routed", async () =>
        (await pipeline.redis.zcard("improvements:routed")) === accepted ? true : undefined,
      );
      expect(await pipeline.places("route")).toMatchObject({ list: 0, leases: 0, delayed: 0, dead: 0 });
      await worker.stop();
      await coordinator.close();
      pipeline.redis.disconnect();
      server.kill("SIGKILL");
      await once(server, "exit");
      await disk.remove();
    });
  });

  describe("under the local copy of the repository", () => {
    const school = badInput();
    let remote: GitRemote;
    beforeAll(async () => {
      remote = await gitRemote(sampleTexts("harbor"));
    });
    afterAll(() => remote.close());

    test("the message says what could not be written, and the source is read when there is room", async () => {
      const { redis, keys, server, comeDue } = school();
      const disk = await smallDisk("16k");
      const content = "You should set memory limits on every container that you run in production.";
      await redis.lpush(keys.list("ingest"), event(SOURCE_SUBMITTED, { source: { title: "Limits", content } }));
      const env = { REDIS_URL: server.url, GITOPS_REPO: remote.url, GITOPS_CACHE_DIR: disk.dir };
      const worker = school().run("ingest", env);
      const told = await worker.logged(({ err }) => /local copy cannot be written/.test(err?.message ?? ""));
      expect(told.msg).toContain("tried again");
      await disk.grow();
      await comeDue("ingest");
      const [id] = await until("the source is known", async () => {
        const ids = await redis.zrange(keys.sources, 0, "-1");
        return ids.length > 0 ? ids : undefined;
      });
      expect(await redis.hget(keys.source(id as string), "state")).toBe("read");
      await worker.stop();
      await disk.remove();
    });
  });
});
