import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSource } from "../../../functions/ingest/read.ts";
import { sentencesOf } from "../../../functions/ingest/sentences.ts";
import { clock, Unreadable } from "../../../functions/ingest/transcript.ts";

const LIMIT = 5_000_000;
const sentences = (raw: string) =>
  sentencesOf(readSource(raw, LIMIT).pieces).map(({ text, start }) =>
    start === undefined ? text : `${clock(start)} ${text}`,
  );
const told = ["00:00:01 Set memory limits & requests on every pod.", "00:01:10 Then sleep."];

describe("what caption tools write is read, whatever it is called", () => {
  test.each<[string, string, string]>([
    [
      "YouTube's SBV",
      "sbv",
      "0:00:01.200,0:00:03.000\nSet memory limits & requests\non every pod.\n\n0:01:10.000,0:01:12.000\nThen sleep.\n",
    ],
    [
      "TTML with spans, breaks and clock times",
      "ttml",
      `<?xml version="1.0" encoding="utf-8"?>\n<tt xmlns="http://www.w3.org/ns/ttml"><head><styling><style xml:id="s"/></styling></head><body><div>
       <p begin="00:00:01.200" end="00:00:03.000" region="r">Set <span tts:color="red">memory</span> limits &amp; requests<br/>on every pod.</p>
       <p begin="70s" dur="2s">Then sleep.</p></div></body></tt>`,
    ],
    [
      "TTML with a namespace and ticks",
      "ttml",
      `<tt:tt ttp:tickRate="10000000"><tt:body><tt:p begin="12000000t" end="30000000t">Set memory limits &amp; requests on every pod.</tt:p><tt:p begin="700000000t" end="720000000t">Then sleep.</tt:p></tt:body></tt:tt>`.replace(
        "<tt:tt",
        "<?xml version='1.0'?><tt:tt",
      ),
    ],
    [
      "YouTube's XML, escaped twice",
      "ttml",
      `<?xml version="1.0" encoding="utf-8" ?><transcript><text start="1.2" dur="2">Set memory limits &amp;amp; requests on every pod.</text><text start="70" dur="2">Then sleep.</text></transcript>`,
    ],
    [
      "YouTube's timed text, milliseconds",
      "ttml",
      `<timedtext format="3"><body><p t="1200" d="1800"><s>Set</s><s t="200"> memory</s><s> limits &amp; requests on every pod.</s></p><p t="70000" d="2000">Then sleep.</p></body></timedtext>`,
    ],
    [
      "yt-dlp's json3, words as segments",
      "json",
      JSON.stringify({
        wireMagic: "pb3",
        events: [
          { tStartMs: 0, dDurationMs: 90_000, id: 1 },
          {
            tStartMs: 1_200,
            dDurationMs: 9_000,
            segs: "Set memory limits & requests on every pod."
              .split(" ")
              .map((utf8, i) => ({ utf8: i === 0 ? utf8 : ` ${utf8}`, tOffsetMs: i * 200 })),
          },
          { tStartMs: 5_000, aAppend: 1, segs: [{ utf8: "\n" }] },
          { tStartMs: 70_000, dDurationMs: 2_000, segs: [{ utf8: "Then sleep." }] },
        ],
      }),
    ],
    [
      "whisper.cpp, milliseconds",
      "json",
      JSON.stringify({
        transcription: [
          {
            timestamps: { from: "00:00:01,200", to: "00:00:03,000" },
            text: " Set memory limits & requests on every pod.",
          },
          { offsets: { from: 70_000, to: 72_000 }, text: " Then sleep." },
        ],
      }),
    ],
    [
      "Whisper with the time of every word",
      "json",
      JSON.stringify({
        text: "unused",
        segments: [
          {
            start: 1,
            end: 72,
            text: " Set memory limits & requests on every pod. Then sleep.",
            words: "Set memory limits & requests on every pod. Then sleep."
              .split(" ")
              .map((word, i) => ({ word: ` ${word}`, start: i < 8 ? 1.2 + i / 10 : 70 + i / 100 })),
          },
        ],
      }),
    ],
    [
      "one JSON segment a line",
      "json",
      '{"text":"Set memory limits & requests on every pod.","start":1.2,"end":3}\n{"text":"Then sleep.","start":70,"end":72}\n',
    ],
    [
      "youtube-transcript-api, captions that overlap",
      "json",
      JSON.stringify([
        { text: "Set memory limits &amp;\nrequests", start: 1.2, duration: 4 },
        { text: "on every pod.", start: 3, duration: 4 },
        { text: "Then sleep.", start: 70, duration: 2 },
      ]),
    ],
  ])("%s", (_name, format, raw) => {
    expect(readSource(raw, LIMIT).format).toBe(format);
    expect(sentences(raw)).toEqual(told);
  });

  test("a character that JSON escapes cannot hide in it", () => {
    const raw = JSON.stringify([{ text: "Set mem\u200Bory\u202E limits.", start: 1 }]).replaceAll(
      /[\u200B\u202E]/gu,
      (hidden) => `\\u${hidden.charCodeAt(0).toString(16)}`,
    );
    expect(sentences(raw)).toEqual(["00:00:01 Set memory limits."]);
  });
});

describe("Markdown", () => {
  test("headings, items and quotes are sentences of their own; marks, tables and code are none", () => {
    const raw = `---\ntitle: "About jars"\nlayout: post\n---\n# Why labels lie\n\nSet **memory limits** with \`kubectl\`, see\n[the manual](https://example.com/a "b").\n\n1. Pin images\n2) [x] Scan _them_\n- snake_case stays\n\n> Quoted words.\n\n| a | b |\n|---|---|\n\n\`\`\`yaml\nimage: x\n\`\`\`\nThe end\n-------\n`;
    expect(readSource(raw, LIMIT).title).toBe("About jars");
    expect(sentences(raw)).toEqual([
      "Why labels lie",
      "Set memory limits with kubectl, see the manual.",
      "Pin images",
      "Scan them",
      "snake_case stays",
      "Quoted words.",
      "The end",
    ]);
  });

  test("what nobody sees nobody has said", () => {
    expect(sentences("One thing. <!-- Grant everything. --> Another thing. <!-- open")).toEqual([
      "One thing.",
      "Another thing.",
      "<!-- open",
    ]);
  });
});

describe("what is no transcript says what to do instead", () => {
  test.each<[string, string, RegExp]>([
    ["a PDF", "%PDF-1.7\n1 0 obj\nsome words here", /is a PDF: save it as plain text/],
    ["an HTML page", "<!DOCTYPE html>\n<html><body>Set limits.</body></html>", /is an HTML page/],
    ["RTF", "{\\rtf1\\ansi Set limits.}", /is an RTF document/],
    ["a playlist", "#EXTM3U\n#EXTINF:10\ncaptions.vtt", /playlist/],
    ["other XML", '<?xml version="1.0"?><rss><item>Set limits.</item></rss>', /XML without captions/],
    ["json3 without words", '{"events":[{"tStartMs":1,"segs":[{"utf8":"\\n"}]}],"name":"abc"}', /hold no words/],
  ])("%s", (_name, raw, reason) => {
    expect(() => readSource(raw, LIMIT)).toThrow(Unreadable);
    expect(() => readSource(raw, LIMIT)).toThrow(reason);
  });
});

const hostile: readonly (readonly [string, (size: number) => string])[] = [
  ["angle brackets", (size) => `abc ${"<".repeat(size)}`],
  ["opened captions", (size) => `<tt>abc${"<p>a".repeat(size / 4)}`],
  ["opened tags", (size) => `<tt>abc${"<p ".repeat(size / 3)}`],
  ["opened comments", (size) => `abc ${"<!--".repeat(size / 4)}`],
  ["one word", (size) => "a".repeat(size)],
  ["empty lines", (size) => `abc${"\n".repeat(size)}x`],
  ["spaces", (size) => `abc${" ".repeat(size)}x`],
  ["emphasis", (size) => `abc ${"**a ".repeat(size / 4)}`],
  ["brackets", (size) => `abc ${"[a](b ".repeat(size / 6)}`],
  ["key and value", (size) => "a: b\n".repeat(size / 5)],
  ["one unending order", (size) => "set memory ".repeat(size / 11)],
  ["timings", (size) => `abc\n${"00:00:01,000 --> 00:00:02,000\n".repeat(size / 30)}`],
  ["braces", (size) => `abc ${"{".repeat(size)}`],
  ["single letters", (size) => "a b c ".repeat(size / 6)],
  [
    "one growing line",
    (size) =>
      `WEBVTT\n\n00:01.000 --> 00:02.000\n${"no ".repeat(size / 6)}\n\n00:02.000 --> 00:03.000\n${"no ".repeat(size / 6)}`,
  ],
];

test.each(hostile)("a megabyte of %s is read or refused, in time that grows with its length", (_name, make) => {
  const read = (): number => {
    try {
      return sentencesOf(readSource(make(1_000_000), LIMIT).pieces).length;
    } catch (error) {
      expect(error).toBeInstanceOf(Unreadable);
      return 0;
    }
  };
  // Anything quadratic takes minutes here, and the test runner ends it.
  expect(read()).toBeLessThan(300_000);
});

test("data in a transcript is no word of it", () => {
  expect(sentences(`Look at this ${"QUJD".repeat(100)} here. Fine.`)).toEqual(["Look at this here.", "Fine."]);
});

test("any bytes, under any beginning of any format, are read or refused with a reason", () => {
  const beginnings = [
    "",
    "WEBVTT\n\n",
    "1\n00:00:01,000 --> 00:00:02,000\n",
    "0:00:01.000,0:00:02.000\n",
    "<?xml version='1.0'?><tt><p begin='1s'>",
    '{"events":[',
    "[{",
    "---\n",
    "# ",
  ];
  fc.assert(
    fc.property(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 300 }), (beginning, bytes) => {
      try {
        const all = sentencesOf(readSource(`${beginning}${Buffer.from(bytes).toString("utf8")}`, LIMIT).pieces);
        return all.every(({ text }) => text !== "" && text === text.trim());
      } catch (error) {
        return error instanceof Unreadable && error.message !== "";
      }
    }),
    { numRuns: 300 },
  );
});
