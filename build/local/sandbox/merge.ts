/** The three ways a cluster combines JSON: merge patch, three-way apply, and "is what was wanted there?". */
import { isMap } from "./json.ts";

/** JSON merge patch (RFC 7386): null deletes, maps merge, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const merged: Record<string, unknown> = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** `kubectl apply`: sets what `after` says, removes what `before` said and `after` no longer does, keeps the rest. */
export function applyThreeWay(live: unknown, before: unknown, after: unknown): unknown {
  if (!isMap(after)) return after;
  if (!isMap(live)) return after;
  const merged: Record<string, unknown> = { ...live };
  if (isMap(before)) for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) delete merged[key];
  for (const [key, value] of Object.entries(after)) {
    merged[key] = applyThreeWay(live[key], isMap(before) ? before[key] : undefined, value);
  }
  return merged;
}

/** True when everything in `wanted` is in `live` too; what `live` has beyond that does not matter. */
export function covers(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(live) && live.length === wanted.length && wanted.every((item, index) => covers(live[index], item))
    );
  }
  if (!isMap(wanted)) return Object.is(live, wanted);
  return isMap(live) && Object.entries(wanted).every(([key, value]) => covers(live[key], value));
}
