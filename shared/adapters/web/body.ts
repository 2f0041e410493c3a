/** The body of an answer, unpacked while it comes and never larger than allowed. */
import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib";

/** Packings that are asked for. */
export const ENCODINGS = "gzip, deflate, br";

/** Larger than allowed, as it comes or unpacked. */
export class TooLarge extends Error {
  constructor() {
    super("the body is too large");
    this.name = "TooLarge";
  }
}

/** Packed in a way nobody asked for. */
export class UnknownEncoding extends Error {
  readonly encoding: string;

  constructor(encoding: string) {
    super("the body is packed in an unknown way");
    this.name = "UnknownEncoding";
    this.encoding = encoding;
  }
}

/** Throws TooLarge, UnknownEncoding, and what the connection or the unpacking throws; the connection is closed then. */
export async function bodyOf(raw: Readable, encoding: string | undefined, maxBytes: number): Promise<Uint8Array> {
  const packing = (encoding ?? "").trim().toLowerCase();
  if (packing === "" || packing === "identity") return gathered(raw, undefined, maxBytes);
  if (packing === "deflate") return inflated(await gathered(raw, undefined, maxBytes), maxBytes);
  const unpack = unpackerOf(packing);
  if (unpack !== undefined) return gathered(raw, unpack, maxBytes);
  raw.on("error", () => undefined).destroy();
  throw new UnknownEncoding(packing);
}

function unpackerOf(packing: string): Transform | undefined {
  if (packing === "gzip" || packing === "x-gzip") return createGunzip();
  return packing === "br" ? createBrotliDecompress() : undefined;
}

/** Some servers mean zlib's form by `deflate`, as the standard does, some the bare one: the first two bytes tell. */
function inflated(packed: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const [first = 0, second = 0] = packed;
  const isZlib = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
  return gathered(Readable.from([packed]), isZlib ? createInflate() : createInflateRaw(), maxBytes);
}

async function gathered(raw: Readable, unpack: Transform | undefined, maxBytes: number): Promise<Uint8Array> {
  const packed = { bytes: 0 };
  const parts: Uint8Array[] = [];
  const collect = async (source: AsyncIterable<Uint8Array>) => {
    for await (const part of limited(source, maxBytes, { bytes: 0 })) parts.push(part);
  };
  try {
    if (unpack === undefined) await pipeline(raw, collect);
    else await pipeline(raw, (source) => limited(source, maxBytes, packed), unpack, collect);
  } catch (error) {
    // Nothing at all is packed as nothing at all by many servers.
    if (!(packed.bytes === 0 && (error as NodeJS.ErrnoException).code === "Z_BUF_ERROR")) throw error;
  }
  return Buffer.concat(parts);
}

async function* limited(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  seen: { bytes: number },
): AsyncGenerator<Uint8Array> {
  for await (const part of source) {
    seen.bytes += part.length;
    if (seen.bytes > maxBytes) throw new TooLarge();
    yield part;
  }
}
