/** Bounds nobody can keep, and room that cannot be told: unknown is never a pass. */
import { describe, expect, test } from "vitest";
import type { ValidationFinding } from "../../shared/domain/improvement.ts";
import { ask, autoscaler, BUDGET, chart, daemons, job, LIMITS, POLICY, quota, range, type Texts } from "./rooms.ts";

describe("a LimitRange", () => {
  test.each<[string, string, Texts, ValidationFinding["result"], RegExp]>([
    [
      "a LimitRange nobody can satisfy",
      LIMITS,
      { "shop/r.yaml": range("{type: Container, min: {memory: 2Gi}, max: {memory: 1Gi}}") },
      "conflict",
      /a container has at least 2Gi memory, at most 1Gi/,
    ],
    [
      "a ratio nobody can satisfy",
      LIMITS,
      { "shop/r.yaml": range('{type: Container, maxLimitRequestRatio: {cpu: "0.5"}}') },
      "conflict",
      /a cpu limit must be under its request/,
    ],
    [
      "a pod smaller than its container",
      LIMITS,
      { "shop/r.yaml": range("{type: Container, min: {memory: 1Gi}}, {type: Pod, max: {memory: 512Mi}}") },
      "conflict",
      /a container has at least 1Gi memory, its pod at most 512Mi/,
    ],
    [
      "a LimitRange it fits into",
      LIMITS,
      { "shop/r.yaml": range("{type: Container, default: {memory: 300Mi}, defaultRequest: {memory: 200Mi}}") },
      "pass",
      /fits into LimitRange r/,
    ],
    [
      "a LimitRange says nothing about a policy",
      POLICY,
      { "shop/r.yaml": range("{type: Container, min: {memory: 2Gi}, max: {memory: 1Gi}}") },
      "pass",
      /fits/,
    ],
    [
      "a LimitRange's default counts already",
      LIMITS,
      {
        "shop/r.yaml": range("{type: Container, default: {memory: 256Mi}, defaultRequest: {memory: 128Mi}}"),
        "shop/q.yaml": quota("requests.memory: 512Mi"),
      },
      "conflict",
      /512Mi in use, 128Mi more needed while it rolls out/,
    ],
  ])("%s", (_name, title, texts, result, because) => {
    const finding = ask(title, texts);
    expect(`${finding?.result}: ${finding?.because}`).toMatch(new RegExp(`^${result}: `));
    expect(finding?.because).toMatch(because);
    expect(finding?.check).toBe("capacity");
  });
});

describe("what the manifests do not tell", () => {
  test.each<[string, string, Texts, ValidationFinding["result"], RegExp]>([
    [
      "a job may take the rest",
      LIMITS,
      { "shop/job.yaml": job, "shop/q.yaml": quota("requests.memory: 1Gi") },
      "unknown",
      /jobs, autoscalers or nodes may use the rest/,
    ],
    [
      "an autoscaler may take the rest",
      LIMITS,
      { "shop/h.yaml": autoscaler, "shop/q.yaml": quota("requests.memory: 1Gi") },
      "unknown",
      /autoscalers/,
    ],
    [
      "a DaemonSet on nobody knows how many nodes",
      LIMITS,
      { "shop/d.yaml": daemons, "shop/q.yaml": quota("requests.memory: 1Gi") },
      "unknown",
      /nodes/,
    ],
    [
      "a budget beside a chart",
      BUDGET,
      { "apps/chart.yaml": chart, "shop/q.yaml": quota("count/poddisruptionbudgets.policy: 5") },
      "unknown",
      /what Application brought uses of it is not written here/,
    ],
    [
      "full already, chart or not",
      BUDGET,
      { "apps/chart.yaml": chart, "shop/q.yaml": quota("count/poddisruptionbudgets.policy: 0") },
      "conflict",
      /count\/poddisruptionbudgets/,
    ],
    [
      "a file that cannot be read",
      BUDGET,
      { "shop/x.yaml": "a: [", "shop/q.yaml": quota("count/poddisruptionbudgets.policy: 5") },
      "unknown",
      /shop\/x\.yaml cannot be read/,
    ],
    [
      "a key that is no key",
      LIMITS,
      { "shop/q.yaml": quota("'requests memory': 5") },
      "unknown",
      /whose use the manifests do not tell/,
    ],
    [
      "a number that is no number",
      LIMITS,
      { "shop/q.yaml": quota("requests.memory: plenty") },
      "unknown",
      /whose use the manifests do not tell/,
    ],
    [
      "a scope nobody knows",
      LIMITS,
      { "shop/q.yaml": quota("requests.memory: 9Gi", "  scopes: [Weekends]\n") },
      "unknown",
      /do not tell/,
    ],
    [
      "a scope that leaves it out",
      LIMITS,
      { "shop/q.yaml": quota("requests.memory: 1Mi", "  scopes: [Terminating]\n") },
      "pass",
      /fits/,
    ],
    [
      "a scope that takes it in",
      LIMITS,
      { "shop/q.yaml": quota("requests.memory: 1Mi", "  scopes: [NotTerminating]\n") },
      "conflict",
      /allows 1Mi/,
    ],
    [
      "another priority",
      LIMITS,
      {
        "shop/q.yaml": quota(
          "requests.memory: 1Mi",
          "  scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [high]}]}\n",
        ),
      },
      "pass",
      /fits/,
    ],
  ])("%s", (_name, title, texts, result, because) => {
    const finding = ask(title, texts);
    expect(`${finding?.result}: ${finding?.because}`).toMatch(new RegExp(`^${result}: `));
    expect(finding?.because).toMatch(because);
    expect(finding?.check).toBe("capacity");
  });
});
