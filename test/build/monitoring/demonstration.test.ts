/**
 * The demonstration as its user runs it, watched by a real Prometheus with the school's own alerts: every panel of the
 * dashboard has data afterwards, as Grafana would ask for it, no alert has fired, and every log line can be followed.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DemoClient } from "../../../build/local/demo/client.ts";
import { alerts, JOB } from "../../../build/monitoring/alerts.ts";
import { STAGES } from "../../../shared/stages.ts";
import { isUp, type Launcher, launch, processesOf, runningSchool, until } from "../../support/local-school.ts";
import { noPrometheus, startPrometheus, type TestPrometheus } from "../../support/prometheus.ts";
import { dataPanels, SchoolDashboard } from "./dashboard-schema.ts";

const monitoring = path.resolve(import.meta.dirname, "../../../keda/monitoring");
const dashboard = SchoolDashboard.parse(JSON.parse(await readFile(path.join(monitoring, "dashboard.json"), "utf8")));
/** Only shorter; everything else is what people see. */
const PACE = { HEALTH_CHECK_DURATION: "4", VERIFY_INTERVAL: "1" };
const ENDED = /Records, git log and doctor agree|did not show what it should|Gave up after/;
const MINUTES_30 = 1_800_000;

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

describe.skipIf(noPrometheus)("the demonstration under Prometheus' eyes", { timeout: MINUTES_30 }, () => {
  let dataDir: string;
  let school: Launcher;
  let client: DemoClient;
  let prometheus: TestPrometheus;
  let begun: number;
  let ended: number;

  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), "school-watched-"));
    school = launch(dataDir, PACE, ["--demo", "--stay", "--port", "0"]);
    client = await isUp(school, dataDir);
    const { url } = await runningSchool(dataDir);
    begun = Date.now() / 1_000;
    prometheus = await startPrometheus(new URL(url).host, JOB, path.join(monitoring, "rules.yaml"));
    await hasEnded();
    const newest = Date.now() / 1_000;
    // What happened last has been scraped, and judged.
    await until("Prometheus has seen the end", async () => {
      const [seen] = await ask(`min(timestamp(up{job="${JOB}"} == 1)) > ${newest + 2}`);
      return seen;
    });
    ended = Date.now() / 1_000;
  }, MINUTES_30);

  afterAll(async () => {
    await prometheus?.[Symbol.asyncDispose]();
    for (const pid of (await processesOf(dataDir)).keys()) process.kill(pid, "SIGKILL");
    await rm(dataDir, { recursive: true, force: true });
  });

  /** As long as the demonstration itself has patience. */
  async function hasEnded(): Promise<void> {
    const all = school.exit.then((code) => {
      throw new Error(`the school ended with ${code}: ${school.output().slice(-2_000)}`);
    });
    while (!ENDED.test(school.output())) {
      const quiet = until("something is told", () => (ENDED.test(school.output()) ? true : undefined));
      await Promise.race([quiet.catch(() => undefined), all]);
    }
    expect(school.output()).toContain("Records, git log and doctor agree");
  }

  async function call(route: string, query: Readonly<Record<string, string>>): Promise<unknown> {
    const answer = await fetch(`${prometheus.url}/api/v1/${route}?${new URLSearchParams(query).toString()}`);
    const { status, data, error = "" } = (await answer.json()) as { status: string; data?: unknown; error?: string };
    if (status !== "success") throw new Error(`${route} ${JSON.stringify(query)}: ${error}`);
    return data;
  }
  const ask = async (query: string) => ((await call("query", { query })) as { result: Series[] }).result;
  const askRange = async (query: string, step: number) =>
    (
      (await call("query_range", { query, start: `${begun}`, end: `${ended}`, step: `${step}` })) as {
        result: Series[];
      }
    ).result;

  /** What Grafana makes of an expression, and asks for: a range for what is drawn over time, else the newest value. */
  async function shownBy(target: { expr: string; instant: boolean }, job: string): Promise<Series[]> {
    // Grafana draws some thousand points; a rate reaches over four scrapes, and one step more.
    const step = Math.max(1, Math.ceil((ended - begun) / 1_000));
    const interval = Math.max(step + 1, 4);
    const expr = target.expr.replaceAll("$__rate_interval", `${interval}s`).replaceAll("$job", job);
    expect(expr).not.toContain("$");
    return target.instant ? ask(expr) : askRange(expr, step);
  }

  const isShown = ({ value, values }: Series) =>
    [...(value === undefined ? [] : [value]), ...(values ?? [])].some(([, text]) => Number.isFinite(Number(text)));

  test("the school can be chosen: the dashboard's variable finds it", async () => {
    const { templating } = dashboard;
    const { query } = templating.list.find(({ name }) => name === "job") as unknown as { query: { query: string } };
    const [, metric = "", label = ""] = /^label_values\((\w+), (\w+)\)$/.exec(query.query) ?? [];
    expect(await call(`label/${label}/values`, { "match[]": metric })).toEqual([JOB]);
  });

  const panels = dataPanels(dashboard);
  test.each(panels.map(({ title, targets }) => [title, targets] as const))("%s shows data", async (_title, targets) => {
    for (const target of targets) {
      for (const job of [".*", JOB]) {
        const series = await shownBy(target, job);
        expect(series.filter(isShown).length, `${target.expr} for ${job}`).toBeGreaterThan(0);
      }
    }
  });

  test("every alert was judged without an error, and none fired", async () => {
    const { groups } = (await call("rules", {})) as {
      groups: { rules: { name: string; health: string; lastError?: string; state: string }[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.map(({ name }) => name).sort()).toEqual(alerts.map(({ name }) => name).sort());
    for (const { name, health, lastError } of rules) expect(health, `${name}: ${lastError}`).toBe("ok");
    const fired = await askRange('ALERTS{alertstate="firing"}', 1);
    expect(fired.map(({ metric }) => metric["alertname"])).toEqual([]);
  });

  test("every line of a function about an event says which improvement and which trace", async () => {
    const improvements = new Set((await client.list()).map(({ id }) => id));
    const traces = new Map<string, Set<string>>();
    for (const stage of STAGES) {
      const text = await readFile(path.join(dataDir, "logs", `${stage}.log`), "utf8");
      const lines = text.split("\n").filter((line) => line !== "");
      expect(lines.length, stage).toBeGreaterThan(0);
      for (const line of lines) {
        const { event, improvement, trace_id: trace, stage: by } = JSON.parse(line) as Record<string, unknown>;
        expect(by, line).toBe(stage);
        if (event === undefined) continue;
        expect(trace, line).toMatch(/^[\da-f]{32}$/);
        // These have sources and repositories in their hands.
        if (stage === "ingest" || stage === "index") continue;
        expect(improvements, line).toContain(improvement);
        const own = traces.get(improvement as string) ?? new Set();
        traces.set(improvement as string, own.add(trace as string));
      }
    }
    expect([...traces.keys()].sort()).toEqual([...improvements].sort());
    for (const [improvement, own] of traces) expect([...own], improvement).toHaveLength(1);
    expect(new Set([...traces.values()].flatMap((own) => [...own])).size).toBe(improvements.size);
  });

  test("what has no event speaks of its process alone", async () => {
    const files = (await readdir(path.join(dataDir, "logs"))).filter((name) =>
      STAGES.some((one) => `${one}.log` === name),
    );
    for (const file of files) {
      const text = await readFile(path.join(dataDir, "logs", file), "utf8");
      const lines = text.split("\n").filter((line) => line !== "");
      const apart = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ event }) => !event);
      for (const line of apart) expect(line).toMatchObject({ level: 30, msg: "draining" });
    }
  });
});
