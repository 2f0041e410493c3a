/**
 * A fitted embedder as bytes: `LSA1`, the header's length (32 bit, little endian), the header as JSON, the terms joined by
 * line feeds, one scale per term (32 bit float), one signed byte per term and direction, and the SHA-256 of all before it.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { PermanentError } from "../../runtime/errors.ts";

export interface LsaModel {
  /** Of the vectors; directions beyond `directions` are 0. */
  readonly dimension: number;
  readonly directions: number;
  readonly terms: readonly string[];
  /** Per term: what its row is multiplied by; the rarity of the term is in it. */
  readonly scales: Float32Array;
  /** `terms.length` rows of `directions`. */
  readonly rows: Int8Array;
}

const MAGIC = "LSA1";
const CHECKSUM = 32;
const Header = z.object({
  dimension: z.number().int().positive(),
  directions: z.number().int().min(0),
  terms: z.number().int().min(0),
  /** Bytes of the terms. */
  text: z.number().int().min(0),
});

export function writeLsa({ dimension, directions, terms, scales, rows }: LsaModel): Uint8Array {
  const text = Buffer.from(terms.join("\n"));
  const header = Buffer.from(JSON.stringify({ dimension, directions, terms: terms.length, text: text.length }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const floats = Buffer.alloc(scales.length * 4);
  scales.forEach((scale, i) => floats.writeFloatLE(scale, i * 4));
  const content = Buffer.concat([Buffer.from(MAGIC), length, header, text, floats, Buffer.from(rows.buffer)]);
  return new Uint8Array(Buffer.concat([content, checksum(content)]));
}

/** Throws PermanentError when the bytes are not whole, or not of this version. */
export function readLsa(bytes: Uint8Array): LsaModel {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const content = file.subarray(0, Math.max(0, file.length - CHECKSUM));
  if (content.length < 8 || !checksum(content).equals(file.subarray(content.length))) {
    throw refused("is damaged: its checksum does not fit");
  }
  if (content.toString("latin1", 0, MAGIC.length) !== MAGIC) throw refused("was written by another version");
  let at = 8 + content.readUInt32LE(4);
  const header = Header.safeParse(jsonIn(content.toString("utf8", 8, at)));
  if (!header.success) throw refused("was written by another version");
  const { dimension, directions, terms: count, text } = header.data;
  if (content.length !== at + text + count * 4 + count * directions) throw refused("is damaged: its parts do not fit");
  const terms = count === 0 ? [] : content.toString("utf8", at, at + text).split("\n");
  at += text;
  const scales = Float32Array.from({ length: count }, (_, i) => content.readFloatLE(at + i * 4));
  at += count * 4;
  return { dimension, directions, terms, scales, rows: new Int8Array(content.subarray(at)) };
}

/** `lsa-` and eight hexadecimal digits: other bytes, other vectors. */
export function lsaId(bytes: Uint8Array): string {
  return `lsa-${createHash("sha256").update(bytes).digest("hex").slice(0, 8)}`;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function checksum(content: Uint8Array): Buffer {
  return createHash("sha256").update(content).digest();
}

function refused(what: string): PermanentError {
  return new PermanentError(`the fitted embedder ${what}; index the repositories anew to fit another one`);
}
