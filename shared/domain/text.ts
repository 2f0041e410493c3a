/** Untrusted text as a person would see it. What hides in it is taken out before anything else looks at it. */

/**
 * NFC, unix line ends, tabs as spaces, and no control, zero-width, bidirectional, tag or variation characters, which
 * can hide words from people or from patterns. Line breaks stay.
 */
export function cleanText(text: string): string {
  return text
    .replaceAll(/\r\n?|\u2028|\u2029|\u0085/gu, "\n")
    .replaceAll("\t", " ")
    .replaceAll(/[\p{Cf}\uFE00-\uFE0F\u{E0100}-\u{E01EF}\u115F\u1160\u3164\uFFA0]|\u034F/gu, "")
    .replaceAll(/(?!\n)\p{Cc}/gu, "")
    .replaceAll(/(?!\n)\s/gu, " ")
    .normalize("NFC");
}

/** The same on one line, white space collapsed: a title can then never forge a second line anywhere. */
export function cleanLine(text: string): string {
  return cleanText(text).replaceAll(/\s+/gu, " ").trim();
}
