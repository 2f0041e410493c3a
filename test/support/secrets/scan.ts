/** Finds secrets in text: by the forms vendors give theirs, and by randomness under a name that promises one. */

export interface FoundSecret {
  readonly what: string;
  /** From 1. */
  readonly line: number;
  /** Its first signs. */
  readonly sample: string;
}

/** Forms nobody writes by accident, as the vendors document them. */
const FORMS: readonly (readonly [string, RegExp])[] = [
  ["a private key", /-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY-----\s+[A-Za-z0-9+/=]{20,}/g],
  ["a token of GitHub", /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,})/g],
  ["a token of GitLab", /\bglpat-[\w-]{20,}/g],
  ["a key of a model's vendor", /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}/g],
  ["a key of a cloud", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}\b/g],
  ["a token of Slack", /\bxox[abeoprs]-\d{8,}-[\w-]{10,}/g],
  ["a webhook of Slack", /hooks\.slack\.com\/services\/T[A-Z0-9]{6,}\/B[A-Z0-9]{6,}\/\w{20,}/g],
  ["a token of npm", /\bnpm_[A-Za-z0-9]{36}\b/g],
  ["a key of Stripe", /\b[rs]k_live_[A-Za-z0-9]{20,}/g],
  ["a token that is signed (JWT)", /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/g],
  ["a password in an address", /\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/"'`]*:([^\s@/"'`$<{…*]{8,})@[\w.-]+/g],
];

const NAMED =
  /\b[\w.-]*(?:secret|token|password|passwd|api[_-]?key|private[_-]?key|credential)s?["']?\s*[:=]\s*["'`]?([A-Za-z0-9+/_=-]{20,})/gi;
/** Bits a sign: words are below 3.5, hexadecimal below 4, what was drawn from all letters and digits above. */
const LEAST_ENTROPY = 4.1;

/** Made up, and meant to look like the real thing, for the tests of whatever finds and hides secrets. */
const MADE_UP = /(?:(.)\1{5}|(.{2,6})\2{3}|example|0123456789|abcdefgh|1234567890|canary)/i;
const ELSEWHERE =
  /@(?:[\w.-]*\.)?(?:example|invalid|test|localhost)\b|@[\w.-]*\bexample\b|@(?:localhost|127\.0\.0\.1|host|redis|db)(?![\w.-])/;

export function secretsInText(text: string): FoundSecret[] {
  const at = (index: number) => text.slice(0, index).split("\n").length;
  const byForm = FORMS.flatMap(([what, pattern]) =>
    [...text.matchAll(pattern)]
      .filter(([found]) => what !== "a password in an address" || isRealPassword(found))
      .map((match) => ({ what, line: at(match.index), sample: match[0].slice(0, 24) })),
  );
  const byName = [...text.matchAll(NAMED)]
    .filter(([, value = ""]) => entropy(value) >= LEAST_ENTROPY && /\d/.test(value) && !MADE_UP.test(value))
    .map((match) => ({
      what: "something random under a secret's name",
      line: at(match.index),
      sample: match[0].slice(0, 40),
    }));
  return [...byForm, ...byName];
}

/** One to somewhere that cannot be is an example; so is a word. */
function isRealPassword(address: string): boolean {
  const password = /:([^:@]*)@[^@]*$/.exec(address)?.[1] ?? "";
  return !ELSEWHERE.test(address) && entropy(password) > 2.8 && /\d/.test(password) && !MADE_UP.test(password);
}

/** Shannon's, of the signs of a text, in bits. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}
