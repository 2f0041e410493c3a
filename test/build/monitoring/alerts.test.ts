/** The alert rules before Prometheus' own judge: they are valid, and each fires when it should and only then. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { alerts, JOB } from "../../../build/monitoring/alerts.ts";
import { temporaryDirectory } from "../../support/directory.ts";
import { noPromtool, prometheusRequired, promtool } from "../../support/prometheus.ts";
import { type AlertCase, alertCases } from "./alert-cases.ts";

const run = promisify(execFile);
const monitoring = path.resolve(import.meta.dirname, "../../../keda/monitoring");
const rules = path.join(monitoring, "rules.yaml");

test.runIf(prometheusRequired)("promtool is there where it must be", () => {
  expect(noPromtool, "SCHOOL_REQUIRE_PROMETHEUS=1, but no promtool is on PATH").toBe(false);
});

test("every alert is tried both ways", () => {
  for (const { name } of alerts) {
    const cases = alertCases.filter(({ alert }) => alert === name);
    expect(
      cases.some(({ fires }) => fires.length > 0),
      `${name} fires`,
    ).toBe(true);
    expect(
      cases.some(({ fires }) => fires.length === 0),
      `${name} stays quiet`,
    ).toBe(true);
  }
  expect(alertCases.filter(({ alert }) => !alerts.some(({ name }) => name === alert))).toEqual([]);
});

test("what waits before it fires is tried with what comes and goes", () => {
  const ratios = ["CortexLowRoutingSuccess"];
  const waiting = alerts.filter(({ for: pending, name }) => !/^[01]m$/.test(pending) && !ratios.includes(name));
  const tried = alertCases.filter(({ also }) => also === "flaps").map(({ alert }) => alert);
  expect(waiting.map(({ name }) => name).filter((name) => !tried.includes(name))).toEqual([]);
});

test("every alert says how bad it is, what it means and what to do", () => {
  for (const { name, severity, summary, description, runbook } of alerts) {
    expect(name).toMatch(/^Cortex[A-Z]\w+$/);
    expect(["critical", "warning"]).toContain(severity);
    for (const text of [summary, description, runbook]) expect(text.length, name).toBeGreaterThan(10);
  }
});

test("Prometheus' operator gets the very rules that promtool is shown", async () => {
  const plain = parse(await readFile(rules, "utf8")) as unknown;
  const object = parse(await readFile(path.join(monitoring, "prometheus-rule.yaml"), "utf8")) as { spec: unknown };
  expect(object.spec).toEqual(plain);
});

describe.skipIf(noPromtool)("by promtool", () => {
  test("the rules are valid", async () => {
    const { stdout } = await run(promtool(), ["check", "rules", rules]);
    expect(stdout).toContain(`${alerts.length} rules found`);
  });

  test("each alert fires when it should, and only then", async () => {
    const stdout = await judged(alertCases);
    expect(stdout).toContain("SUCCESS");
  });

  test("of a coordinator nobody hears of only that is told, also when it falls silent in trouble", async () => {
    const silent = (series: AlertCase["series"], at: string): AlertCase[] =>
      alerts.map(({ name: alert }) => {
        const fires = alert === "CortexCoordinatorDown" ? [{ job: JOB }] : [];
        return { alert, series, at, fires };
      });
    expect(await judged(silent({ 'up{job="other"}': "1x60" }, "30m"))).toContain("SUCCESS");
    for (const { alert, series, at, fires } of alertCases.filter((one) => one.fires.length > 0)) {
      if (alert === "CortexCoordinatorDown") continue;
      // Its series end when it fires; Prometheus marks what is no longer there.
      const minutes = Number.parseInt(at, 10);
      const ended = Object.entries(series).map(([name, values]) => [name, `${expanded(values, minutes)} stale`]);
      const before = { alert, series: Object.fromEntries(ended) as AlertCase["series"], at, fires };
      expect(await judged([before]), alert).toContain("SUCCESS");
      // What is counted over hours is not over with one scrape; what stands now is.
      if (/increase\(/.test(alerts.find(({ name }) => name === alert)?.expr ?? "")) continue;
      expect(await judged([{ ...before, at: `${minutes + 2}m`, fires: [] }]), `${alert}, silent`).toContain("SUCCESS");
    }
  });

  /** What promtool says of the cases; throws with its words when one of them is not so. */
  async function judged(cases: readonly AlertCase[]): Promise<string> {
    const tests = cases.map(({ alert, series, at, fires }) => {
      const { severity = "warning" } = alerts.find(({ name }) => name === alert) ?? {};
      return {
        interval: "1m",
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        // What it says is checked above; here only whether it does.
        promql_expr_test: [
          {
            expr: `count by (${["alertname", "severity", ...Object.keys(fires[0] ?? {})].join(",")}) (ALERTS{alertname="${alert}",alertstate="firing"})`,
            eval_time: at,
            exp_samples: fires.map((labels) => ({
              labels: labelsText({ alertname: alert, severity, ...labels }),
              value: 1,
            })),
          },
        ],
      };
    });
    const file = path.join(await temporaryDirectory(), "tests.yaml");
    await writeFile(file, stringify({ rule_files: [rules], evaluation_interval: "1m", tests }));
    const { stdout } = await run(promtool(), ["test", "rules", file]).catch(
      (error: Error & { stdout: string; stderr: string }) => {
        throw new Error(`${error.stdout}${error.stderr}`);
      },
    );
    return stdout;
  }
});

/** The first values of promtool's notation, one by one, as far as `minutes`. */
function expanded(notation: string, minutes: number): string {
  const values = notation.split(" ").flatMap((part): (string | number)[] => {
    const [, start = "", step = "0", times] = /^([\d.]+|_)(?:([+-][\d.]+))?(?:x(\d+))?$/.exec(part) ?? [];
    if (times === undefined) return [start];
    const each = Number(step);
    return Array.from({ length: Number(times) + (start === "_" ? 0 : 1) }, (_, i) =>
      start === "_" ? "_" : Number(start) + i * each,
    );
  });
  return values.slice(0, minutes + 1).join(" ");
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(",")}}`;
}
