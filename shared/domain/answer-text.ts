/** The text of what a web server answered: which of the many places that may name a character set is to be believed. */

/** Where documents name their own; browsers look no further either. */
const HEAD_BYTES = 4_096;
const MARKS: readonly { readonly bytes: readonly number[]; readonly charset: string }[] = [
  { bytes: [0xef, 0xbb, 0xbf], charset: "utf-8" },
  { bytes: [0xfe, 0xff], charset: "utf-16be" },
  { bytes: [0xff, 0xfe], charset: "utf-16le" },
  // Without a mark: how `<?` of an XML declaration looks.
  { bytes: [0x00, 0x3c, 0x00, 0x3f], charset: "utf-16be" },
  { bytes: [0x3c, 0x00, 0x3f, 0x00], charset: "utf-16le" },
];

/**
 * Believed in this order: a byte order mark, the header's `charset`, what the document says of itself (XML declaration,
 * `<meta charset>`), UTF-8 where the bytes are UTF-8, windows-1252. Never throws: what cannot be decoded is U+FFFD.
 */
export function textOf(answer: { readonly contentType: string; readonly body: Uint8Array }): string {
  const { contentType, body } = answer;
  const marked = MARKS.find(({ bytes }) => bytes.every((byte, i) => body[i] === byte))?.charset;
  const named = [marked, /charset\s*=\s*["']?([^\s"';,]+)/i.exec(contentType)?.[1], declaredIn(body)];
  for (const charset of named) {
    const text = charset === undefined ? undefined : decoded(body, charset);
    if (text !== undefined) return text;
  }
  return isUtf8(body) ? new TextDecoder().decode(body) : new TextDecoder("windows-1252").decode(body);
}

function declaredIn(body: Uint8Array): string | undefined {
  const head = new TextDecoder("latin1").decode(body.subarray(0, HEAD_BYTES));
  const xml = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"']{1,40})["']/i.exec(head)?.[1];
  const meta = /<meta\s[^>]*?\bcharset\s*=\s*["']?\s*([^\s"'/>;]{1,40})/i.exec(head)?.[1];
  const found = xml ?? meta;
  // Its own words could be read byte by byte: whatever it is, it is not that.
  return found !== undefined && /^utf-?16/i.test(found) ? "utf-8" : found;
}

function decoded(body: Uint8Array, charset: string): string | undefined {
  try {
    return new TextDecoder(charset).decode(body);
  } catch (error) {
    // A name nobody knows says nothing.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function isUtf8(body: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(body);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
