/** The routes for operating the school: status, events, flags, locks, doctor, and the entrance of stages. */
import { STATUSES } from "../../../shared/domain/lifecycle.ts";
import { STAGES } from "../../../shared/stages.ts";
import { EventsQuery } from "../api/events.ts";
import { ClearBody, FlagBody } from "../api/flags.ts";
import { Justified } from "../request.ts";
import type { Operation } from "./operation.ts";
import {
  About,
  Breaker,
  CloudEvent,
  Enqueued,
  Events,
  Examination,
  Flags,
  Locks,
  Me,
  OneFlag,
  SchoolStatus,
  Unlocked,
} from "./schemas-operating.ts";

const flag = { value: true, author: "otto", reason: "a release is on its way", expires_at: 1_769_853_600_000 };
const time = "2026-01-31T08:00:00.000Z";
const justified = { required: true, schema: Justified, example: { reason: "I have looked at it" } };
const load = { waiting: 0, inFlight: 0, delayed: 0, dead: 0, oldestAgeMs: null };

const upgrade = {
  state: "done",
  because: null,
  layout: { stored: 2, newest: 2 },
  records: { atLeast: 2, newest: 2, looked: 0, migrated: 0, damaged: [] },
};

export const operatingRoutes: readonly Operation[] = [
  {
    method: "get",
    path: "/api/me",
    id: "getMe",
    area: "Operating",
    role: "viewer",
    summary: "Who this is",
    answer: { description: "Name and role", schema: Me, example: { name: "ruth", role: "reviewer" } },
  },
  {
    method: "get",
    path: "/api/about",
    id: "getAbout",
    area: "Operating",
    role: "viewer",
    summary: "Which version this is, which builds are at work, and how far an upgrade is",
    answer: {
      description: "Versions",
      schema: About,
      example: {
        name: "cortex-online-school",
        version: "0.1.0",
        build: "0.1.0+3f9c1a7be0d2",
        reads: { record: 2, event: 1, layout: 2 },
        running: [{ part: "coordinator", build: "0.1.0+3f9c1a7be0d2", record: 2, layout: 2, workers: 1 }],
        upgrade,
      },
    },
  },
  {
    method: "get",
    path: "/api/status",
    id: "getStatus",
    area: "Operating",
    role: "viewer",
    summary: "The whole school at a glance",
    answer: {
      description: "Counts, lists, timers, flags, brakes, budgets",
      schema: SchoolStatus,
      example: {
        name: "cortex-online-school",
        version: "0.1.0",
        time,
        real: ["git"],
        counts: Object.fromEntries(STATUSES.map((status) => [status, 0])),
        stages: Object.fromEntries(STAGES.map((stage) => [stage, load])),
        timers: { count: 1, next: time },
        flags: { on: ["freeze"], warnings: [] },
        breaker: {
          open: false,
          because: null,
          openedAt: null,
          closesAt: null,
          rollbacksPerHour: 3,
          timeoutMinutes: 60,
        },
        freeze: "changes are frozen",
        budgets: { commits: { hour: 1, day: 4, perHour: 20, perDay: 100 }, spent: false },
        redis: { redis_version: "7.0.15" },
      },
    },
  },
  {
    method: "get",
    path: "/api/events",
    id: "getEvents",
    area: "Events",
    role: "viewer",
    summary: "Transitions from a point on, as JSON; live to who accepts text/event-stream",
    description:
      "As JSON: those after `after` or since `since`; without either the newest. With `Accept: text/event-stream` the answer stays open: what was missed first, then every transition as it happens, a sign of life in between.",
    query: EventsQuery,
    headers: [
      { name: "Last-Event-ID", description: "where a stream that was cut goes on; a browser sends it by itself" },
    ],
    answer: {
      description: "The events",
      schema: Events,
      example: {
        events: [
          {
            entry: "1769846400000-0",
            at: time,
            from: "raw",
            to: "routed",
            by: "route",
            because: "keywords",
            improvement: "3f9c1a7be0d24c55",
          },
        ],
        cursor: "1769846400000-0",
      },
      others: { "text/event-stream": "Server-sent events: `id` is the entry, `data` one transition as JSON" },
    },
    problems: [503],
  },
  {
    method: "get",
    path: "/api/flags",
    id: "getFlags",
    area: "Operating",
    role: "viewer",
    summary: "What operators switched by hand",
    answer: {
      description: "Flags in force, and all that are set",
      schema: Flags,
      example: {
        on: ["freeze"],
        details: { freeze: flag },
        warnings: [],
        restricting: ["freeze"],
        permissive: ["auto_approve_all"],
      },
    },
  },
  {
    method: "get",
    path: "/api/flags/:name",
    id: "getFlag",
    area: "Operating",
    role: "viewer",
    summary: "One flag",
    answer: { description: "The flag", schema: OneFlag, example: { name: "freeze", on: true, ...flag } },
    problems: [404],
  },
  {
    method: "put",
    path: "/api/flags/:name",
    id: "setFlag",
    area: "Operating",
    role: "operator",
    summary: "Set a flag",
    description: "One that lets changes through has to end: `expires_in` as 30m, 2h, 7d or a moment in ISO 8601.",
    body: { required: true, schema: FlagBody, example: { reason: flag.reason, expires_in: "2h" } },
    answer: { description: "As it is now", schema: OneFlag, example: { name: "freeze", on: true, ...flag } },
    problems: [404],
  },
  {
    method: "delete",
    path: "/api/flags/:name",
    id: "clearFlag",
    area: "Operating",
    role: "operator",
    summary: "Clear a flag, in every form it may have",
    body: { schema: ClearBody, example: { reason: "the incident is over" } },
    answer: { description: "As it is now", schema: OneFlag, example: { name: "freeze", on: false } },
    problems: [404],
  },
  {
    method: "post",
    path: "/api/breaker/close",
    id: "closeBreaker",
    area: "Operating",
    role: "operator",
    summary: "Close the circuit breaker: earlier rollbacks no longer count",
    body: justified,
    answer: { description: "Closed", schema: Breaker, example: { open: false } },
  },
  {
    method: "get",
    path: "/api/locks",
    id: "listLocks",
    area: "Operating",
    role: "viewer",
    summary: "Which improvement holds which Application",
    answer: {
      description: "All locks that are held or waited for",
      schema: Locks,
      example: { locks: [{ name: "shop", holder: "3f9c1a7be0d24c55", status: "deployed", waiting: 1 }] },
    },
  },
  {
    method: "post",
    path: "/api/locks/:name/unlock",
    id: "unlock",
    area: "Operating",
    role: "operator",
    summary: "Open a lock, whatever its holder is doing; the next that waits goes on",
    body: justified,
    answer: { description: "Open", schema: Unlocked, example: { lock: "shop", holder: "3f9c1a7be0d24c55" } },
    problems: [409],
  },
  {
    method: "get",
    path: "/api/doctor",
    id: "examine",
    area: "Operating",
    role: "operator",
    summary: "Look for differences between records, indexes and lists",
    answer: { description: "What was found", schema: Examination, example: { healthy: true, findings: [], upgrade } },
  },
  {
    method: "post",
    path: "/api/doctor/repair",
    id: "repair",
    area: "Operating",
    role: "operator",
    summary: "Mend what can be mended",
    answer: {
      description: "What was found, and what of it was mended",
      schema: Examination,
      example: {
        healthy: true,
        findings: [
          { kind: "orphan", id: "3f9c1a7be0d24c55", problem: "stands in raw, but no event for route", repaired: true },
        ],
        upgrade,
      },
    },
  },
  {
    method: "post",
    path: "/stages/:stage",
    id: "injectEvent",
    area: "Events",
    role: "operator",
    summary: "Put one CloudEvent onto the list of a stage",
    description:
      "Structured or binary mode. New improvements enter at route, evaluate, validate or plan; from approve on an event carries an id only, and its record must already stand there.",
    body: {
      required: true,
      media: "application/cloudevents+json",
      schema: CloudEvent,
      example: {
        specversion: "1.0",
        id: "e-1",
        source: "/curl",
        type: "ai.cortex.school.improvement.approved",
        data: { id: "3f9c1a7be0d24c55" },
      },
    },
    answer: {
      status: 202,
      description: "It lies in the list",
      schema: Enqueued,
      example: { event: "e-1", stage: "implement" },
    },
    problems: [404, 409, 413, 415, 422],
  },
];
