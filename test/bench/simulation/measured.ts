/**
 * Service times as `npm run bench -- --only cost` measures them (2026-11, two processors that others used too, processes at
 * the lowest priority: rather too long). The stand-in cluster, rules instead of models.
 */
import type { Duration, Walked } from "./settings.ts";

/** Seconds of one round. */
export const MEASURED: { readonly work: Readonly<Record<Walked, Duration>>; readonly push: Duration } = {
  work: {
    route: { median: 0.13, p95: 0.39 },
    evaluate: { median: 0.75, p95: 1.3 },
    validate: { median: 0.8, p95: 1.3 },
    plan: { median: 0.96, p95: 1.7 },
    approve: { median: 0.02, p95: 0.1 },
    // With the push: 0.7 and 1.9.
    implement: { median: 0.5, p95: 1.3 },
    // The processor's share of one look.
    sync: { median: 0.03, p95: 0.1 },
    verify: { median: 0.02, p95: 0.06 },
    // Not measured: as implement, which writes to Git as well.
    rollback: { median: 0.5, p95: 1.3 },
    learn: { median: 0.03, p95: 0.1 },
  },
  // An estimate: how much of implement is the push itself is not measured.
  push: { median: 0.2, p95: 0.6 },
};
