/** The policy file of a GitOps repository: its form. It may tighten as it likes; what it loosens it has to give reasons for. */
import * as z from "zod";
import { ChecksForm } from "../checks/configuration.ts";
import { parseQuantity } from "../repository/quantity.ts";
import type { RuleInfo, Severity } from "./catalogue/rule-info.ts";
import { ruleCatalogue } from "./catalogue.ts";

/** At the root of the repository. */
export const POLICY_FILE = ".cortex-school.yaml";

const pattern = z.string().min(1).max(300);
const patterns = z.array(pattern).max(1_000);
const kind = z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,62}$/, "not a kind, as in Deployment");
const kinds = z.array(kind).max(1_000);
const registry = z.string().regex(/^[a-z0-9][-a-z0-9._/:]{0,254}$/, "not a registry, as in ghcr.io/acme");
const reason = z
  .string()
  .min(10, "a reason has at least 10 characters")
  .max(300)
  .regex(/^[^\p{Cc}]*$/u, "a reason is one line");
const amount = z
  .union([z.string(), z.number()])
  .refine((value) => (parseQuantity(value) ?? -1) >= 0, "not an amount, as in 500m, 2 or 4Gi");
const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, "not a day, as in 2030-01-31")
  .refine((text) => !Number.isNaN(Date.parse(text)), "there is no such day");
const rule = z
  .string()
  .refine((id) => Object.hasOwn(ruleCatalogue, id), "no rule has this name; `school policy --rules` lists them");

const severities = ["info", "warning", "error"] as const;
const decisions = ["note", "human", "deny"] as const;

const Override = z.strictObject({
  severity: z.enum(severities).optional(),
  decision: z.enum(decisions).optional(),
});

const Form = z.strictObject({
  version: z.literal(1, "must be 1"),
  kinds: z.strictObject({ allow: kinds.optional(), deny: kinds.optional(), human: kinds.optional() }).optional(),
  namespaces: z
    .strictObject({ allow: patterns.optional(), deny: patterns.optional(), protected: patterns.optional() })
    .optional(),
  registries: z
    .strictObject({
      only: z.array(registry).max(1_000).optional(),
      also: z.array(z.strictObject({ registry, reason })).max(1_000).optional(),
    })
    .optional(),
  sizes: z
    .strictObject({
      replicas: z.int().min(0).optional(),
      cpu: amount.optional(),
      memory: amount.optional(),
      storage: amount.optional(),
    })
    .optional(),
  rules: z.record(rule, Override).optional(),
  exemptions: z
    .array(
      z.strictObject({
        rules: z.array(rule).min(1).max(100),
        paths: patterns.min(1, "names at least one path"),
        reason,
        expires: day,
      }),
    )
    .max(1_000)
    .optional(),
  checks: ChecksForm.optional(),
});

/** Only ever stricter than the rule is by itself; exemptions are for the rest. */
const PolicyForm = Form.superRefine(({ rules = {} }, context) => {
  for (const [id, { severity, decision }] of Object.entries(rules)) {
    const info = ruleCatalogue[id];
    if (info === undefined) continue;
    const looser = (field: "severity" | "decision", own: string) =>
      context.addIssue({
        code: "custom",
        path: ["rules", id, field],
        message: `${id} is "${own}" by itself and may only be made stricter; to let something pass use exemptions, with a reason`,
      });
    if (severity !== undefined && isLess(severities, severity, info.severity)) {
      looser("severity", info.severity);
    }
    if (decision !== undefined && isLess(decisions, decision, info.decision)) {
      looser("decision", info.decision);
    }
  }
});

export type PolicyFile = z.infer<typeof Form>;
export type Exemption = NonNullable<PolicyFile["exemptions"]>[number];

export interface PolicyProblem {
  readonly message: string;
  /** Keys to the place that does not fit; empty for the file as a whole. */
  readonly at: readonly (string | number)[];
}

/** The policy in a parsed document, or everything that does not fit. */
export function policyIn(value: unknown): PolicyFile | readonly PolicyProblem[] {
  const parsed = PolicyForm.safeParse(value);
  return parsed.success ? parsed.data : problemsOf(parsed.error);
}

/** Everything that does not fit, in words. */
export function problemsOf(error: z.ZodError): readonly PolicyProblem[] {
  return error.issues.slice(0, 20).map((issue) => {
    const at = issue.path.filter((key) => typeof key !== "symbol");
    const [unknown] = issue.code === "unrecognized_keys" ? issue.keys : [];
    const place = unknown === undefined ? at : [...at, unknown];
    return { message: `${place.length === 0 ? "" : `${place.join(".")}: `}${said(issue)}`.slice(0, 400), at: place };
  });
}

function said(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return "there is no such setting";
  return issue.message;
}

function isLess<T extends string>(order: readonly T[], a: T, b: string): boolean {
  return order.indexOf(a) < (order as readonly string[]).indexOf(b);
}

/** What a rule counts for in a repository: its own severity and decision, or stricter ones. */
export function ruleIn(
  policy: PolicyFile,
  id: string,
  info: RuleInfo,
): { severity: Severity; decision: RuleInfo["decision"] } {
  const override = policy.rules?.[id];
  return { severity: override?.severity ?? info.severity, decision: override?.decision ?? info.decision };
}
