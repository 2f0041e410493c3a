/** Namespaces a prose text states, and which of them a place in it speaks of. */

export interface StatedNamespace {
  readonly name: string;
  /** Where the phrase begins: `namespace shop` at its first word, `in shop-eu` at the name. */
  readonly at: number;
  readonly end: number;
}

const LABEL = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?";
const OPEN = "[`\"'“‘]?";
const CLOSE = "[`\"'”’]?";
const AFTER = new RegExp(`\\b[Nn]amespace:?\\s+(?:called\\s+|named\\s+)?(${OPEN})(${LABEL})(?![-\\w/])${CLOSE}`, "g");
const FLAG = new RegExp(`(?<!\\S)(?:-n|--namespace)[ =](${LABEL})(?![-\\w/])`, "g");
const BEFORE = new RegExp(`(?<![-\\w.])(${OPEN})(${LABEL})${CLOSE}\\s+namespace\\b`, "g");
/** `in shop-eu`: only a name that cannot be an everyday word. */
const IN = new RegExp(
  `\\b(?:in|of|inside|within|from)\\s+(${OPEN})(${LABEL})${CLOSE}(?![-\\w/.:]*[-\\w/:])(?!\\s+namespace)`,
  "g",
);
const NO_NAME =
  /^(?:and|are|as|at|be|but|by|can|each|every|for|from|has|have|in|is|it|its|itself|level|must|not|of|on|only|or|our|own|quotas?|same|selectors?|should|so|than|that|the|their|this|to|via|was|when|where|which|with|wide|will)$/;

/** In the order of the text. `isKnown`: the repository has such a namespace. */
export function statedNamespaces(text: string, isKnown: (name: string) => boolean): readonly StatedNamespace[] {
  const found = new Map<number, StatedNamespace>();
  const add = (at: number, end: number, name: string, isSure: boolean) => {
    if (isSure && !NO_NAME.test(name)) found.set(at, { name, at, end });
  };
  for (const { index, 0: whole, 2: name = "" } of text.matchAll(AFTER)) add(index, index + whole.length, name, true);
  for (const { index, 0: whole, 1: name = "" } of text.matchAll(FLAG)) add(index, index + whole.length, name, true);
  for (const { index, 0: whole, 1: quote = "", 2: name = "" } of text.matchAll(BEFORE)) {
    add(index, index + whole.length, name, quote !== "" || isKnown(name));
  }
  for (const { index, 0: whole, 1: quote = "", 2: name = "" } of text.matchAll(IN)) {
    const at = index + whole.indexOf(name);
    add(at, index + whole.length, name, isKnown(name) && (quote !== "" || name.includes("-")));
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
}

/** Without the names of namespaces, so that a workload called like one is not taken for named. */
export function withoutNamespaces(text: string, stated: readonly StatedNamespace[]): string {
  let rest = text;
  for (const { at, end } of stated) rest = rest.slice(0, at) + " ".repeat(end - at) + rest.slice(end);
  return rest.replace(/(?<=[a-z0-9])\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?(?=\.svc(?![-a-z0-9]))/g, "");
}

export interface Sentence {
  readonly at: number;
  readonly text: string;
}

/** Lines and sentences; a dot inside a host ends none. */
export function sentencesOf(text: string): readonly Sentence[] {
  return [...text.matchAll(/[^\n]+?(?:[.!?;](?=\s|$)|(?=\n)|$)/g)].map(({ index, 0: one }) => ({
    at: index,
    text: one,
  }));
}
