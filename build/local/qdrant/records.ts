/** Points as answers have them: as much of them as was asked for. */
import type { Collection } from "./collection.ts";
import { unsupported } from "./errors.ts";
import { idOf } from "./point-id.ts";
import type { Payload } from "./point-table.ts";
import { vectorsOut } from "./point-vectors.ts";

export interface Shape {
  /** A WithPayloadInterface. */
  readonly with_payload?: unknown;
  /** A WithVector. */
  readonly with_vector?: unknown;
}

export function record(collection: Collection, slot: number, shape: Shape): Record<string, unknown> {
  const vector = vectorsOut(collection, slot, shape.with_vector);
  const payload = payloadOut(collection, slot, shape.with_payload);
  return {
    id: idOf(collection.keyAt(slot)),
    ...(payload === undefined ? {} : { payload }),
    ...(vector === undefined ? {} : { vector }),
  };
}

export function scoredPoint(collection: Collection, slot: number, score: number, shape: Shape): unknown {
  const { id, ...rest } = record(collection, slot, shape);
  return { id, version: collection.table.version(slot), score, ...rest };
}

function payloadOut(collection: Collection, slot: number, wanted: unknown): Payload | undefined {
  if (wanted == null || wanted === false) return undefined;
  if (wanted === true) return collection.payload(slot);
  const { include, exclude } = (Array.isArray(wanted) ? { include: wanted } : wanted) as Record<string, string[]>;
  const keys = include ?? exclude ?? [];
  const deep = keys.find((key) => /[.[]/.test(key));
  if (deep !== undefined) throw unsupported(`the payload key ${deep}, which is not of the first level`);
  const entries = Object.entries(collection.payload(slot));
  return Object.fromEntries(entries.filter(([key]) => keys.includes(key) === (include !== undefined)));
}
