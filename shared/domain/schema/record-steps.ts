/**
 * The steps of an improvement's record, oldest first: one file each, in record/. A step that is in use somewhere is never
 * changed; the next one mends it. Golden records of each version are in test/shared/domain/schema.
 */
import type { Step } from "./chain.ts";
import { step2 } from "./record/to-2.ts";

export const RECORD_STEPS: readonly Step<Readonly<Record<string, string>>>[] = [step2];
