/** A model of the store, checked and ready to be asked. */
import type { Classifier, ModelEntry, RouterBook } from "../../routing-ports.ts";

/** How the reason begins when a later try may find it. */
export const AWAY = "the store does not answer: ";
export const GONE = "its bytes are gone from the store";

/** The classifier, or why there is none. */
export async function loadEntry(book: Pick<RouterBook, "bytes">, entry: ModelEntry): Promise<Classifier | string> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await book.bytes("router", entry.version);
  } catch (error) {
    return `${AWAY}${textOf(error)}`;
  }
  if (bytes === undefined) return GONE;
  try {
    const { loadClassifier } = await import("../classifier/model-file.ts");
    return loadClassifier(bytes, entry.checksum, { version: entry.version });
  } catch (error) {
    return textOf(error);
  }
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
