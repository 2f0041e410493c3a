import { expect, test } from "vitest";
import { findAdvice } from "../../../functions/ingest/extract.ts";
import { readSource } from "../../../functions/ingest/read.ts";
import { sentencesOf } from "../../../functions/ingest/sentences.ts";
import { type Voice, voices } from "./voices.ts";

const heard = async ({ says }: Voice) => (await findAdvice(sentencesOf(readSource(says, 1_000_000).pieces))).found;

test.each(voices.map((voice) => [voice.who, voice] as const))(
  "%s: nothing is put into the speaker's mouth",
  async (_who, voice) => {
    const found = await heard(voice);
    const ids = found.map(({ topic }) => topic.id);
    expect(voice.leaves.filter((id) => ids.includes(id))).toEqual([]);
    const words = voice.says.replaceAll(/\s+/gu, " ");
    for (const { supports } of found) for (const { text } of supports) expect(words).toContain(text);
  },
);

test("most of what is recommended is heard, and little else", async () => {
  const wanted = voices.flatMap(({ who, takes }) => takes.map((id) => `${who}: ${id}`));
  const got: string[] = [];
  for (const voice of voices) for (const { topic } of await heard(voice)) got.push(`${voice.who}: ${topic.id}`);
  const right = got.filter((one) => wanted.includes(one));
  expect(right.length / wanted.length).toBeGreaterThanOrEqual(0.9);
  expect(right.length / got.length).toBeGreaterThanOrEqual(0.9);
});

test("a voice that says the opposite is not heard as the same", async () => {
  const says = async (text: string) =>
    (await heard({ who: "", says: text, takes: [], leaves: [] })).map(({ topic }) => topic.id);
  for (const [advice, opposite, id] of [
    ["Always set CPU limits on your pods.", "Never set CPU limits on your pods.", "resource-limits"],
    ["You should run a service mesh.", "You should not run a service mesh.", "service-mesh"],
    [
      "We put Kafka between our services and it was great.",
      "We put Kafka between our services and it was a mistake.",
      "message-queues",
    ],
  ] as const) {
    expect(await says(advice)).toContain(id);
    expect(await says(opposite)).not.toContain(id);
  }
});

test("a talk that says both, in equal measure, proposes nothing", async () => {
  const both = "You should run a service mesh. You should not run a service mesh.";
  expect(await heard({ who: "", says: both, takes: [], leaves: [] })).toEqual([]);
});
