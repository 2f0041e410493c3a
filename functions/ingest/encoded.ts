/** Runs of encoded data in what should be speech: nobody says them, and what they hide is for a machine. */

/** Characters of a run that is looked into; shorter ones hide no order. */
const SHORTEST = 24;
/** More of one run need not be decoded to see what it is. */
const LOOKED_AT = 4_000;

/** Signs that stand for others; so many in a row are no slip of an editor. */
const escapes: readonly RegExp[] = [
  /(?:%[0-9a-f]{2}[\w.~-]{0,3}){6,}/iu,
  /(?:&#(?:x[0-9a-f]{1,6}|\d{1,7});?\s?){4,}/iu,
  /(?:\\u\{?[0-9a-f]{4,6}\}?\s?){4,}/iu,
  /(?:\\x[0-9a-f]{2}\s?){4,}/iu,
  /(?:\b[01]{8}\b[\s,]*){6,}/u,
  /\bdata:[\w.+-]{1,40}\/[\w.+-]{1,60}(?:;[\w=.-]{1,40}){0,3},\S{8,}/iu,
];

/** True when the text holds a run that decodes to text. Digests, ids and long names decode to nothing anybody reads. */
export function isEncoded(text: string): boolean {
  if (text.length < SHORTEST) return false;
  if (/[%&\\]|data:|[01]{8}/iu.test(text) && escapes.some((pattern) => pattern.test(text))) return true;
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{24,}={0,2}/gu)) {
    const looked = run.slice(0, LOOKED_AT);
    if (isText(Buffer.from(looked.replace(/=+$/u, ""), "base64"))) return true;
    if (/^[0-9a-f]+$/iu.test(looked) && isText(Buffer.from(looked, "hex"))) return true;
  }
  for (const [run] of text.matchAll(/(?:\b[0-9a-f]{2}[\s:,-]){11,}[0-9a-f]{2}\b/giu))
    if (isText(Buffer.from(run.replaceAll(/[^0-9a-f]/giu, ""), "hex"))) return true;
  return false;
}

/** Nearly all of it is letters and ordinary signs, and a word is among them: chance does not do that. */
function isText(bytes: Buffer): boolean {
  if (bytes.length < 12) return false;
  const printable = bytes.reduce((sum, byte) => sum + Number((byte >= 32 && byte < 127) || byte === 10), 0);
  return printable / bytes.length >= 0.95 && /[a-z]{3,}/iu.test(bytes.toString("latin1"));
}
