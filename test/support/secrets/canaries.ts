/** A secret for every setting that is one, none like another, and where each of them is found again. */
import { randomBytes } from "node:crypto";

export interface Canaries {
  /** A new one for this setting. */
  of(name: string): string;
  /** The settings whose secret stands in a text, plain or encoded in a way that anybody can undo. */
  in(text: string): string[];
}

export function canaries(): Canaries {
  const kept = new Map<string, string>();
  return {
    of(name) {
      const known = kept.get(name) ?? `${randomBytes(6).toString("hex")}C4nary${randomBytes(9).toString("hex")}`;
      kept.set(name, known);
      return known;
    },
    in(text) {
      return [...kept].flatMap(([name, secret]) => (formsOf(secret).some((form) => text.includes(form)) ? [name] : []));
    },
  };
}

/** Base64 at each of the three places a text may begin in a longer one, without the signs its neighbours share. */
function formsOf(secret: string): string[] {
  const inside = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]).toString("base64");
    return text.slice(shift === 0 ? 0 : 4, -4);
  });
  // Half of it is too much already: whoever cuts words short must hide first.
  return [secret.slice(0, 16), secret.slice(-16), ...inside];
}
