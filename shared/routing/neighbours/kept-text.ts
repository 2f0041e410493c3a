/** What of an improvement's words is remembered and compared: without secrets, and no more than says what kind it is. */
import { redactText } from "../../repository/redact.ts";
import type { RoutableText } from "../../routing-ports.ts";

export type KeptText = Pick<RoutableText, "title" | "description" | "implementation_notes" | "type" | "category">;

/** Characters of one field. */
const FIELD = 1_200;
/** Of the notes: they say how, and hows are alike where whats are not. */
const NOTES = 300;
/** Looked through for secrets: what comes after is not kept in any case. */
const LOOKED_AT = 4 * FIELD;

export function keptText({ title, description, implementation_notes, type, category }: RoutableText): KeptText {
  return {
    title: plain(title),
    description: plain(description),
    implementation_notes: plain(implementation_notes),
    type,
    ...(category === undefined ? {} : { category }),
  };
}

/** The text its vector is made of. */
export function comparedText({ title, description, implementation_notes }: KeptText): string {
  return [title, description, implementation_notes.slice(0, NOTES)].filter((part) => part !== "").join("\n");
}

function plain(text: string): string {
  return redactText(text.slice(0, LOOKED_AT)).trim().slice(0, FIELD).trimEnd();
}
