/**
 * The whole school as its user meets it: real processes, a real Redis, a real repository. The tests build on each other,
 * as the days of one data directory do.
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DemoClient, demoClient } from "../../../build/local/demo/client.ts";
import { type LocalSchool, startSchool } from "../../../build/local/school.ts";
import {
  improvementsOf,
  isUp,
  type Launcher,
  launch,
  PATIENCE_MS,
  processesOf,
  runningSchool,
  until,
  untilVerified,
} from "../../support/local-school.ts";
import { schoolCommand } from "../cli/school.ts";

/** A lease of a few seconds brings the work of a killed process back soon. */
const PACE = { HEALTH_CHECK_DURATION: "6", VERIFY_INTERVAL: "1", SYNC_INTERVAL: "1", LEASE_SECONDS: "5" };

const TALKS = {
  limits: "Set memory limits on every container. You must set memory requests and limits on all pods.",
  walls: "Put a default deny network policy into every namespace. Always start with a NetworkPolicy that denies all.",
  copies: "You must back up every database every night. Always run a nightly backup job for Postgres with pg_dump.",
};

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "school-whole-"));
});
afterAll(async () => {
  for (const pid of (await processesOf(dataDir)).keys()) process.kill(pid, "SIGKILL");
  await rm(dataDir, { recursive: true, force: true });
});

async function history(): Promise<Map<string, string>> {
  const args = ["--git-dir", path.join(dataDir, "harbor.git"), "log", "-z", "--format=%H%n%B", "main"];
  const { stdout } = await promisify(execFile)("git", args);
  const commits = stdout.split("\0").map((text): [string, string] => [text.slice(0, 40), text.slice(41)]);
  return new Map(commits.filter(([id]) => id !== ""));
}

/** One verified improvement, told the same by record, history and doctor. */
async function agrees(client: DemoClient, { id, git_commit }: { readonly id: string; readonly git_commit?: string }) {
  expect((await history()).get(git_commit ?? "")).toContain(`Improvement-Id: ${id}`);
  expect(await client.doctor()).toEqual([]);
}
/** Commits that name an improvement, by improvement: none may have two. */
async function commitsPerImprovement(): Promise<number[]> {
  const ids = [...(await history()).values()].flatMap((message) => /^Improvement-Id: (\S+)/m.exec(message)?.[1] ?? []);
  return [...new Set(ids)].map((id) => ids.filter((other) => other === id).length);
}
const functionProcesses = async () =>
  [...(await processesOf(dataDir))].filter(([, command]) =>
    /\/programs\/\d+\/(?!coordinator)\w+\/main\.js/.test(command),
  );

describe("a day of the school", { timeout: PATIENCE_MS }, () => {
  let school: LocalSchool;
  let client: DemoClient;
  const busy: Server[] = [];
  beforeAll(async () => {
    for (const port of [8080, 6379]) {
      const server = createServer().listen(port, "127.0.0.1");
      // Taken by somebody else already is as good.
      if (await once(server, "listening").catch(() => undefined)) busy.push(server);
    }
    school = await startSchool(
      { dataDir, port: 8080, sample: "harbor", log: () => undefined, cooldownMs: 2_000 },
      PACE,
    );
    client = demoClient(school);
  });
  afterAll(async () => {
    await school?.close();
    for (const server of busy) server.close();
  });

  test("taken ports lead to the next free ones, and no function runs before there is work", async () => {
    const { url, redis } = await runningSchool(dataDir);
    expect(Number(new URL(url).port)).toBeGreaterThan(8080);
    expect(Number(new URL(redis).port)).toBeGreaterThan(6379);
    // The repository is there to be indexed: that is work.
    const others = (await functionProcesses()).filter(([, command]) => !command.includes("/index/main.js"));
    expect(others).toEqual([]);
  });

  test("a transcript becomes a verified commit; record, git log and doctor agree", async () => {
    await client.submit({ title: "limits", content: TALKS.limits });
    const line = await untilVerified(client, "limits");
    await agrees(client, line);
  });

  test("with nothing left to do no function process is left", async () => {
    const replicas = () => Object.fromEntries(school.autoscaler.replicas());
    await until(
      "all are gone",
      // A process that has ended is seen as gone a little before the one who started it hears of it.
      async () => {
        const none = Object.values(replicas()).every(({ wanted, running }) => wanted === 0 && running === 0);
        return none && (await functionProcesses()).length === 0 ? true : undefined;
      },
      replicas,
    );
  });

  test("a new transcript wakes them; all killed at once in the middle of it, the end is the same", async () => {
    await client.submit({ title: "walls", content: TALKS.walls });
    await until("its commit is on the way", async () => {
      const lines = await improvementsOf(client, "walls");
      return lines.find(({ status }) => ["planned", "approved", "implementation"].includes(status));
    });
    const killed = await functionProcesses();
    expect(killed.length).toBeGreaterThan(0);
    for (const [pid] of killed) process.kill(pid, "SIGKILL");

    await agrees(client, await untilVerified(client, "walls"));
    expect(Math.max(...(await commitsPerImprovement()))).toBe(1);
  });

  test("closing leaves no process behind", async () => {
    await school.close();
    expect(await processesOf(dataDir)).toEqual(new Map());
  });
});

describe("the launcher", { timeout: PATIENCE_MS }, () => {
  let launcher: Launcher;
  let client: DemoClient;

  test("goes on with what there was; a second one on the same directory is refused and harms nothing", async () => {
    launcher = launch(dataDir, PACE);
    client = await isUp(launcher, dataDir);
    expect((await client.list()).filter(({ status }) => status === "verified").length).toBeGreaterThanOrEqual(2);

    const second = launch(dataDir, PACE);
    expect(await second.exit).toBe(1);
    expect(second.output()).toMatch(/^A school already runs on .* \(process \d+\)\.\nStop it first, or start this one/);
    const doctor = await schoolCommand(["doctor"], { SCHOOL_DATA_DIR: dataDir });
    expect(doctor).toMatchObject({ code: 0, out: "no difference found\n", err: "" });
  });

  test("killed in the middle of the work its functions and its coordinator leave by themselves", async () => {
    await client.submit({ title: "copies", content: TALKS.copies });
    await until("it moves", async () => {
      for (const { id, status } of await improvementsOf(client, "copies")) {
        if (status === "pending_review") await client.approve(id, "we want it");
        if (status === "implementation" || status === "deployed") return true;
      }
      return undefined;
    });
    launcher.signal("SIGKILL");
    await until(
      "they are gone",
      async () => {
        const left = [...(await processesOf(dataDir)).values()];
        return left.every((command) => /(redis|valkey)-server/.test(command)) ? true : undefined;
      },
      async () => [...(await processesOf(dataDir)).values()],
    );
  });

  test("started again, on any port, it loses nothing and does nothing twice", async () => {
    launcher = launch(dataDir, PACE, ["--port", "0"]);
    client = await isUp(launcher, dataDir);
    await agrees(client, await untilVerified(client, "copies"));
    expect(Math.max(...(await commitsPerImprovement()))).toBe(1);
  });

  test("on Ctrl-C it says so, ends every process, keeps the data and goes with 0", async () => {
    launcher.signal("SIGINT");
    expect(await launcher.exit).toBe(0);
    expect(launcher.output()).toContain("Stopping");
    expect(await processesOf(dataDir)).toEqual(new Map());
    expect(await readdir(dataDir)).toEqual(expect.arrayContaining(["harbor.git", "redis", "secrets.json"]));
    expect(existsSync(path.join(dataDir, "school.json"))).toBe(false);
    const orphan = await schoolCommand(["status"], { SCHOOL_DATA_DIR: dataDir });
    expect(orphan.err).toMatch(/no school is running here: start it with `npm start`/);
  });
});
