/** Text as words in one form, in pieces of bounded length: whatever is looked for in a piece costs no more than that. */

export interface Word {
  /** As written. */
  readonly text: string;
  /** Lower case, without a plural ending. */
  readonly stem: string;
  /** Where it begins and ends in the piece. */
  readonly at: number;
  readonly end: number;
}

/** Characters of one sentence; what is longer is no sentence a person wrote. */
export const LONGEST = 600;

/** Names of hosts (with a path), or letters and digits with dots and underscores between them. */
const HOST_OR_WORD =
  /(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?::\d{1,5})?(?:\/[\p{L}\p{N}._/:@-]{0,200})?|[\p{L}\p{N}]+(?:[._][\p{L}\p{N}]+)*/gu;
const PLAIN_WORD = /[\p{L}\p{N}]+(?:_[\p{L}\p{N}]+)*/gu;
const DOTTED = /[\p{L}\p{N}]\.[\p{L}\p{N}]/u;

/** The words of a piece. Hyphens part words, except in host names. */
export function wordsOf(piece: string): readonly Word[] {
  const words: Word[] = [];
  const bounded = piece.slice(0, LONGEST);
  for (const { 0: text, index } of bounded.matchAll(DOTTED.test(bounded) ? HOST_OR_WORD : PLAIN_WORD)) {
    words.push({ text, stem: stemOf(text), at: index, end: index + text.length });
  }
  return words;
}

const NOT_PLURAL: ReadonlySet<string> = new Set(
  "dns tls mtls nfs aws eks aks ebs efs rds gcs kms sqs sns sops nats https http2s k8s k3s os cors pss vms ops devops gitops this thus plus bus gas".split(
    " ",
  ),
);

/** `policies` and `policy`, `limits` and `limit` are the same; `dns`, `tls` and `redis` are no plurals. */
export function stemOf(word: string): string {
  const lower = word.toLowerCase();
  if (lower.length > 4 && lower.endsWith("ies")) return `${lower.slice(0, -3)}y`;
  if (lower.length > 5 && lower.endsWith("sses")) return lower.slice(0, -2);
  if (lower.length > 3 && lower.endsWith("s") && !/(?:ss|us|is)$/u.test(lower) && !NOT_PLURAL.has(lower))
    return lower.slice(0, -1);
  return lower;
}

/** Sentences with where they begin; a sentence that never ends is cut. One pass, whatever the text. */
export function sentencesOf(text: string): readonly { readonly text: string; readonly at: number }[] {
  const sentences: { text: string; at: number }[] = [];
  let from = 0;
  const close = (to: number): void => {
    const piece = text.slice(from, to);
    const trimmed = piece.trim();
    if (trimmed !== "") sentences.push({ text: trimmed, at: from + piece.indexOf(trimmed[0] ?? "") });
    from = to;
  };
  for (let at = 0; at < text.length; at++) {
    if (at - from >= LONGEST - 1) close(at + 1);
    else if (endsAt(text, at)) close(at + 1);
  }
  close(text.length);
  return sentences;
}

const abbreviations = /(?:^|[\s(])(?:e\.g|i\.e|etc|vs|approx|min|max|no|cf|resp)$/iu;

function endsAt(text: string, at: number): boolean {
  const sign = text[at];
  if (sign !== "." && sign !== "!" && sign !== "?") return false;
  const next = text[at + 1];
  if (next !== undefined && !/[\s)"”*_]/u.test(next)) return false;
  if (sign !== ".") return true;
  if (/^\.\s+\p{Ll}/u.test(text.slice(at, at + 4)) && abbreviations.test(text.slice(Math.max(0, at - 8), at)))
    return false;
  return !/(?:^|\s)(?:e\.g|i\.e|vs|cf)$/iu.test(text.slice(Math.max(0, at - 6), at));
}

/** Without emphasis and the addresses of links; `latest` in code ticks is the tag of that name. */
export function plain(text: string): string {
  return text
    .replaceAll(/`:?latest`(?!\s+tag)/giu, "latest tag")
    .replaceAll(/\[([^\][]{1,200})\]\([^()\s]{0,300}\)/gu, "$1")
    .replaceAll(/\*\*|__|`/gu, "")
    .replaceAll(/\s+/gu, " ")
    .trim();
}
