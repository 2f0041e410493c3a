/** Texts as an embedding API takes them: none too long, so many in one request. */

/** https://platform.openai.com/docs/api-reference/embeddings/create: of one text, of one request, and texts in it. */
export const LIMITS = { textTokens: 8_191, requestTokens: 300_000, texts: 2_048 } as const;

export interface BatchLimits {
  /** Bytes of UTF-8 of one text. */
  readonly textBytes: number;
  readonly requestBytes: number;
  readonly texts: number;
}

/**
 * Prose has about 4 bytes to a token, manifests 3, hashes and keys 2: with 2 what is counted here is never too long there.
 */
export const BYTES_PER_TOKEN = 2;

/** Half of what may be asked at once: a request that has to be tried again should not be all there is. */
export const FIRST_LIMITS: BatchLimits = {
  textBytes: LIMITS.textTokens * BYTES_PER_TOKEN,
  requestBytes: (LIMITS.requestTokens * BYTES_PER_TOKEN) / 2,
  texts: 256,
};

/** What is sent for a text: no vendor takes an empty one, and none reads on behind its limit. */
export function sendable(text: string, textBytes: number): { readonly text: string; readonly isCut: boolean } {
  if (text.trim() === "") return { text: "(empty)", isCut: false };
  if (text.length * 3 <= textBytes || Buffer.byteLength(text) <= textBytes) return { text, isCut: false };
  // A character that is cut apart becomes the replacement character.
  const cut = Buffer.from(text)
    .subarray(0, textBytes)
    .toString("utf8")
    .replace(/\uFFFD+$/u, "");
  return { text: cut, isCut: true };
}

/** Positions of the texts of each request, in their order. */
export function batchesOf(texts: readonly string[], { textBytes, requestBytes, texts: most }: BatchLimits): number[][] {
  const batches: number[][] = [];
  let last: number[] = [];
  let bytes = 0;
  for (const [i, text] of texts.entries()) {
    const own = Math.min(Buffer.byteLength(text), textBytes);
    if (last.length === 0 || last.length >= most || bytes + own > requestBytes) {
      last = [];
      batches.push(last);
      bytes = 0;
    }
    last.push(i);
    bytes += own;
  }
  return batches;
}
