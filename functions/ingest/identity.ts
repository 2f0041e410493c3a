/** Who a source is, and whether its content changed since it was read. */
import { createHash } from "node:crypto";
import type { SubmittedSource } from "../../shared/domain/events.ts";
import { cleanLine } from "../../shared/domain/text.ts";

/** 16 hex characters; the same address, or the same words without one, give the same id. */
export function sourceId({ address, content }: SubmittedSource): string {
  return digest(address === undefined ? `content\n${words(content ?? "")}` : `address\n${canonicalAddress(address)}`);
}

/** Changes when any word changes; not with line ends, hidden characters or spacing. */
export function contentHash(content: string): string {
  return digest(words(content), 64);
}

/** The same place written in several ways: case of the host, default ports, fragments, tracking parameters. */
export function canonicalAddress(address: string): string {
  const trimmed = address.trim();
  if (!URL.canParse(trimmed)) return trimmed;
  const url = new URL(trimmed);
  const video = youtubeId(url);
  if (video !== undefined) return `https://www.youtube.com/watch?v=${video}`;
  url.hash = "";
  url.username = "";
  url.password = "";
  for (const name of Array.from(url.searchParams.keys()))
    if (/^(?:utm_|fbclid$|gclid$|si$|feature$)/u.test(name)) url.searchParams.delete(name);
  url.searchParams.sort();
  url.pathname = url.pathname.replace(/(?<=.)\/+$/u, "");
  return url.href;
}

function youtubeId(url: URL): string | undefined {
  const host = url.hostname.replace(/^(?:www|m|music)\./u, "");
  const [, first = "", second = ""] = url.pathname.split("/");
  if (host === "youtu.be") return first || undefined;
  if (host !== "youtube.com" && host !== "youtube-nocookie.com") return undefined;
  // An embedded playlist has the form of a video.
  const isPath = ["shorts", "embed", "live", "v", "e"].includes(first) && second !== "videoseries";
  return url.searchParams.get("v") ?? (isPath ? second || undefined : undefined);
}

function words(content: string): string {
  return cleanLine(content);
}

function digest(text: string, length = 16): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}
