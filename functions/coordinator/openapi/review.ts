/** The routes of the review queue, and the decisions that are neither yes nor no. */
import * as z from "zod";
import { DeferBody, EditBody } from "../api/put-off.ts";
import { ReviewQuery, TogetherBody } from "../api/review.ts";
import { Justified } from "../request.ts";
import type { Operation } from "./operation.ts";
import { Decided, ImprovementLine, Status, Time } from "./schemas.ts";

const count = z.int().min(0);
const Deferral = z
  .looseObject({ until: Time, since: Time, by: z.string(), because: z.string() })
  .meta({ id: "Deferral", description: "Somebody put the decision off; any move ends it" });
const Row = z
  .looseObject({
    ...ImprovementLine.shape,
    intent: z.string().optional().describe("the kind of change"),
    decision: z.enum(["auto", "human", "deny"]).optional().describe("what policy says"),
    reach: count.optional().describe("how many things depend on what is changed"),
    deferred: Deferral.optional(),
    score: z.number().min(0).describe("what is in the cluster first, then value, risk and waiting together"),
    risk: z.number().describe("0..30"),
    value: z.number().describe("0..30"),
    because: z.array(z.string()).describe("why it stands where it stands, what counts most first"),
    alike: z.array(z.looseObject({ id: z.string(), status: Status })).describe("others that ask for the same"),
  })
  .meta({ id: "ReviewRow" });
const Queue = z
  .looseObject({
    time: Time,
    rows: z.array(Row),
    total: count.describe("how many stand in these statuses"),
    read: count.describe("how many of them were looked at: of each status the newest and those that wait longest"),
    deferred: count.describe("of those that were looked at and fit, how many are put off"),
    fitting: count.describe("how many rows there would be without `limit`"),
  })
  .meta({ id: "ReviewQueue" });
const Together = z.looseObject({
  decided: z.array(Decided),
  refused: z.array(z.looseObject({ id: z.string(), because: z.string() })),
});
const Intents = z.looseObject({
  intents: z.array(
    z.looseObject({
      kind: z.string(),
      purpose: z.string().describe("what the change is, in one sentence"),
      schema: z.record(z.string(), z.unknown()).describe("JSON Schema"),
    }),
  ),
});

const time = "2026-01-31T08:00:00.000Z";
const id = "3f9c1a7be0d24c55";
const path = "/api/improvements/:id";
const reviewer = { area: "Improvements", role: "reviewer", method: "post" } as const;
const reason = "I have looked at it with the team";

export const reviewRoutes: readonly Operation[] = [
  {
    method: "get",
    path: "/api/review",
    id: "getReviewQueue",
    area: "Improvements",
    role: "viewer",
    summary: "What waits for a person, in the order to look at it, and why it stands there",
    description:
      "What is in the cluster and not well comes first; then value (relevance and forecast), risk (policy, category, blast radius) and waiting count together. What asks for the same stands once. However much waits, a bounded number is looked at.",
    query: ReviewQuery,
    answer: {
      description: "The queue",
      schema: Queue,
      example: {
        time,
        rows: [
          {
            id,
            status: "pending_review",
            title: "Set memory limits on every container",
            relevance: 0.88,
            intent: "set-resource-limits",
            decision: "human",
            score: 41.2,
            risk: 8,
            value: 13.2,
            because: ["it waits for a decision", "relevance 0.88"],
            alike: [],
          },
        ],
        total: 1,
        read: 1,
        deferred: 0,
        fitting: 1,
      },
    },
  },
  {
    ...reviewer,
    path: "/api/review/decide",
    id: "decideTogether",
    summary: "Approve or reject several changes of one kind",
    description:
      "At most 20, all of the same kind of intent, each with its own reason and the hash of the change set that was read. Security, databases, what always asks a person and what policy denies are decided one by one. Each is decided or refused by itself.",
    body: {
      required: true,
      schema: TogetherBody,
      example: { action: "approve", items: [{ id, hash: "the hash of the change set that was read", reason }] },
    },
    answer: {
      description: "What was decided, and what was refused and why",
      schema: Together,
      example: { decided: [{ id, status: "approved" }], refused: [] },
    },
    problems: [409],
  },
  {
    method: "get",
    path: "/api/intents",
    id: "listIntents",
    area: "Improvements",
    role: "viewer",
    summary: "The kinds of change the school can carry out, each with the schema an edited intent is checked by",
    answer: {
      description: "By name",
      schema: Intents,
      example: {
        intents: [
          {
            kind: "add-network-policy",
            purpose: "Default-deny ingress for one namespace.",
            schema: {
              type: "object",
              properties: { kind: { type: "string", const: "add-network-policy" }, namespace: { type: "string" } },
              required: ["kind", "namespace"],
            },
          },
        ],
      },
    },
  },
  {
    ...reviewer,
    path: `${path}/defer`,
    id: "deferImprovement",
    summary: "Put a decision off until a moment",
    description: "It leaves the queue, comes back by itself, and people are told once. Any move ends it.",
    body: { required: true, schema: DeferBody, example: { minutes: 1_440, reason: "after the release" } },
    answer: {
      description: "Where it stands, and until when it is put off",
      schema: Decided.extend({ deferred: Deferral }),
      example: {
        id,
        status: "pending_review",
        deferred: { until: time, since: time, by: "person:ruth", because: "after the release" },
      },
    },
    problems: [404, 409],
  },
  {
    ...reviewer,
    path: `${path}/edit`,
    id: "editImprovement",
    summary: "Write its intent anew and have it planned with that",
    description:
      "Rendered, judged by policy and checked as any other; whoever wrote it cannot approve it. The kind stays. Every field that is wrong is named.",
    body: {
      required: true,
      schema: EditBody,
      example: {
        intent: {
          kind: "set-resource-limits",
          workload: { kind: "Deployment", namespace: "shop", name: "cart" },
          container: "cart",
          limits: { memory: "512Mi" },
        },
        reason: "the cart needs more at the end of the month",
      },
    },
    answer: { description: "Where it stands now", schema: Decided, example: { id, status: "validated" } },
    problems: [404, 409],
  },
  {
    ...reviewer,
    role: "operator",
    path: `${path}/allow-again`,
    id: "allowAgain",
    summary: "Take back that nothing like it is ever proposed again",
    body: { required: true, schema: Justified, example: { reason: "the platform is another one now" } },
    answer: { description: "Where it stands", schema: Decided, example: { id, status: "rejected" } },
    problems: [404, 409],
  },
];
