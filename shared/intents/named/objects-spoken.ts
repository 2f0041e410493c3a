/** Objects a proposal writes out by kind: those it wants to have, and those it wants to change or only speaks of. */

import type { Platform } from "../../repository/platform.ts";
import { isWorkloadKind } from "../../repository/workloads.ts";
import { kindSpoken, kindsSpoken } from "./kinds-spoken.ts";

export interface SpokenObject {
  readonly kind: string;
  readonly name?: string;
  readonly namespace?: string;
  /** It is to be made; else it is there and something is to happen to it. */
  readonly isWanted: boolean;
  /** A verb asks for it, in the present: "add a", "create the". */
  readonly isOrdered: boolean;
  /** The same words may only say for what it is: "the orders-api PodDisruptionBudget". */
  readonly isSubject?: true;
}

const NAME = "(?:[a-z0-9][-a-z0-9]{0,62}/)?[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?";
const OPEN = "[`\"'“‘]";
const CLOSE = "[`\"'”’]";
const AFTER = new RegExp(`^[ \\t]+((?:called|named)[ \\t]+)?(${OPEN}?)(${NAME})${CLOSE}?(?![-\\w/])`);
const BEFORE = new RegExp(`(?<![-\\w./=:])(${OPEN}?)(${NAME})${CLOSE}?[ \\t]+$`);
const WITHIN = new RegExp(
  `^[^.;\\n]{0,60}?\\b(?:in|into|to)[ \\t]+(?:(?:the[ \\t]+)?namespace[ \\t]+${OPEN}?(${NAME})|(?:the[ \\t]+)?${OPEN}?(${NAME})${CLOSE}?[ \\t]+namespace\\b)`,
);
/** Behind a kind these begin something else than its name. */
const NO_NAME =
  /^(?:a|an|the|is|are|was|has|have|had|gets?|must|should|can|may|will|would|could|needs?|in|into|for|of|on|to|with|without|and|or|that|which|who|where|when|so|by|from|at|as|if|because|since|than|via|per|over|under|through|between|using|not|does|do|its|it|they|their|runs?|only|itself|objects?|resources?|manifests?|rules?|names?|spec|template|yaml|pods?)$/;
const FURTHER = /\b(?:another|second|third|further|additional|more|two|three|several)[ \t]+(?:[\w-]+[ \t]+){0,2}$/i;
const TAKES_AWAY =
  /\b(?:no|not|never|without|instead of|rather than|remov\w+|delet\w+|drop\w*|replac\w+|retir\w+|renam\w+|chang\w+|updat\w+|rais\w+|lower\w*|increas\w+|extend\w*)[ \t]+(?:[\w-]+[ \t]+){0,3}$/i;
const INDEFINITE =
  /(?<!\b(?:from|in|into|to|of|by|on|through|via|under|like)[ \t]+)\b(?:an?|new|own|dedicated)[ \t]+(?:(?!(?:to|in|of|for|on|from|the|by|at)\b)[\w-]+[ \t]+){0,2}$/i;
const MAKES =
  /\b(?:add|adds|adding|create|creates|creating|introduc\w+|defin\w+|deploy|deploys|deploying|install\w*|provision\w*|set up|roll out|generat\w+|writ\w+|apply|kind:?)[ \t]+(?:(?!(?:to|in|of|for|on|from|by|at)\b)[\w-]+[ \t]+){0,2}$/i;
const CHANGES = /^[ \t]+(?:gets?|gains?|needs?|must|should|has|have|is|are|keeps?|runs?|loses?|moves?|stays?)\b/;
const MOST = 60;

/** In the order of the text. */
export function objectsSpoken(text: string, platform: Platform): readonly SpokenObject[] {
  const spoken = kindsSpoken(platform);
  const found: SpokenObject[] = [];
  for (const match of text.matchAll(spoken.pattern)) {
    const kind = kindSpoken(spoken, match[0]);
    if (kind !== undefined) found.push(...objectAt(text, match.index, match[0], kind));
    if (found.length >= MOST) break;
  }
  return found;
}

function objectAt(text: string, index: number, word: string, kind: string): readonly SpokenObject[] {
  const head = clauseBefore(text, index);
  const rest = text.slice(index + word.length, index + word.length + 400);
  const behind = nameBehind(rest, word);
  const front = behind === undefined ? nameInFront(head) : undefined;
  const name = behind?.name ?? front?.name;
  if (name === undefined && isEveryday(kind)) return [];
  const lead = front === undefined ? head : head.slice(0, front.at);
  if (FURTHER.test(lead)) return [];
  const slash = name?.indexOf("/") ?? -1;
  const within = WITHIN.exec(rest.slice(behind?.length ?? 0));
  const namespace = slash > 0 ? name?.slice(0, slash) : (within?.[1] ?? within?.[2]);
  return [
    {
      kind,
      ...(name === undefined ? {} : { name: name.slice(slash + 1) }),
      ...(namespace === undefined ? {} : { namespace }),
      isOrdered: MAKES.test(lead) && !TAKES_AWAY.test(lead),
      isWanted: isWanted(lead, rest.slice(behind?.length ?? 0), kind),
      ...(front === undefined || front.isQuoted ? {} : { isSubject: true as const }),
    },
  ];
}

function clauseBefore(text: string, index: number): string {
  const before = text.slice(Math.max(0, index - 120), index);
  return before.slice(before.search(/[^.;:,\n(]*$/));
}

function nameBehind(rest: string, word: string): { readonly name: string; readonly length: number } | undefined {
  const found = AFTER.exec(rest);
  if (found === null) return undefined;
  const [whole, called, quote = "", name = ""] = found;
  const isCapital = /^\p{Lu}/u.test(word);
  const isName =
    quote !== "" ||
    ((called !== undefined || isCapital || /[-/\d]/.test(name)) && !NO_NAME.test(name) && !/^\d+$/.test(name));
  return isName ? { name, length: whole.length } : undefined;
}

function nameInFront(
  head: string,
): { readonly name: string; readonly at: number; readonly isQuoted: boolean } | undefined {
  const found = BEFORE.exec(head);
  if (found === null) return undefined;
  const [, quote = "", name = ""] = found;
  return quote !== "" || name.includes("-") ? { name, at: found.index, isQuoted: quote !== "" } : undefined;
}

/** "The service", "a job": they mean nothing in particular without a name. */
function isEveryday(kind: string): boolean {
  return /^[A-Z][a-z]+$/.test(kind);
}

function isWanted(lead: string, rest: string, kind: string): boolean {
  if (TAKES_AWAY.test(lead)) return false;
  if (MAKES.test(lead) || INDEFINITE.test(lead)) return true;
  if (lead.trim() !== "") return false;
  // "PodDisruptionBudget web with minAvailable 1" asks for one; "Deployment web gets a probe" does not.
  return !isWorkloadKind(kind) && kind !== "Namespace" && !CHANGES.test(rest);
}
