/**
 * A trained classifier as bytes: `CRTM`, the format (16 bit), the header's length (32 bit, little endian), the header as
 * JSON, the weights (one signed byte each, deflated), and the SHA-256 of all before it.
 */
import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import * as z from "zod";
import { EXPERTS } from "../../domain/improvement.ts";
import { featureCount } from "./features.ts";
import { type Head, KINDS, type Matrix } from "./head.ts";

/** The file cannot serve; the message is one sentence that says why. */
export class ModelDamaged extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "ModelDamaged";
  }
}

/** Raised whenever the features, or anything else a weight stands for, change. */
export const FORMAT = 1;
/** What the store takes; see ModelStore. */
export const MOST_BYTES = 8 * 1024 * 1024;
const MAGIC = "CRTM";
const PREFIX = MAGIC.length + 2 + 4;
const CHECKSUM = 32;
const STEPS = 127;

const Header = z.object({
  kind: z.enum(KINDS),
  /** 2^bits hashed features. */
  bits: z.int().min(4).max(20),
  experts: z.array(z.string()),
  /** `scales`: of each column, what one step of a byte is worth. */
  layers: z.array(z.object({ rows: z.int().positive(), columns: z.int().positive(), scales: z.array(z.number()) })),
  temperature: z.number().positive(),
  threshold: z.number().min(0).max(1),
  /** Version of the keyword rules it was trained beside. */
  keywords: z.string(),
  seed: z.int(),
  rows: z.int().positive(),
  rowsHash: z.string(),
  figures: z.record(z.string(), z.number()),
});

/** What is known of a model beside its weights. */
export type ModelFacts = Omit<z.infer<typeof Header>, "kind" | "bits" | "experts" | "layers">;

export interface Model {
  readonly head: Head;
  readonly facts: ModelFacts;
}

export function writeModel({ head, facts }: Model): Uint8Array {
  const layers = head.layers.map((layer) => ({ layer, scales: scalesOf(layer) }));
  const header = Buffer.from(
    JSON.stringify({
      kind: head.kind,
      bits: head.bits,
      experts: EXPERTS,
      layers: layers.map(({ layer: { rows, columns }, scales }) => ({ rows, columns, scales })),
      ...facts,
    }),
  );
  const prefix = Buffer.alloc(PREFIX);
  prefix.write(MAGIC, "latin1");
  prefix.writeUInt16LE(FORMAT, MAGIC.length);
  prefix.writeUInt32LE(header.length, MAGIC.length + 2);
  const weights = Buffer.concat(layers.map(({ layer, scales }) => quantised(layer, scales)));
  const content = Buffer.concat([prefix, header, deflateRawSync(weights, { level: 9 })]);
  const bytes = new Uint8Array(Buffer.concat([content, createHash("sha256").update(content).digest()]));
  if (bytes.length > MOST_BYTES)
    throw new RangeError(`the model has ${bytes.length} bytes, and may have ${MOST_BYTES}`);
  return bytes;
}

/** Of the whole file, in hexadecimal: what a shelf keeps beside it. */
export function checksumOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Throws ModelDamaged unless the bytes are whole, of this format, for these experts, and have `checksum` where it is given. */
export function readModel(bytes: Uint8Array, checksum?: string): Model {
  if (bytes.length > MOST_BYTES) throw new ModelDamaged(`The model file has ${bytes.length} bytes, over the limit.`);
  if (checksum !== undefined && checksumOf(bytes) !== checksum) {
    throw new ModelDamaged(`The model file has not the checksum it was kept with (${checksum.slice(0, 12)}).`);
  }
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < PREFIX + CHECKSUM)
    throw new ModelDamaged(`The model file is cut short: it has ${file.length} bytes.`);
  if (file.toString("latin1", 0, MAGIC.length) !== MAGIC) throw new ModelDamaged("The file is no model of the router.");
  const format = file.readUInt16LE(MAGIC.length);
  const content = file.subarray(0, file.length - CHECKSUM);
  const isWhole = createHash("sha256").update(content).digest().equals(file.subarray(content.length));
  if (!isWhole) throw new ModelDamaged("The model file is damaged or cut short: its own checksum does not fit.");
  if (format !== FORMAT) {
    const age = format < FORMAT ? "an older" : "a newer";
    throw new ModelDamaged(`The model file has ${age} format (${format}; this version reads ${FORMAT}).`);
  }
  const to = PREFIX + file.readUInt32LE(MAGIC.length + 2);
  const { kind, bits, experts, layers, ...facts } = headerIn(content.toString("utf8", PREFIX, to));
  if (experts.join() !== EXPERTS.join()) {
    throw new ModelDamaged(`The model chooses among ${experts.join(", ")}, which are not this version's experts.`);
  }
  const head = { kind, bits, layers: matricesIn(content.subarray(to), layers) };
  if (!fits(head)) throw new ModelDamaged(`The layers of the model file do not fit a ${kind}.`);
  return { head, facts };
}

function headerIn(text: string): z.infer<typeof Header> {
  try {
    return Header.parse(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    throw new ModelDamaged("The header of the model file can not be read.", { cause: error });
  }
}

function matricesIn(deflated: Buffer, layers: z.infer<typeof Header>["layers"]): Matrix[] {
  const size = layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  const weights = inflated(deflated, size);
  let at = 0;
  return layers.map(({ rows, columns, scales }) => {
    if (scales.length !== columns) throw new ModelDamaged("The model file has not one scale per column.");
    const values = new Float32Array(rows * columns);
    const bytes = new Int8Array(weights.buffer, weights.byteOffset + at, values.length);
    for (let from = 0; from < values.length; from += columns) {
      for (let column = 0; column < columns; column += 1) {
        values[from + column] = (bytes[from + column] ?? 0) * (scales[column] ?? 0);
      }
    }
    at += values.length;
    return { rows, columns, values };
  });
}

function inflated(deflated: Buffer, size: number): Buffer {
  const damaged = "The weights of the model file can not be read.";
  if (!Number.isSafeInteger(size) || size > 2 ** 27) throw new ModelDamaged(damaged);
  let weights: Buffer;
  try {
    weights = inflateRawSync(deflated, { maxOutputLength: size + 1 });
  } catch (error) {
    throw new ModelDamaged(damaged, { cause: error });
  }
  if (weights.length !== size) throw new ModelDamaged(damaged);
  return weights;
}

function fits({ kind, bits, layers: [first, second, ...more] }: Head): boolean {
  if (first?.rows !== featureCount(bits) || more.length > 0) return false;
  if (kind === "softmax") return first.columns === EXPERTS.length && second === undefined;
  return second?.rows === first.columns + 1 && second.columns === EXPERTS.length;
}

function scalesOf({ rows, columns, values }: Matrix): number[] {
  const scales = Array.from({ length: columns }, () => 0);
  for (let i = 0; i < rows * columns; i += 1) {
    scales[i % columns] = Math.max(scales[i % columns] ?? 0, Math.abs(values[i] ?? 0));
  }
  return scales.map((highest) => Number((highest / STEPS).toPrecision(6)));
}

function quantised({ columns, values }: Matrix, scales: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length);
  values.forEach((value, i) => {
    const scale = scales[i % columns] ?? 0;
    bytes.writeInt8(scale === 0 ? 0 : Math.max(-STEPS, Math.min(STEPS, Math.round(value / scale))), i);
  });
  return bytes;
}
