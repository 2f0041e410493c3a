/** A `learn` on a real Redis with a trainer that makes what a test wants, and improvements that came to an end. */
import type { Redis } from "ioredis";
import { type LearnPorts, learn, type RoutingPorts } from "../../functions/learn/handle.ts";
import type { Notice } from "../../shared/domain/events.ts";
import type { Expert, Improvement } from "../../shared/domain/improvement.ts";
import { keysOf } from "../../shared/pipeline/keys.ts";
import { routerBook } from "../../shared/pipeline/router-book.ts";
import { trainingTurns } from "../../shared/pipeline/training-turn.ts";
import type { Trainer } from "../../shared/routing/learning/trainer.ts";
import type { ModelEntry, RouterBook } from "../../shared/routing-ports.ts";
import { committedImprovement } from "./improvement.ts";

export const HOUR = 3_600_000;
/** Where the clock of every learner begins. */
export const START = Date.parse("2026-05-10T10:00:00Z");

export interface Model {
  readonly entry: ModelEntry;
  readonly bytes: Uint8Array;
}

export interface Learner {
  readonly ports: LearnPorts & { readonly routing: RoutingPorts };
  readonly book: RouterBook;
  readonly notices: Notice[];
  readonly outcomes: Readonly<Record<string, string>>[];
  /** Milliseconds since the epoch; a test moves it on. */
  readonly clock: { now: number };
  hear(improvement: Improvement): ReturnType<typeof learn>;
  retrain(facts?: Notice["facts"], signal?: AbortSignal): ReturnType<typeof learn>;
  /** What happened to the router, newest first. */
  whats(): Promise<string[]>;
}

const never: Trainer = { train: async () => Promise.reject(new Error("nobody asked for a training")) };

export function learnerOn(redis: Redis, over: Partial<RoutingPorts> = {}, more: Partial<LearnPorts> = {}): Learner {
  const keys = keysOf();
  const book = routerBook(redis, keys);
  const notices: Notice[] = [];
  const outcomes: Readonly<Record<string, string>>[] = [];
  const routing: RoutingPorts = {
    router: book,
    turns: trainingTurns(redis, keys),
    notices: { send: async (notice) => void notices.push(notice) },
    trainer: never,
    rule: { labels: 50, afterMs: 24 * HOUR },
    ...over,
  };
  const ports = {
    outcomes: { append: async (row: (typeof outcomes)[number]) => void outcomes.push(row) },
    ...more,
    routing,
  };
  const clock = { now: START };
  const context = (signal = new AbortController().signal) => ({ now: () => clock.now, signal });
  return {
    ports,
    book,
    notices,
    outcomes,
    clock,
    hear: (improvement) => learn({ improvement, reached: improvement.status }, ports, context()),
    retrain: (facts = {}, signal) =>
      learn({ notice: { about: "retrain", text: "due", facts } }, ports, context(signal)),
    whats: async () => (await book.events(50)).map(({ what }) => what),
  };
}

const judgement = (promoted: boolean) => ({
  promoted,
  because: promoted ? "won" : "lost",
  figures: { frozen_rows: 9 },
});

/** Makes `model` of whatever rows it gets; `meanwhile` happens while it is judged. */
export function trainerOf(model: () => Model, promoted = true, meanwhile = async () => {}): Trainer {
  return {
    async train(_job, found, stop) {
      const { bytes, entry } = model();
      await found({ ...entry, kind: "softmax", bytes, tookMs: 5, figures: { accuracy: 0.9, odd: Number.NaN } });
      await meanwhile();
      stop.throwIfAborted();
      return judgement(promoted);
    },
  };
}

export function endedAt(now: number, id: string, over: Partial<Improvement> = {}): Improvement {
  return committedImprovement("c0ffee", [], {
    id,
    source_id: `talk-${id}`,
    status: "verified",
    expert: "security",
    verified_at: new Date(now).toISOString(),
    routing: [{ tier: "classifier", expert: "security", confidence: 0.8, because: "b" }],
    ...over,
  });
}

export function saidAt(at: number, expert: Expert) {
  return {
    routing_feedback: { right: false, expert, by: "person:ann", because: "b", at: new Date(at).toISOString() },
  };
}
