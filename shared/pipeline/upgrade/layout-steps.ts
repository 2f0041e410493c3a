/**
 * The way from one layout of the keys to the next, oldest first, one file each. A step may be broken off anywhere and run
 * again, also by two coordinators at once. It runs when no function of an older layout is alive, and takes nothing away that
 * such a function, started by mistake, would need in order not to lose what it holds.
 */
import type { Redis } from "ioredis";
import type { Keys } from "../keys.ts";
import { toLayout2 } from "./layouts/to-2.ts";

export interface LayoutStep {
  readonly to: number;
  /** What becomes different, for people. */
  readonly says: string;
  readonly run: (redis: Redis, keys: Keys, signal: AbortSignal) => Promise<void>;
}

export const LAYOUT_STEPS: readonly LayoutStep[] = [toLayout2];
