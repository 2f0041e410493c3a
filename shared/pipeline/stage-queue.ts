/** The list of one stage as its worker sees it: claim, settle, heartbeat. Thin: the scripts do the work. */
import type { Patch, Proposal } from "../domain/improvement.ts";
import { encodePatch } from "../domain/improvement-fields.ts";
import type { Status } from "../domain/lifecycle.ts";
import { type FieldChanges, type Fields, recordSchemaOf } from "../domain/schema/record.ts";
import type { Corroborated } from "../runtime/outcome.ts";
import type { Validators } from "../source-ports.ts";
import type { StageName } from "../stages.ts";
import type { Scripts } from "./scripts/load.ts";

/** One claimed event. `fields` is the improvement's record as Redis holds it; empty when there is none. */
export interface Lease {
  readonly token: string;
  readonly attempt: number;
  readonly event: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface Claims {
  readonly leases: readonly Lease[];
  /** Redis's clock, milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds until something of this stage falls due; 0: more is waiting now; -1: nothing is. */
  readonly dueMs: number;
  /** The dead letters this claim made: what could not be read, what its workers died of too often. */
  readonly buried: readonly { readonly reason: string; readonly improvement?: string }[];
  /** Given back untouched, because a newer version of the school wrote their records. */
  readonly newer: readonly { readonly improvement: string; readonly version: number }[];
  /** Nothing was claimed: the keys have this layout, which this program does not know. */
  readonly newerLayout?: number;
}

export type Settlement = { readonly token: string } & (
  | {
      readonly kind: "move";
      readonly id: string;
      readonly from: Status;
      readonly to: Status;
      readonly because: string;
      readonly evidence?: unknown;
      readonly patch: Patch;
      /** Counters it adds one to, see runtime/counted.ts. */
      readonly counts?: readonly string[];
    }
  | {
      readonly kind: "again";
      readonly id: string;
      readonly from: Status;
      readonly delayMs: number;
      readonly patch: Patch;
    }
  | { readonly kind: "behind"; readonly id: string; readonly from: Status; readonly lock: string }
  | { readonly kind: "done" }
  | { readonly kind: "later"; readonly delayMs: number }
  | {
      readonly kind: "source";
      readonly id: string;
      readonly state: "read" | "nothing_found" | "failed";
      readonly fields: Readonly<Record<string, string>>;
      readonly proposals: readonly (Proposal & { readonly id: string })[];
      /** Name of the watched source it is. */
      readonly watch?: string;
      readonly corroborates?: readonly (Corroborated & { readonly because: string })[];
    }
  | {
      readonly kind: "listed";
      readonly id: string;
      readonly watch?: string;
      readonly dailyLimit: number;
      readonly validators: Validators;
      readonly because: string;
      readonly fields: Readonly<Record<string, string>>;
      /** `data`: of the event that has it read, as JSON. */
      readonly entries: readonly {
        readonly id: string;
        readonly title: string;
        readonly address: string;
        readonly data: string;
      }[];
    }
  | { readonly kind: "known"; readonly watch?: string; readonly because: string }
  | { readonly kind: "retry"; readonly delayMs: number; readonly counts: boolean; readonly reason: string }
  | { readonly kind: "dead"; readonly reason: string }
  | { readonly kind: "handback" }
);

/**
 * `lost`: the lease or the status was no longer this worker's and nothing was changed. `error …`: a key is damaged (of
 * another type); nothing was changed, the lease runs out.
 */
export type SettleResult = "ok" | "lost" | "illegal" | "dead" | `error ${string}`;

export interface StageQueue {
  readonly stage: StageName;
  claim(max: number): Promise<Claims>;
  /** Settles all in one script and claims up to `claimMax` further events in the same round trip. */
  settle(settlements: readonly Settlement[], claimMax: number): Promise<{ results: SettleResult[]; claims?: Claims }>;
  /** Gives an injected improvement its record; undefined when it exists already or the lease is gone. */
  admit(token: string, id: string, proposal: Proposal): Promise<Readonly<Record<string, string>> | undefined>;
  /** Extends the leases; returns the tokens that are lost. */
  heartbeat(tokens: readonly string[]): Promise<readonly string[]>;
  /** Writes a record that was read as `before` in its newer form, under the lease. */
  migrate(token: string, before: Fields, changes: FieldChanges): Promise<"ok" | "lost" | "changed" | "gone">;
  /** Writes facts under the lease; false when it is lost. */
  save(token: string, id: string, patch: Patch): Promise<boolean>;
}

export interface QueueSettings {
  /** Unique per process: part of every lease token. */
  readonly worker: string;
  readonly leaseMs: number;
  readonly maxAttempts: number;
}

export type Flat = (string | number)[];

export function stageQueue(scripts: Scripts, stage: StageName, settings: QueueSettings): StageQueue {
  const { worker, leaseMs, maxAttempts } = settings;
  return {
    stage,
    async claim(max) {
      return claims(await scripts.schoolClaim(stage, worker, max, leaseMs, maxAttempts));
    },
    async settle(settlements, claimMax) {
      const flat = settlements.flatMap((settlement) => flatten(settlement, maxAttempts));
      const args: Flat = [stage, settlements.length, ...flat, worker, claimMax, leaseMs, maxAttempts];
      const [results, next] = (await scripts.schoolSettle(...args)) as [SettleResult[], unknown];
      return next === null ? { results } : { results, claims: claims(next) };
    },
    async admit(token, id, proposal) {
      const fields = (await scripts.schoolAdmit(stage, token, id, ...proposalArguments(proposal))) as string[] | null;
      return fields === null ? undefined : toRecord(fields);
    },
    async heartbeat(tokens) {
      return (await scripts.schoolHeartbeat(stage, leaseMs, tokens.length, ...tokens)) as string[];
    },
    async migrate(token, before, changes) {
      const reply = await scripts.schoolMigrate(stage, token, ...migrationArguments(before, changes));
      return reply as Awaited<ReturnType<StageQueue["migrate"]>>;
    },
    async save(token, id, patch) {
      return (await scripts.schoolSave(stage, token, id, ...patchArguments(patch))) === 1;
    },
  };
}

function flatten(settlement: Settlement, maxAttempts: number): Flat {
  const head = [settlement.kind, settlement.token];
  switch (settlement.kind) {
    case "move": {
      const { id, from, to, because, evidence, patch, counts = [] } = settlement;
      const proof = evidence === undefined ? "" : JSON.stringify(evidence);
      return [...head, id, from, to, because, proof, ...patchArguments(patch), counts.length, ...counts];
    }
    case "again":
      return [
        ...head,
        settlement.id,
        settlement.from,
        Math.max(0, Math.round(settlement.delayMs)),
        ...patchArguments(settlement.patch),
      ];
    case "behind":
      return [...head, settlement.id, settlement.from, settlement.lock];
    case "source": {
      const { id, state, watch = "", fields, proposals, corroborates = [] } = settlement;
      const flat = proposals.flatMap((proposal): Flat => {
        const { id: proposalId, ...rest } = proposal;
        return [proposalId, ...proposalArguments(rest)];
      });
      const others = corroborates.flatMap((one) => [
        one.improvement,
        one.by.source_id,
        JSON.stringify(one.by),
        one.relevance ?? "",
        one.relevance_basis === undefined ? "" : JSON.stringify(one.relevance_basis),
        one.because,
      ]);
      const found = [proposals.length, ...flat, corroborates.length, ...others];
      return [...head, id, state, watch, ...pairs(fields), ...found];
    }
    case "listed": {
      const { id, watch = "", dailyLimit, validators, because, fields, entries } = settlement;
      const { etag = "", lastModified = "" } = validators;
      const flat = entries.flatMap((entry) => [entry.id, entry.title, entry.address, entry.data]);
      const facts = [id, watch, dailyLimit, etag, lastModified, because];
      return [...head, ...facts, ...pairs(fields), entries.length, ...flat];
    }
    case "known":
      return [...head, settlement.watch ?? "", settlement.because];
    case "retry":
      return [
        ...head,
        Math.max(0, Math.round(settlement.delayMs)),
        settlement.counts ? 1 : 0,
        maxAttempts,
        settlement.reason,
      ];
    case "later":
      return [...head, Math.max(0, Math.round(settlement.delayMs))];
    case "dead":
      return [...head, settlement.reason];
    case "done":
    case "handback":
      return head;
  }
}

/** What a new record needs beside its id. */
export function proposalArguments(proposal: Proposal): Flat {
  return [proposal.video_id ?? "", proposal.category, ...pairs(encodePatch(proposal).set)];
}

/** Count and flat field-value list, as the scripts read it. */
function pairs(fields: Readonly<Record<string, string>>): Flat {
  const flat = Object.entries(fields).flat();
  return [flat.length, ...flat];
}

/** A patch as the scripts read it: fields to set, then fields to remove, each behind its count. */
export function patchArguments(patch: Patch): Flat {
  const { set, remove } = encodePatch(patch);
  return [...pairs(set), remove.length, ...remove];
}

/** What the migrate script needs after stage and token. */
export function migrationArguments(before: Fields, { set, remove }: FieldChanges): Flat {
  const touched = [...Object.keys(set), ...remove].map((name) => [name, before[name] ?? ""] as const);
  const seen = pairs(Object.fromEntries(touched));
  return [before["id"] ?? "", recordSchemaOf(before), ...seen, ...pairs(set), remove.length, ...remove];
}

type ClaimedEvent = readonly [token: string, attempt: number, event: string, fields: string[] | object];

/** What the scripts answer to a claim. */
export function claims(reply: unknown): Claims {
  // cjson writes an empty table as {}: no leases, or a lease without a record.
  const [leases, now, dueMs, buried, newer, newerLayout] = JSON.parse(reply as string) as [
    ClaimedEvent[] | object,
    number,
    number,
    [reason: string, improvement: string][] | object,
    [improvement: string, version: number][] | object,
    number?,
  ];
  const claimed = Array.isArray(leases) ? (leases as ClaimedEvent[]) : [];
  return {
    leases: claimed.map(([token, attempt, event, fields]) => ({
      token,
      attempt,
      event,
      fields: Array.isArray(fields) ? toRecord(fields) : {},
    })),
    now,
    dueMs,
    buried: (Array.isArray(buried) ? (buried as [string, string][]) : []).map(([reason, improvement]) =>
      improvement === "" ? { reason } : { reason, improvement },
    ),
    newer: (Array.isArray(newer) ? (newer as [string, number][]) : []).map(([improvement, version]) => ({
      improvement,
      version,
    })),
    ...(newerLayout === undefined ? {} : { newerLayout }),
  };
}

/** HGETALL's flat reply as an object. */
export function toRecord(flat: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) record[flat[i] as string] = flat[i + 1] as string;
  return record;
}
