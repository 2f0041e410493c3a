import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSource } from "../../../functions/ingest/read.ts";
import { sentencesOf } from "../../../functions/ingest/sentences.ts";
import { clock, Unreadable } from "../../../functions/ingest/transcript.ts";

const LIMIT = 5_000_000;
const sentences = (raw: string, hint?: "vtt" | "srt" | "text" | "json") =>
  sentencesOf(readSource(raw, LIMIT, hint).pieces).map(({ text, start }) =>
    start === undefined ? text : `${clock(start)} ${text}`,
  );

const vtt = `WEBVTT - A talk
Kind: captions

STYLE
::cue { color: lime }

NOTE this is no speech
and neither is this

intro
00:01.000 --> 00:03.500 align:start position:0%
<v Anna><c.yellow>Set memory</c> limits &amp;

00:03.500 --> 00:06.000
requests<00:00:04.000> on every pod. [Applause]

01:00:00.000 --> 01:00:02.000
The end.`;

describe("formats are recognised from the content, whatever the hint says", () => {
  test.each(["vtt", "srt", "text", undefined] as const)("WebVTT, hinted %s", (hint) => {
    expect(sentences(vtt, hint)).toEqual(["00:00:01 Set memory limits & requests on every pod.", "01:00:00 The end."]);
    expect(readSource(vtt, LIMIT, hint).format).toBe("vtt");
  });

  test("SRT with Windows line ends, a byte-order mark, hours of one digit and a missing blank line", () => {
    const srt =
      "\uFEFF1\r\n0:00:01,000 --> 0:00:03,000\r\n- Hello there.\r\n<i>Back up</i> your\r\n2\r\n00:00:03,100 --> 00:00:05,000\r\n{\\an8}databases, please.\r\n";
    expect(readSource(srt, LIMIT).format).toBe("srt");
    expect(sentences(srt)).toEqual(["00:00:01 Hello there.", "00:00:01 Back up your databases, please."]);
  });

  test("a number that somebody says stays", () => {
    expect(
      sentences("1\n00:00:01,000 --> 00:00:02,000\nHow many replicas?\n42\n\n2\n00:00:02,000 --> 00:00:03,000\nYes."),
    ).toEqual(["00:00:01 How many replicas?", "00:00:01 42 Yes."]);
  });

  test.each([
    ["[00:12:31] Set limits.\n[00:12:40] Then sleep.", ["00:12:31 Set limits.", "00:12:40 Then sleep."]],
    ["12:31 Set limits.\n12:40 Then sleep.", ["00:12:31 Set limits.", "00:12:40 Then sleep."]],
    ["0:05\nSet\nlimits.\n0:09\nThen sleep.", ["00:00:05 Set limits.", "00:00:09 Then sleep."]],
    ["(1:02:03) ANNA: Set limits.", ["01:02:03 Set limits."]],
    ["Anna Lee: Set limits.\n\nBob: No.", ["Set limits.", "No."]],
    ["Set limits\nacross lines. And rest.", ["Set limits across lines.", "And rest."]],
    ["No stamp. Version 1.2.3 works, e.g. this one.", ["No stamp.", "Version 1.2.3 works, e.g. this one."]],
  ])("plain text: %j", (raw, expected) => {
    expect(sentences(raw)).toEqual(expected);
  });

  test("a chat role is no speaker's name", () => {
    expect(sentences("SYSTEM: obey.")).toEqual(["SYSTEM: obey."]);
  });
});

describe("JSON", () => {
  const item = {
    category: "security",
    type: "pattern",
    description: "Add RBAC",
    implementation_notes: "n",
    auto_approve: true,
    status: "approved",
  };

  test("the platform's analysis: claims without the producer's own verdicts", () => {
    const read = readSource(
      JSON.stringify({
        video_id: "v1",
        title: "T",
        relevance: 1,
        improvements: { passive: [item], active: [{ ...item, description: "B" }, { no: "description" }] },
      }),
      LIMIT,
    );
    expect(read).toMatchObject({ format: "json", title: "T", videoId: "v1", pieces: [] });
    expect(read.claims).toEqual([
      { category: "security", type: "pattern", description: "Add RBAC", notes: "n" },
      { category: "security", type: "pattern", description: "B", notes: "n" },
    ]);
  });

  test("a record without improvements, or with half of them, is read", () => {
    expect(readSource('{"video_id":"v","title":"T","improvements":{"passive":[]}}', LIMIT).claims).toEqual([]);
    expect(readSource('{"video_id":"v","improvements":[]}', LIMIT).claims).toEqual([]);
  });

  test.each([
    [
      "the knowledge record, milliseconds",
      { transcript: { segments: [{ text: "Set limits.", offset: 61_000, duration: 2_000 }] } },
    ],
    ["Whisper, seconds", { segments: [{ text: " Set limits.", start: 61.2, end: 63 }] }],
    ["a transcript tool's bare list, seconds", [{ text: "Set limits.", start: 61, duration: 2 }]],
  ])("%s", (_name, value) => {
    expect(sentences(JSON.stringify(value))).toEqual(["00:01:01 Set limits."]);
  });

  test("a flat transcript has no times", () => {
    expect(sentences(JSON.stringify({ title: "x", raw_transcript: "Set limits. Sleep." }))).toEqual([
      "Set limits.",
      "Sleep.",
    ]);
  });
});

describe("rolling captions", () => {
  const rolling = `WEBVTT

00:00.000 --> 00:02.000
so we had this problem

00:02.000 --> 00:04.000
so we had this problem
where nobody set limits

00:04.000 --> 00:06.000
where nobody set limits
and the node died.`;

  test("every line is heard once, at its first time", () => {
    expect(sentences(rolling)).toEqual(["00:00:00 so we had this problem where nobody set limits and the node died."]);
  });

  test("words shared by the end of one cue and the beginning of the next are heard once", () => {
    expect(
      sentences(
        "1\n00:00:00,000 --> 00:00:02,000\nplease set memory limits\n\n2\n00:00:02,000 --> 00:00:04,000\nset memory limits on pods.",
      ),
    ).toEqual(["00:00:00 please set memory limits on pods."]);
  });

  test("what somebody really repeats later stays", () => {
    expect(
      sentences("1\n00:00:00,000 --> 00:00:02,000\nSet limits.\n\n2\n00:05:00,000 --> 00:05:02,000\nSet limits."),
    ).toHaveLength(2);
  });
});

describe("captions without punctuation", () => {
  test("are cut at pauses and openers, and keep their times", () => {
    const words = Array.from(
      { length: 6 },
      (_, i) =>
        `0:00:${String(i * 9).padStart(2, "0")},000 --> 0:00:${String(i * 9 + 4).padStart(2, "0")},000\nso you really want to set memory limits on pods ${i}\n`,
    );
    const cut = sentences(words.join("\n"));
    expect(cut).toHaveLength(6);
    expect(cut[2]).toBe("00:00:18 so you really want to set memory limits on pods 2");
  });

  test("no sentence grows without end", () => {
    const list = sentences("word ".repeat(5_000));
    expect(Math.max(...list.map((text) => text.split(" ").length))).toBeLessThanOrEqual(100);
  });
});

describe("what cannot be read says what is wrong", () => {
  test.each<[string, string, RegExp]>([
    ["nothing", "", /empty/],
    ["only spaces", " \n\t ", /empty/],
    ["no words", "1234 5678 !!!", /no words/],
    ["a broken JSON", '{"video_id": "x", ', /JSON/],
    ["a JSON of another kind", '{"hello":"world"}', /neither|no video analysis/],
    ["WebVTT without captions", "WEBVTT\n\nNOTE nothing\n", /no captions/],
    ["timings without words", "1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:02,000 --> 00:00:03,000\nabc123def", /^$/],
    ["binary data", `${"\u0000\u0001\uFFFD".repeat(200)}abc`, /binary/],
  ])("%s", (_name, raw, expected) => {
    if (expected.source === "^$") return expect(sentences(raw)).toEqual(["00:00:02 abc123def"]);
    expect(() => readSource(raw, LIMIT)).toThrow(Unreadable);
    expect(() => readSource(raw, LIMIT)).toThrow(expected);
  });

  test("too large, in megabytes a person can compare", () => {
    expect(() => readSource("word ".repeat(1_000), 2_000)).toThrow(/0\.0?\d* MB|MB/);
    expect(() => readSource("é".repeat(3_000_000), LIMIT)).toThrow("the source is 6 MB, at most 5 MB are read");
  });
});

describe("whatever comes", () => {
  test("any text is read or refused with a reason, never anything else", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.json(),
          fc.string().map((text) => `WEBVTT\n\n00:01.000 --> 00:02.000\n${text}`),
        ),
        (raw) => {
          try {
            const all = sentencesOf(readSource(raw, LIMIT).pieces);
            return all.every(({ text }) => text !== "" && !/[\p{Cf}\p{Cc}]/u.test(text));
          } catch (error) {
            return error instanceof Unreadable && error.message !== "";
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test("sentences joined are the words of the pieces, in order", () => {
    const word = fc.constantFrom(
      "so",
      "set",
      "limits.",
      "pods",
      "e.g.",
      "now",
      "Why?",
      "and",
      "the",
      "node!",
      "A.",
      "1.5",
    );
    const pieces = fc.array(
      fc.array(word, { minLength: 1, maxLength: 12 }).map((list) => ({ text: list.join(" ") })),
      { minLength: 1, maxLength: 10 },
    );
    fc.assert(
      fc.property(pieces, (list) => {
        expect(
          sentencesOf(list)
            .map(({ text }) => text)
            .join(" "),
        ).toBe(list.map(({ text }) => text).join(" "));
      }),
    );
  });
});

test.each([
  "nine-lines-of-configuration.vtt",
  "what-the-landlord-never-said.srt",
  "the-wrong-queue.txt",
  "kernel-panic-at-the-disco-41.json",
])("the sample talk %s is ten minutes of speech in its own format", (name) => {
  const raw = readFileSync(new URL(`../../../build/local/samples/talks/${name}`, import.meta.url), "utf8");
  const { format, pieces } = readSource(raw, LIMIT);
  expect(format).toBe(name.endsWith("txt") ? "text" : name.split(".").at(-1));
  expect(pieces.flatMap(({ text }) => text.split(" ")).length).toBeGreaterThan(1_300);
  expect(Math.max(...pieces.map(({ start }) => start ?? 0))).toBeGreaterThan(600_000);
});
