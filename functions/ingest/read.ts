/** Recognises the format from the content and reads it; the sender's `format` decides only what content leaves open. */
import { cleanText } from "../../shared/domain/text.ts";
import { readAnalysis } from "./analysis.ts";
import { readCaptionJson } from "./caption-json.ts";
import { isXml, readCaptionXml } from "./caption-xml.ts";
import { captionTiming, readCaptions } from "./captions.ts";
import { assertText } from "./clean.ts";
import { withoutMarkup } from "./orders.ts";
import { frontMatter, readPlain } from "./plain.ts";
import { unroll } from "./rolling.ts";
import { type Piece, type Transcript, Unreadable } from "./transcript.ts";

/** Reads one source; `limit` in bytes. Throws Unreadable saying what is wrong. */
export function readSource(raw: string, limit: number, hint?: Transcript["format"]): Transcript {
  assertText(raw, limit);
  // Megabytes of empty lines are one empty line.
  const transcript = recognised(cleanText(raw).replaceAll(/\n[ \n]*\n/gu, "\n\n"), hint);
  const blobs = transcript.pieces.reduce((sum, { text }) => sum + blobsIn(text).length, 0);
  return { ...transcript, pieces: unroll(transcript.pieces.flatMap(withoutBlobs)), ...(blobs === 0 ? {} : { blobs }) };
}

function recognised(text: string, hint: Transcript["format"] | undefined): Transcript {
  const timing = captionTiming(text);
  if (/^\s*(?:\{|\[\s*[{\]])/u.test(text) || (hint === "json" && timing === undefined)) return fromJson(text);
  if (isXml(text)) return { format: "ttml", pieces: readCaptionXml(text), claims: [], setAside: [] };
  if (timing !== undefined) {
    const arrows = /^\s*WEBVTT/u.test(text) || (hint === "vtt" && !/^\s*\d+\s*\n/u.test(text)) ? "vtt" : "srt";
    const format = timing === "comma" ? "sbv" : arrows;
    const { kept, setAside } = withoutMarkup(text);
    const pieces = readCaptions(kept);
    if (pieces.length === 0) throw new Unreadable(`the ${format} file has timings and no words`);
    return { format, pieces, claims: [], setAside };
  }
  if (/^\s*WEBVTT/u.test(text)) throw new Unreadable("the WebVTT file has no captions");
  const { title, rest } = frontMatter(text);
  const { kept, setAside } = withoutMarkup(rest);
  return { format: "text", ...(title === undefined ? {} : { title }), pieces: readPlain(kept), claims: [], setAside };
}

function fromJson(text: string): Transcript {
  const captions = readCaptionJson(text);
  if (captions?.length === 0) throw new Unreadable("the JSON captions hold no words");
  const { pieces, claims, ...read } =
    captions === undefined
      ? readAnalysis(text)
      : { format: "json" as const, pieces: captions, claims: [], setAside: [] };
  return {
    ...read,
    // Escapes in JSON can hide characters from the first cleaning.
    pieces: pieces.map((piece) => ({ ...piece, text: cleanText(piece.text).replaceAll("\n", " ") })),
    claims: claims.map((claim) => ({
      ...claim,
      description: cleanText(claim.description),
      notes: cleanText(claim.notes),
    })),
  };
}

/** Longer than any word people say; encoded data, keys and minified code have such "words". */
const LONGEST_WORD = 200;

function blobsIn(text: string): readonly string[] {
  return /[^ ]{201}/u.test(text) ? text.split(" ").filter((word) => word.length > LONGEST_WORD) : [];
}

function withoutBlobs(piece: Piece): Piece[] {
  if (blobsIn(piece.text).length === 0) return piece.text === "" ? [] : [piece];
  const { times, ...rest } = piece;
  const words = piece.text.split(" ").map((word, i) => ({ word, time: times?.[i] }));
  const kept = words.filter(({ word }) => word.length <= LONGEST_WORD);
  if (kept.length === 0) return [];
  const begun = kept.flatMap(({ time }) => time ?? []);
  return [
    {
      ...rest,
      text: kept.map(({ word }) => word).join(" "),
      ...(begun.length === kept.length ? { times: begun } : {}),
    },
  ];
}
