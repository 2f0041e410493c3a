/** Answers seen before, so that going back shows them at once. Bounded; what was not asked for longest goes first. */

const seen = new Map<string, unknown>();
const MOST = 30;

export function recall<T>(key: string): T | undefined {
  return seen.get(key) as T | undefined;
}

export function remember(key: string, value: unknown): void {
  seen.delete(key);
  seen.set(key, value);
  const oldest = seen.keys().next().value;
  if (seen.size > MOST && oldest !== undefined) seen.delete(oldest);
}

/** Whoever signs in next sees nothing of before. */
export function forgetAll(): void {
  seen.clear();
}
