/** Whether a LimitRange's refusals and a quota's room are told rightly, near misses included, on an invented platform. */
import { limitViolations } from "../../../shared/graph/limit-violations.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { quotaRoom } from "../../../shared/repository/quota.ts";
import { graphPlatform, rowsOf } from "../graph-platform.ts";
import { share } from "../share.ts";
import type { Figure, Suite } from "../suite.ts";

interface Limits {
  readonly check: "limits";
  readonly workload: string;
  readonly violations: readonly {
    readonly container: string | null;
    readonly resource: string;
    readonly bound: string;
  }[];
}
interface Quota {
  readonly check: "quota";
  readonly key: string;
  readonly add: {
    readonly services?: number;
    readonly claims?: number;
    readonly pods?: number;
    readonly cpu?: string;
    readonly memory?: string;
  };
  /** `none`: the key has nothing to do with it. */
  readonly verdict: string;
}
type Row = (Limits | Quota) & { readonly split: "tune" | "held" };

const NAMESPACE = "oven";

export const suite: Suite = {
  name: "capacity",
  async run({ seed }): Promise<readonly Figure[]> {
    const platform = graphPlatform();
    const held = rowsOf<Row>("capacity.jsonl").filter(({ split }) => split === "held");
    const limits = held.filter((row) => row.check === "limits");
    const quotas = held.filter((row) => row.check === "quota");
    const wanted = new Set(
      limits.flatMap(({ workload, violations }) =>
        violations.map(({ container, resource, bound }) => [workload, container ?? "", resource, bound].join(" ")),
      ),
    );
    const names = new Set(limits.map(({ workload }) => workload));
    const found = limitViolations(platform, NAMESPACE)
      .filter(({ workload }) => names.has(workload.name))
      .map(({ workload, container = "", resource, bound }) => [workload.name, container, resource, bound].join(" "));
    const clean = limits.filter(({ violations }) => violations.length === 0);
    const left = clean.filter(({ workload }) => !found.some((one) => one.startsWith(`${workload} `)));
    const told = quotas.map((row) => verdictOf(row, platform));
    const right = quotas.filter(({ verdict }, index) => told[index] === verdict).length;
    const moved = 1 + (Math.abs(seed) % Math.max(1, quotas.length - 1));
    const wrong = quotas.filter(({ verdict }, index) => told[(index + moved) % quotas.length] === verdict).length;
    const hits = [...wanted].filter((one) => found.includes(one)).length;
    return [
      share("capacity/violations found", hits, wanted.size, { goal: 0.95 }),
      share("capacity/violations are right", found.filter((one) => wanted.has(one)).length, found.length, {
        goal: 0.95,
      }),
      share("capacity/near misses left alone", left.length, clean.length, { goal: 0.95 }),
      share("capacity/quota verdicts correct", right, quotas.length, { goal: 0.9 }),
      share("capacity/control: verdicts of other rows", wrong, quotas.length, {
        control: { atMost: 0.7 },
        note: "answers moved on to other rows",
      }),
    ];
  },
};

function verdictOf({ key, add }: Quota, platform: Platform): string {
  const { services = 0, claims = 0, pods = 0, cpu, memory } = add;
  const sized =
    cpu === undefined
      ? ""
      : `          resources: {requests: {cpu: "${cpu}", memory: "${memory}"}, limits: {cpu: "${cpu}", memory: "${memory}"}}\n`;
  const objects = [
    ...Array.from(
      { length: services },
      (_, index) => `apiVersion: v1\nkind: Service\nmetadata: {name: new-${index}}\nspec: {ports: [{port: 80}]}\n`,
    ),
    ...Array.from(
      { length: claims },
      (_, index) =>
        `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: new-${index}}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n`,
    ),
    ...(pods === 0
      ? []
      : [
          `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: new}\nspec:\n  replicas: ${pods}\n  selector: {matchLabels: {app: new}}\n  template:\n    metadata: {labels: {app: new}}\n    spec:\n      containers:\n        - name: new\n          image: registry.example.org/pottery/new:1.0.0\n${sized}`,
        ]),
  ];
  const change = { path: `${NAMESPACE}/new.yaml`, before: null, after: objects.join("---\n") };
  const rooms = quotaRoom(platform, withChanges(platform, [change]), NAMESPACE).filter((room) => room.key === key);
  return rooms[0]?.verdict ?? "none";
}
