/** Ids of points: unsigned integers or UUIDs, nothing else. Their keys sort as the real server orders them. */
import { badRequest, QdrantError } from "./errors.ts";

export type PointId = number | string;

const UUID = /^(?:urn:uuid:)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i;

/** Numbers before UUIDs, both ascending. Throws as the real server does for anything else. */
export function keyOf(id: unknown): string {
  if (typeof id === "number" && Number.isSafeInteger(id) && id >= 0) return `0${String(id).padStart(16, "0")}`;
  const parts = typeof id === "string" ? UUID.exec(id) : null;
  if (parts !== null) return `1${parts.slice(1).join("-").toLowerCase()}`;
  if (typeof id === "number" && id > Number.MAX_SAFE_INTEGER) {
    throw badRequest(`${id} is beyond what JavaScript can count exactly; use a UUID`);
  }
  const told = typeof id === "string" ? id : JSON.stringify(id);
  throw new QdrantError(
    400,
    `Format error in JSON body: value ${told} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
  );
}

export function idOf(key: string): PointId {
  return key.startsWith("0") ? Number(key.slice(1)) : key.slice(1);
}
