/** The section `checks` of a repository's policy file: its form, and what it is in the record. */
import * as z from "zod";
import type { CheckSettings } from "../domain/check-settings.ts";
import { allChecks } from "./all.ts";
import { mentions, templateProblem } from "./query-template.ts";
import { defaultThresholds as usual } from "./thresholds.ts";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };
const duration = z
  .string()
  .regex(/^\d{1,6}(?:ms|s|m)$/, "not a duration, as in 500ms, 30s or 2m")
  .transform((text) => Number.parseInt(text, 10) * (UNITS[/[a-z]+$/.exec(text)?.[0] ?? ""] ?? 1));
const reason = z
  .string()
  .min(10, "a reason has at least 10 characters")
  .max(300)
  .regex(/^[^\p{Cc}]*$/u, "a reason is one line");
const times = z.int().min(0).max(1_000);
const query = z
  .string()
  .max(2_000)
  .superRefine((text, context) => {
    const message = templateProblem(text);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
const workloadQuery = query.refine(
  (text) => mentions(text, "workload"),
  "it must name $workload: the answer is taken for the workload that changed",
);
const share = z.number().min(0).max(1);

/** Times end in `Ms` in the record. */
const common = {
  off: z.literal(true, "is true, or left out").optional(),
  dryRun: z.literal(true, "is true, or left out").optional(),
  reason: reason.optional(),
  failureLimit: times.optional(),
  inconclusiveLimit: times.optional(),
  consecutiveErrorLimit: times.optional(),
  consecutiveSuccess: times.optional(),
  count: z.int().min(1).max(1_000).optional(),
  initialDelay: duration.optional(),
  interval: duration.refine((ms) => ms >= 1_000, "the shortest interval is 1s").optional(),
};
const own: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  restarts: { tolerated: z.int().min(0).max(100).optional() },
  neighbours: { tolerated: share.optional(), increase: share.optional() },
  "error-ratio": { tolerated: share.optional(), increase: share.optional(), query: workloadQuery.optional() },
  latency: {
    factor: z.number().min(1).max(100).optional(),
    floor: duration.optional(),
    query: workloadQuery.optional(),
  },
};
const NAMES = allChecks.map(({ name }) => name);

const OwnQuery = z
  .strictObject({
    name: z.string().regex(/^[a-z][-a-z0-9]{0,39}$/, "not a name, as in orders-per-minute"),
    query,
    below: z.number().optional(),
    atMost: z.number().optional(),
    above: z.number().optional(),
    atLeast: z.number().optional(),
    ...common,
  })
  .superRefine((own, context) => {
    const { below, atMost, above, atLeast, name } = own;
    if ([below, atMost, above, atLeast].every((limit) => limit === undefined)) {
      context.addIssue({ code: "custom", message: "needs one of below, atMost, above and atLeast" });
    }
    const [least, most] = [above ?? atLeast, below ?? atMost];
    if (least !== undefined && most !== undefined && least >= most) {
      context.addIssue({ code: "custom", message: `nothing is above ${least} and below ${most}` });
    }
    if (NAMES.includes(name)) context.addIssue({ code: "custom", path: ["name"], message: "a check has this name" });
    sayImpossible(own, context);
  });

/** Checks by their names, and `queries`. */
export const ChecksForm = z.strictObject({
  ...Object.fromEntries(NAMES.map((name) => [name, formOf(name).optional()])),
  queries: z
    .array(OwnQuery)
    .max(20)
    .superRefine((queries, context) => {
      for (const [index, { name }] of queries.entries()) {
        if (queries.findIndex((other) => other.name === name) === index) continue;
        context.addIssue({ code: "custom", path: [index, "name"], message: `${name} is there twice` });
      }
    })
    .optional(),
});

/** A parsed section as the record keeps it. */
export function checkSettings(section: z.infer<typeof ChecksForm>): CheckSettings {
  const { queries = [], ...checks } = section;
  const entries = Object.entries(checks).map(([name, setting]) => [name, kept(setting as object)]);
  return { checks: Object.fromEntries(entries), queries: queries.map((one) => kept(one)) } as CheckSettings;
}

function kept(setting: object): object {
  const longer: Record<string, string> = { initialDelay: "initialDelayMs", interval: "intervalMs", floor: "floorMs" };
  return Object.fromEntries(Object.entries(setting).map(([key, value]) => [longer[key] ?? key, value as unknown]));
}

/** Stricter as one likes; what is less strict than the check is by itself has a reason. */
function formOf(name: string) {
  return z.strictObject({ ...common, ...own[name] }).superRefine((setting, context) => {
    sayImpossible(setting, context);
    if (setting.reason !== undefined) return;
    const looser = looserThan(name, setting as Readonly<Record<string, unknown>>);
    if (looser !== undefined) needsReason(context, looser);
  });
}

/** What no measurements could ever fulfil would keep every change waiting for a person. */
function sayImpossible(
  {
    count,
    consecutiveSuccess = 0,
  }: { readonly count?: number | undefined; readonly consecutiveSuccess?: number | undefined },
  context: z.core.$RefinementCtx,
): void {
  if (count === undefined || consecutiveSuccess <= count) return;
  const message = `${count} measurements are never ${consecutiveSuccess} in a row`;
  context.addIssue({ code: "custom", path: ["consecutiveSuccess"], message });
}

function needsReason(context: z.core.$RefinementCtx, setting: string): void {
  const message = "it lets more pass than the check does by itself, so it needs a reason";
  context.addIssue({ code: "custom", path: [setting], message });
}

function looserThan(name: string, setting: Readonly<Record<string, unknown>>): string | undefined {
  const limits = allChecks.find((check) => check.name === name)?.limits({ durationMs: 300_000, intervalMs: 10_000 });
  const most: Readonly<Record<string, number | undefined>> = {
    failureLimit: limits?.failureLimit,
    tolerated: name === "restarts" ? usual.restarts : usual.tolerated,
    increase: usual.increase,
    factor: usual.factor,
    floor: usual.floorMs,
  };
  return Object.entries(setting).find(([key, value]) => {
    if (key === "off" || key === "dryRun") return value === true;
    const limit = most[key];
    return typeof value === "number" && limit !== undefined && value > limit;
  })?.[0];
}
