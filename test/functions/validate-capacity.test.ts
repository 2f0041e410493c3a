/** Is there room? What is asked for against what a quota leaves, in numbers. */
import { describe, expect, test } from "vitest";
import { findCapacity } from "../../functions/validate/capacity.ts";
import type { ValidationFinding } from "../../shared/domain/improvement.ts";
import { application, deployment, SIZED, sample } from "../support/platform.ts";
import { ask, BACKUP, BUDGET, database, LIMITS, POLICY, quota, range, type Texts } from "./rooms.ts";

describe("one place, one bound", () => {
  test.each<[string, string, Texts, ValidationFinding["result"], RegExp]>([
    [
      "nothing bounds the namespace",
      LIMITS,
      {},
      "pass",
      /no ResourceQuota or LimitRange in the repository bounds shop/,
    ],
    [
      "room for its memory",
      LIMITS,
      { "shop/q.yaml": quota("requests.memory: 2Gi") },
      "pass",
      /bare fits into ResourceQuota q/,
    ],
    [
      "no room for its memory",
      LIMITS,
      { "shop/q.yaml": quota("requests.memory: 500Mi") },
      "conflict",
      /allows 500Mi requests\.memory: 384Mi in use, 128Mi more asked for/,
    ],
    [
      "the short name of the same",
      LIMITS,
      { "shop/q.yaml": quota("memory: 500Mi") },
      "conflict",
      /allows 500Mi memory/,
    ],
    [
      "exactly what is left, and one more pod while it rolls out",
      LIMITS,
      { "shop/q.yaml": quota("requests.memory: 512Mi") },
      "pass",
      /fits/,
    ],
    [
      "no room for its memory limit",
      LIMITS,
      { "shop/q.yaml": quota("limits.memory: 1000Mi") },
      "conflict",
      /allows 1000Mi limits\.memory: 768Mi in use, 256Mi more/,
    ],
    [
      "no room for its CPU",
      LIMITS,
      { "shop/q.yaml": quota("requests.cpu: 350m") },
      "conflict",
      /allows 350m requests\.cpu: 300m in use, 100m more/,
    ],
    [
      "enough of one, too little of another",
      LIMITS,
      { "shop/q.yaml": quota("requests.cpu: 2, requests.memory: 400Mi") },
      "conflict",
      /requests\.memory/,
    ],
    [
      "no fourth pod while it rolls out",
      LIMITS,
      { "shop/q.yaml": quota("pods: 4") },
      "conflict",
      /allows 4 pods: 4 in use, 1 more needed while it rolls out/,
    ],
    [
      "it may roll out without a fourth pod",
      LIMITS,
      {
        "shop/bare.yaml": deployment("bare").replace("spec:\n", "spec:\n  strategy: {type: Recreate}\n"),
        "shop/q.yaml": quota("pods: 4"),
      },
      "pass",
      /fits/,
    ],
    [
      "a quota of things it does not add",
      LIMITS,
      { "shop/q.yaml": quota("configmaps: 0, services: 0") },
      "pass",
      /fits/,
    ],
    [
      "no place for one more policy",
      POLICY,
      { "shop/q.yaml": quota("count/networkpolicies.networking.k8s.io: 0") },
      "conflict",
      /allows 0 count\/networkpolicies\.networking\.k8s\.io: 0 in use, 1 more/,
    ],
    [
      "a place for one policy",
      POLICY,
      { "shop/q.yaml": quota("count/networkpolicies.networking.k8s.io: 1") },
      "pass",
      /fits/,
    ],
    ["a policy needs no memory", POLICY, { "shop/q.yaml": quota("requests.memory: 1Mi") }, "pass", /fits/],
    [
      "no place for one more budget",
      BUDGET,
      { "shop/q.yaml": quota("count/poddisruptionbudgets.policy: 0") },
      "conflict",
      /allows 0 count\/poddisruptionbudgets\.policy/,
    ],
    [
      "room for the dumps",
      BACKUP,
      {
        "shop/db.yaml": database,
        "shop/q.yaml": quota("requests.storage: 20Gi, persistentvolumeclaims: 2, count/cronjobs.batch: 1"),
      },
      "pass",
      /fits/,
    ],
    [
      "no room for the dumps",
      BACKUP,
      { "shop/db.yaml": database, "shop/q.yaml": quota("requests.storage: 15Gi") },
      "conflict",
      /allows 15Gi requests\.storage: 10Gi in use, 10Gi more/,
    ],
    [
      "no second claim",
      BACKUP,
      { "shop/db.yaml": database, "shop/q.yaml": quota("persistentvolumeclaims: 1") },
      "conflict",
      /allows 1 persistentvolumeclaims: 1 in use/,
    ],
    [
      "no CronJob allowed",
      BACKUP,
      { "shop/db.yaml": database, "shop/q.yaml": quota("count/cronjobs.batch: 0") },
      "conflict",
      /count\/cronjobs\.batch/,
    ],
    [
      "no memory for the job while it runs",
      BACKUP,
      { "shop/db.yaml": database, "shop/q.yaml": quota("requests.memory: 520Mi") },
      "conflict",
      /requests\.memory: 512Mi in use, 128Mi more/,
    ],
    [
      "storage of another class does not count",
      BACKUP,
      { "shop/db.yaml": database, "shop/q.yaml": quota("slow.storageclass.storage.k8s.io/requests.storage: 1Gi") },
      "pass",
      /fits/,
    ],
    [
      "a claim larger than the LimitRange allows",
      BACKUP,
      {
        "shop/db.yaml": database,
        "shop/r.yaml": range("{type: PersistentVolumeClaim, min: {storage: 20Gi}, max: {storage: 5Gi}}"),
      },
      "conflict",
      /no value satisfies LimitRange shop\/r: a claim has at least 20Gi, at most 5Gi/,
    ],
  ])("%s", (_name, title, texts, result, because) => {
    const finding = ask(title, texts);
    expect(`${finding?.result}: ${finding?.because}`).toMatch(new RegExp(`^${result}: `));
    expect(finding?.because).toMatch(because);
    expect(finding?.check).toBe("capacity");
  });
});

describe("several places", () => {
  const second: Texts = {
    "apps/second.yaml": application("second", "second", "second"),
    "second/bare.yaml": deployment("other"),
    "second/one.yaml": deployment("three", { extra: SIZED }),
  };
  const full = quota("requests.memory: 500Mi");

  test("one with room is enough; what stood in the way of the others is evidence", () => {
    const finding = ask(LIMITS, { ...second, "shop/q.yaml": full });
    expect(finding).toMatchObject({ result: "pass" });
    const both = ask(LIMITS, { ...second, "shop/q.yaml": full, "second/q.yaml": quota("requests.memory: 130Mi") });
    expect(both).toMatchObject({
      result: "conflict",
      because: expect.stringMatching(/\(and the other place has no room\)/),
    });
    expect(both?.evidence).toEqual([
      expect.stringMatching(/^second\/q\.yaml:5: ResourceQuota second\/q allows 130Mi/),
      expect.stringMatching(/^shop\/q\.yaml:5: ResourceQuota shop\/q allows 500Mi/),
    ]);
  });

  test("one that cannot be told is more than none", () => {
    const finding = ask(LIMITS, { ...second, "shop/q.yaml": full, "second/q.yaml": quota("requests.memory: plenty") });
    expect(finding?.result).toBe("unknown");
  });
});

describe("nothing to say", () => {
  test("no typed intent, or nowhere to go", () => {
    expect(ask("Use a service mesh with mutual TLS", {})).toBeUndefined();
    expect(ask(BACKUP, {})).toBeUndefined();
  });

  test("both samples have room for everything", () => {
    for (const name of ["harbor", "meadow"] as const) {
      for (const title of [LIMITS, POLICY, BACKUP, BUDGET, "Add Prometheus alert rules"]) {
        expect(findCapacity({ title, description: "", quotes: [] }, sample(name))?.result, `${name}: ${title}`).toBe(
          "pass",
        );
      }
    }
  });
});
