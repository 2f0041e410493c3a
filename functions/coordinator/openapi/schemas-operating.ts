/** What the routes for operating the school answer with. */
import * as z from "zod";
import { FLAGS } from "../../../shared/pipeline/flags.ts";
import { ROLES } from "../../../shared/runtime/tokens.ts";
import { STAGES } from "../../../shared/stages.ts";
import { Stage, StatusCounts, Time, TrailEntry } from "./schemas.ts";

const Count = z.int().min(0);
const Flag = z.enum(FLAGS).meta({ id: "Flag" });

export const Me = z
  .looseObject({
    name: z.string(),
    role: z.enum(ROLES),
    by: z.enum(["session", "proxy"]).optional().describe("how they are signed in, where that is not by a token"),
    commit_pages: z
      .string()
      .optional()
      .describe("what stands before the id of a commit on its forge, where that is known"),
  })
  .meta({ id: "Me" });

const Load = z.looseObject({
  waiting: Count,
  inFlight: Count,
  delayed: Count,
  dead: Count,
  oldestAgeMs: Count.nullable(),
});
export const SchoolStatus = z
  .looseObject({
    name: z.string(),
    version: z.string(),
    time: Time,
    real: z.array(z.string()).describe("which parts of this school are no stand-ins"),
    counts: StatusCounts,
    stages: z.looseObject(Object.fromEntries(STAGES.map((stage) => [stage, Load])) as Record<string, typeof Load>),
    timers: z.looseObject({ count: Count, next: Time.nullable() }),
    flags: z.looseObject({ on: z.array(Flag), warnings: z.array(z.string()) }),
    breaker: z.looseObject({
      open: z.boolean(),
      because: z.string().nullable(),
      openedAt: Time.nullable(),
      closesAt: Time.nullable().describe("when it closes by itself, unless there are further rollbacks"),
      rollbacksPerHour: z.number().describe("more than these open it"),
      timeoutMinutes: z.number(),
    }),
    freeze: z.string().nullable(),
    budgets: z.looseObject({
      commits: z.looseObject({ hour: Count, day: Count, perHour: Count, perDay: Count }),
      spent: z.boolean(),
    }),
    redis: z.record(z.string(), z.string()),
  })
  .meta({ id: "SchoolStatus" });

const flagDetails = {
  value: z.boolean(),
  author: z.string(),
  reason: z.string(),
  expires_at: z.number().optional().describe("milliseconds since the epoch"),
};
export const Flags = z
  .looseObject({
    on: z.array(Flag),
    details: z.partialRecord(Flag, z.looseObject(flagDetails)),
    warnings: z.array(z.string()),
    restricting: z.array(Flag),
    permissive: z.array(Flag),
  })
  .meta({ id: "Flags" });
export const OneFlag = z
  .looseObject({
    name: Flag,
    on: z.boolean(),
    value: flagDetails.value.optional(),
    author: flagDetails.author.optional(),
    reason: flagDetails.reason.optional(),
    expires_at: flagDetails.expires_at,
  })
  .meta({ id: "OneFlag" });

export const Breaker = z.looseObject({ open: z.literal(false) }).meta({ id: "ClosedBreaker" });
export const Locks = z
  .looseObject({
    locks: z.array(
      z.looseObject({
        name: z.string(),
        holder: z.string().nullable().describe("the improvement; null while others only wait"),
        status: z.string().nullable().describe("of the holder"),
        waiting: Count,
      }),
    ),
  })
  .meta({ id: "Locks" });
export const Unlocked = z
  .looseObject({ lock: z.string(), holder: z.string().describe("who held it") })
  .meta({ id: "Unlocked" });
const versions = z.looseObject({ newest: z.number() });
const UpgradeState = z
  .looseObject({
    state: z.enum(["done", "running", "waiting"]).describe("`waiting`: programs of an older version are at work"),
    because: z.string().nullable().describe("which programs are waited for"),
    layout: versions.extend({ stored: z.number() }),
    records: versions.extend({
      atLeast: z.number().nullable().describe("the version all records have at least; null while it is not known"),
      looked: z.number(),
      migrated: z.number(),
      damaged: z.array(z.string()).describe("improvements whose records cannot be brought forward"),
    }),
  })
  .meta({ id: "UpgradeState" });

export const About = z
  .looseObject({
    name: z.string(),
    version: z.string(),
    build: z.string().describe("of this coordinator: `<version>+<build>`"),
    reads: z.looseObject({ record: z.number(), event: z.number(), layout: z.number() }),
    running: z
      .array(
        z.looseObject({
          part: z.string().describe("a stage, or `coordinator`"),
          build: z.string(),
          record: z.number().describe("the newest record version it reads"),
          layout: z.number(),
          workers: z.number(),
        }),
      )
      .describe("processes that gave a sign of life lately"),
    upgrade: UpgradeState,
  })
  .meta({ id: "About" });

export const Examination = z
  .looseObject({
    healthy: z.boolean(),
    findings: z.array(
      z.looseObject({
        kind: z.enum(["index", "orphan", "damaged", "lock"]),
        id: z.string(),
        problem: z.string(),
        repaired: z.boolean(),
      }),
    ),
    upgrade: UpgradeState,
  })
  .meta({ id: "Examination" });

export const Events = z
  .looseObject({
    events: z.array(TrailEntry.extend({ improvement: z.string() })).describe("oldest first"),
    cursor: z.string().describe("ask for what comes `after` it"),
    gap: z
      .looseObject({ reason: z.enum(["trimmed", "unknown"]) })
      .optional()
      .describe("the stream does not reach back to what was asked for: some events may have been missed"),
  })
  .meta({ id: "Events" });

export const Probe = z.looseObject({ status: z.literal("ok"), build: z.string() }).meta({ id: "Alive" });
export const ProblemKind = z
  .looseObject({ name: z.string(), status: z.int(), title: z.string(), meaning: z.string() })
  .meta({ id: "ProblemKind" });
export const ProblemKinds = z.looseObject({ problems: z.array(ProblemKind) }).meta({ id: "ProblemKinds" });
export const Problem = z
  .looseObject({
    type: z.string().describe("`/problems/<name>`, which explains it"),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe("what is wrong here, and what to do"),
    instance: z.string(),
    problems: z.array(z.string()).optional().describe("each field that is wrong"),
  })
  .meta({ id: "Problem", description: "RFC 9457" });

/** One CloudEvent in structured mode. */
export const CloudEvent = z
  .looseObject({
    specversion: z.literal("1.0"),
    id: z.string(),
    source: z.string(),
    type: z.string().describe("ai.cortex.school.improvement.<status> or ai.cortex.school.source.submitted"),
    data: z.looseObject({}).describe("`{id}`, `{id, improvement}` or `{source}`, by type"),
  })
  .meta({ id: "CloudEvent", description: "CloudEvents 1.0, JSON format" });
export const Enqueued = z.looseObject({ event: z.string(), stage: Stage }).meta({ id: "Enqueued" });

/** Only the parts that say which pull request it is are read. */
export const WebhookDelivery = z.looseObject({ action: z.string().optional(), ref: z.string().optional() });
export const Looked = z.object({ looked: z.boolean() });
