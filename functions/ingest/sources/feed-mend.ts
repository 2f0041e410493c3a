/** Feeds as they are met: cut off, with items nobody closed, with a warning of the blog's software before them. */

/** XML a lenient reader can read: what is before and after the feed is cut off, items and ends that are missing are added. */
export function mended(xml: string): string {
  const begin = xml.search(/<(?:\?xml|rss\b|feed\b|rdf:RDF\b|channel\b)/iu);
  if (begin < 0) return xml;
  // A control character ends every XML reader's patience.
  const text = xml.slice(begin).replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/gu, "");
  const root = /<(rss|feed|rdf:RDF)\b/iu.exec(text)?.[1];
  if (root === undefined) return text;
  const entry = /^feed$/iu.test(root) ? "entry" : "item";
  const end = text.search(new RegExp(`</${root}\\s*>`, "iu"));
  const inside = closed(end < 0 ? text : text.slice(0, end), entry);
  const channel = /^rss$/iu.test(root) && !/<\/channel\s*>/iu.test(inside) ? "</channel>" : "";
  return `${inside}${channel}</${root}>`;
}

/** Every entry closed before the next begins; the last one, if it was cut in its middle, is dropped. */
function closed(xml: string, entry: string): string {
  const parts = outsideOfCdata(xml).split(new RegExp(`(?=<${entry}[\\s>])`, "iu"));
  const close = new RegExp(`</${entry}\\s*>`, "iu");
  let at = 0;
  const whole = parts.map((part, i) => {
    const own = xml.slice(at, at + part.length);
    at += part.length;
    if (i === 0 || close.test(part)) return own;
    if (i < parts.length - 1) return `${own}</${entry}>`;
    const isComplete = /<\/(?:link|guid|id|description|summary|content)\s*>\s*(?:<\/channel\s*>\s*)?$/iu.test(part);
    return isComplete ? own.replace(/(<\/channel\s*>\s*)?$/iu, `</${entry}>$1`) : "";
  });
  return whole.join("");
}

/** The same length, with nothing in its character data that looks like a tag. */
function outsideOfCdata(xml: string): string {
  return xml.replaceAll(/<!\[CDATA\[[\s\S]*?(?:\]\]>|$)/gu, (data) => "·".repeat(data.length));
}
