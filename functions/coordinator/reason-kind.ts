/** Reasons of many improvements, told apart by what they say and not by the names and numbers in them. */

/** Characters; longer ones end with an ellipsis. */
const LONGEST = 90;
/** What a reason names and the next one of its kind names otherwise: quotes, paths, addresses, hashes, numbers. */
const PARTICULARS: readonly RegExp[] = [
  /“[^”]*”|"[^"]*"|`[^`]*`/g,
  /\b[a-z][a-z+.-]*:\/\/\S+/gi,
  /(?<![\w.-])[\w.-]*\/[\w./-]*\w/g,
  /\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b/g,
  /\b\d[\d.,:]*(?: ?(?:%|[kmgt]i?b?|ms|min|[smhd]))?(?![\w-])/gi,
];
/** Where the general ends and the particular begins; a rule's name and its message are both general. */
const END = /;| \(|\. | \[/;

/**
 * `"p99 of shop/cart is 140 ms; the limit is 120"` and the same of another workload are both `"p99 of … is …"`. Never
 * empty: a reason that says nothing is `"no reason given"`.
 */
export function reasonKind(because: string): string {
  // More than this never decides of which kind it is; a reason may be long.
  const [head = ""] = because.slice(0, 400).split(END, 1);
  const general = PARTICULARS.reduce((text, pattern) => text.replaceAll(pattern, "…"), head)
    .replaceAll(/\s+/g, " ")
    .replaceAll(/…(?:(?:,| and| or)? …)+/g, "…")
    .trim();
  if (general === "" || general === "…") return "no reason given";
  return general.length <= LONGEST ? general : `${general.slice(0, LONGEST - 1).trimEnd()}…`;
}
