/** The routes about what people did, and about the configuration they did it under. */
import * as z from "zod";
import { AuditExportQuery, AuditQuery } from "../api/audit.ts";
import type { Operation } from "./operation.ts";
import { Time } from "./schemas.ts";

const Entry = z
  .looseObject({
    entry: z.string().describe("where it is written: `audit:` or `move:` with the id in that stream"),
    at: Time,
    actor: z.string().describe("`person:<name>`; `nobody` who could not prove who they are"),
    by: z.string().describe("how they proved it: token, session or proxy; empty where that is not known"),
    action: z
      .string()
      .describe(
        "`flag.set`, `session.begin`; of a decision `improvement.<status it went to>`, or what moved nothing, `improvement.feedback`",
      ),
    subject: z.string(),
    improvement: z.string().nullable(),
    reason: z.string(),
    facts: z.record(z.string(), z.unknown()).describe("of sessions only for operators"),
  })
  .meta({ id: "AuditEntry" });
const Audit = z
  .looseObject({
    entries: z.array(Entry),
    next: z.string().nullable().describe("`cursor` of the next page; null on the last"),
    decisions_since: Time.nullable().describe(
      "decisions about improvements are listed from then on; those before are in the trail of each improvement",
    ),
  })
  .meta({ id: "Audit" });
const Setting = z
  .looseObject({
    name: z.string(),
    value: z.string().nullable().describe("null: a secret, or not set"),
    secret: z.boolean(),
    from: z.enum(["environment", "default", "unset"]),
  })
  .meta({ id: "Setting" });
const Configuration = z.looseObject({ settings: z.array(Setting) }).meta({ id: "Configuration" });
const Rollbacks = z
  .looseObject({
    open: z.boolean(),
    because: z.string().nullable(),
    opened_at: Time.nullable(),
    closes_at: Time.nullable(),
    closed_by_hand_at: Time.nullable().describe("rollbacks before that do not count"),
    rollbacks_per_hour: z.number(),
    timeout_minutes: z.number(),
    rollbacks: z.array(z.looseObject({ improvement: z.string(), at: Time })).describe("the last 50, newest first"),
  })
  .meta({ id: "BreakerState" });

const time = "2026-01-31T08:00:00.000Z";

export const auditRoutes: readonly Operation[] = [
  {
    method: "get",
    path: "/api/audit",
    id: "listAudit",
    area: "Operating",
    role: "viewer",
    summary: "Who did what, when and why",
    description: "Newest first. A page may hold fewer than its limit, or none, and still have a next.",
    query: AuditQuery,
    answer: {
      description: "One page",
      schema: Audit,
      paged: true,
      example: {
        entries: [
          {
            entry: "audit:1769846400000-0",
            at: time,
            actor: "person:otto",
            by: "session",
            action: "flag.set",
            subject: "freeze",
            improvement: null,
            reason: "a release is on its way",
            facts: { expires_at: "2026-01-31T10:00:00.000Z" },
          },
        ],
        next: null,
        decisions_since: time,
      },
    },
  },
  {
    method: "get",
    path: "/api/audit/export",
    id: "exportAudit",
    area: "Operating",
    role: "viewer",
    summary: "The audit as a file",
    description: "One JSON object per line, newest first, with the filters of the list.",
    query: AuditExportQuery,
    answer: {
      description: "application/x-ndjson",
      others: { "application/x-ndjson": "one entry of the audit per line" },
    },
  },
  {
    method: "get",
    path: "/api/settings",
    id: "getSettings",
    area: "Operating",
    role: "viewer",
    summary: "The configuration in force",
    description: "Of secrets nothing but whether they are set; addresses without their passwords and queries.",
    answer: {
      description: "The coordinator's settings by name",
      schema: Configuration,
      example: { settings: [{ name: "COMMITS_PER_HOUR", value: "20", secret: false, from: "default" }] },
    },
  },
  {
    method: "get",
    path: "/api/breaker",
    id: "getBreaker",
    area: "Operating",
    role: "viewer",
    summary: "The circuit breaker and the rollbacks it counts",
    answer: {
      description: "Its state",
      schema: Rollbacks,
      example: {
        open: false,
        because: null,
        opened_at: null,
        closes_at: null,
        closed_by_hand_at: time,
        rollbacks_per_hour: 3,
        timeout_minutes: 60,
        rollbacks: [{ improvement: "0123456789abcdef", at: time }],
      },
    },
  },
];
