/**
 * TTML (`<p begin= end=>`) and YouTube's own XML (`<text start= dur=>`, `<p t= d=>`). Read by looking for these
 * elements only: no document type, entity or reference is ever expanded, so none can grow or reach out.
 */
import { clockTime } from "./captions.ts";
import { spokenParts } from "./clean.ts";
import { type Piece, Unreadable } from "./transcript.ts";

/** True when the text begins as XML does. */
export function isXml(text: string): boolean {
  return /^\s*<(?:\?xml|tt|transcript|timedtext)\b/iu.test(text.slice(0, 1_000));
}

/** Longest opening tag that is looked at, in characters. */
const LONGEST_TAG = 1_000;
const opening = /^<(?:[a-z]{1,10}:)?(p|text)(\s[^<>]*)?>/iu;

/** Throws Unreadable when there is no caption in it. */
export function readCaptionXml(text: string): Piece[] {
  const pieces: Piece[] = [];
  const rate = Number(/\bttp:tickRate\s*=\s*["'](\d{1,12})["']/u.exec(text.slice(0, 10_000))?.[1] ?? 0);
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at + 1)) {
    const tag = opening.exec(text.slice(at, at + LONGEST_TAG));
    if (tag === null || tag[2]?.endsWith("/") === true) continue;
    const from = at + tag[0].length;
    const end = closingOf(text, tag[1] ?? "", from);
    if (end < 0) break;
    pieces.push(...captionOf(attributesOf(tag[2] ?? ""), text.slice(from, end), rate));
    at = end;
  }
  if (pieces.length === 0) throw new Unreadable("the source is XML without captions (TTML or timed text) in it");
  return pieces;
}

/** Where the element ends: at its closing tag, namespaced or not. */
function closingOf(text: string, name: string, from: number): number {
  for (let at = text.indexOf("</", from); at >= 0; at = text.indexOf("</", at + 2))
    if (/^<\/(?:[a-z]{1,10}:)?(?:p|text)\s*>/iu.test(text.slice(at, at + 30)) && text.slice(at, at + 30).includes(name))
      return at;
  return -1;
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/([a-z]{1,20})\s*=\s*["']([^"']{0,100})["']/giu)].map(([, name, value]) => [
      name ?? "",
      value ?? "",
    ]),
  );
}

function captionOf(attributes: ReadonlyMap<string, string>, inner: string, rate: number): Piece[] {
  const number = (name: string, unit: number): number | undefined => {
    const value = attributes.get(name);
    return value === undefined || !/^\d+(?:\.\d+)?$/u.test(value) ? undefined : Number(value) * unit;
  };
  const start = time(attributes.get("begin"), rate) ?? number("start", 1000) ?? number("t", 1);
  const length = time(attributes.get("dur"), rate) ?? number("dur", 1000) ?? number("d", 1);
  const end =
    time(attributes.get("end"), rate) ?? (start === undefined || length === undefined ? undefined : start + length);
  const words = inner.replaceAll(/<br\s*\/?>/giu, " ").replaceAll(/<[^<>]{0,500}>/gu, "");
  return spokenParts(words.replaceAll("&amp;", "&")).map(({ text, afterSound }) => ({
    text,
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(afterSound ? { afterSound: true as const } : {}),
  }));
}

/** "00:01:02.500", "00:01:02:12" (frames, left out), "62.5s", "62500ms" or ticks, as TTML writes times. */
function time(text: string | undefined, rate: number): number | undefined {
  if (text === undefined) return undefined;
  const offset = /^(\d{1,12}(?:\.\d{1,9})?)(h|m|s|ms|t)$/u.exec(text);
  if (offset === null) return clockTime(text.replace(/^(\d+:\d+:\d+):\d+$/u, "$1"));
  const units: Readonly<Record<string, number>> = {
    h: 3_600_000,
    m: 60_000,
    s: 1000,
    ms: 1,
    t: rate > 0 ? 1000 / rate : 0,
  };
  return Number(offset[1]) * (units[offset[2] ?? ""] ?? 0);
}
