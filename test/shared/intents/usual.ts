/** What the intents themselves propose: examples for properties, as what chance makes up is nearly always refused. */
import { intents } from "../../../shared/intents/registry.ts";
import type { Platform } from "../../../shared/repository/platform.ts";

/** At most one per kind, as fast-check takes examples of a property of one value. */
export function usual<T>(platform: Platform, kinds: readonly string[] = [...intents.keys()]): [T][] {
  const found = kinds.flatMap((kind) => (intents.get(kind)?.candidates(platform) ?? []).slice(0, 1));
  return found.map(({ intent }) => [intent as T]);
}
