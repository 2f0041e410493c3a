/** A status as a coloured word; the word carries the meaning, the colour only helps. */
import { inWords, toneOf } from "../logic/words.ts";

export function StatusBadge({ status }: { status: string }) {
  return <span class={`badge ${toneOf(status)}`}>{inWords(status)}</span>;
}
