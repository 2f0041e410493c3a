/** Recognises the format from the content and reads it; the sender's `format` decides only what content leaves open. */
import { cleanText } from "../../shared/domain/text.ts";
import { readAnalysis } from "./analysis.ts";
import { hasCaptions, readCaptions, unroll } from "./captions.ts";
import { assertText } from "./clean.ts";
import { withoutMarkup } from "./orders.ts";
import { readPlain } from "./plain.ts";
import { type Transcript, Unreadable } from "./transcript.ts";

/** Reads one source; `limit` in bytes. Throws Unreadable saying what is wrong. */
export function readSource(raw: string, limit: number, hint?: Transcript["format"]): Transcript {
  assertText(raw, limit);
  const text = cleanText(raw);
  if (/^\s*(?:\{|\[\s*[{\]])/u.test(text) || (hint === "json" && !hasCaptions(text)))
    return withUnrolled(readAnalysis(text));
  if (hasCaptions(text)) {
    const format = /^\s*WEBVTT/u.test(text) || (hint === "vtt" && !/^\s*\d+\s*\n/u.test(text)) ? "vtt" : "srt";
    const { kept, setAside } = withoutMarkup(text);
    const pieces = readCaptions(kept);
    if (pieces.length === 0) throw new Unreadable(`the ${format} file has timings and no words`);
    return { format, pieces: unroll(pieces), claims: [], setAside };
  }
  if (/^\s*WEBVTT/u.test(text)) throw new Unreadable("the WebVTT file has no captions");
  const { kept, setAside } = withoutMarkup(text);
  return { format: "text", pieces: readPlain(kept), claims: [], setAside };
}

function withUnrolled(transcript: Transcript): Transcript {
  return { ...transcript, pieces: unroll(transcript.pieces) };
}
