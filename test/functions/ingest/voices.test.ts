import { expect, test } from "vitest";
import { findAdvice } from "../../../functions/ingest/extract.ts";
import { readSource } from "../../../functions/ingest/read.ts";
import { sentencesOf } from "../../../functions/ingest/sentences.ts";
import { type Voice, voices } from "./voices.ts";

const heard = ({ says }: Voice) => findAdvice(sentencesOf(readSource(says, 1_000_000).pieces)).found;

test.each(voices.map((voice) => [voice.who, voice] as const))(
  "%s: nothing is put into the speaker's mouth",
  (_who, voice) => {
    const found = heard(voice);
    const ids = found.map(({ topic }) => topic.id);
    expect(voice.leaves.filter((id) => ids.includes(id))).toEqual([]);
    const words = voice.says.replaceAll(/\s+/gu, " ");
    for (const { supports } of found) for (const { text } of supports) expect(words).toContain(text);
  },
);

test("most of what is recommended is heard, and little else", () => {
  const wanted = voices.flatMap(({ who, takes }) => takes.map((id) => `${who}: ${id}`));
  const got = voices.flatMap((voice) => heard(voice).map(({ topic }) => `${voice.who}: ${topic.id}`));
  const right = got.filter((one) => wanted.includes(one));
  expect(right.length / wanted.length).toBeGreaterThanOrEqual(0.9);
  expect(right.length / got.length).toBeGreaterThanOrEqual(0.9);
});

test("a voice that says the opposite is not heard as the same", () => {
  const says = (text: string) => heard({ who: "", says: text, takes: [], leaves: [] }).map(({ topic }) => topic.id);
  for (const [advice, opposite, id] of [
    ["Always set CPU limits on your pods.", "Never set CPU limits on your pods.", "resource-limits"],
    ["You should run a service mesh.", "You should not run a service mesh.", "service-mesh"],
    [
      "We put Kafka between our services and it was great.",
      "We put Kafka between our services and it was a mistake.",
      "message-queues",
    ],
  ] as const) {
    expect(says(advice)).toContain(id);
    expect(says(opposite)).not.toContain(id);
  }
});

test("a talk that says both, in equal measure, proposes nothing", () => {
  const both = "You should run a service mesh. You should not run a service mesh.";
  expect(heard({ who: "", says: both, takes: [], leaves: [] })).toEqual([]);
});
