import { describe, expect, test } from "vitest";
import { findAdvice } from "../../../functions/ingest/extract.ts";
import { readSource } from "../../../functions/ingest/read.ts";
import { sentencesOf } from "../../../functions/ingest/sentences.ts";
import { clock } from "../../../functions/ingest/transcript.ts";
import { proposals, talk } from "./support.ts";

/** What a careful listener takes home from each talk, by the author of the talks; times are those of the files. */
type Find = readonly [topic: string, words: RegExp, at?: string | undefined];

interface Expected {
  readonly talk: string;
  /** Topic, words of the quote that must carry it, and the time its caption begins, to the second. */
  readonly finds: readonly Find[];
  /** Spoken for in passing; either answer is right. */
  readonly may: readonly string[];
  /** Traps: warned against, reported, asked, in the past, in a note or only a reason. Topic and why. */
  readonly never: readonly (readonly [topic: string, why: string])[];
}

const expected: readonly Expected[] = [
  {
    talk: "spare-keys-12-the-wedding-drain.vtt",
    finds: [
      ["disruption-budgets", /more than one replica needs a pod disruption budget/, "00:03:34"],
      ["replica-spread", /spread your replicas over nodes/, "00:02:25"],
      ["probes", /readiness probe which only says yes/, "00:06:16"],
      ["graceful-shutdown", /preStop hook/, "00:08:26"],
      ["image-pinning", /pin your images by digest/, "00:10:40"],
      ["resource-limits", /set the memory requests to that/, "00:11:50"],
      ["network-policy", /default deny network policy on every namespace/, "00:16:13"],
      ["restore-tests", /rehearse the restore/, "00:17:46"],
      ["resource-quotas", /resource quota on each team's namespace/, "00:19:59"],
    ],
    may: ["scheduling", "vulnerability-management"],
    never: [
      ["service-mesh", "they removed theirs, and only the bill noticed"],
      ["load-balancing", "it is only the reason for the preStop hook"],
      ["autoscaling", "it is described, not recommended"],
      ["rbac", "nobody speaks of it"],
      ["multi-tenancy", "a yes to a keyword is no advice"],
    ],
  },
  {
    talk: "a-year-in-which-everything-expired.vtt",
    finds: [
      ["tls-certificates", /let cert manager renew your certificates/],
      ["restore-tests", /test your restores every month/],
      ["database-backups", /back up your databases to a different place/],
      ["alert-rules", /write alert rules for the things that fill up slowly/],
      ["alert-fatigue", /every alert needs a run book/],
      ["secrets", /never keep passwords in git/, "00:12:49"],
      ["gitops", /put everything in git/],
      ["rbac", /review your cluster roles twice a year/],
      ["cluster-upgrades", /upgrade the cluster in small steps/],
      ["disruption-budgets", /pod disruption budget on everything that has two or more copies/],
      ["probes", /give it a readiness probe/],
      ["replica-spread", /at least two replicas on two different nodes/],
      ["dns", /node local dns cache/],
      ["resource-limits", /set memory limits on every container/],
      ["synthetic-checks", /always run a check from outside/],
    ],
    may: [],
    never: [
      ["service-mesh", "it was somebody's idea and they do not need it"],
      ["ingress", "nginx and the gateway are only where the story happens"],
      ["dashboards", "they are for when you already know"],
      ["capacity-monitoring", "the line on the dashboard is a story"],
      ["multi-tenancy", "a second cluster was somebody's wish"],
    ],
  },
  {
    talk: "four-hundred-and-eleven-pages.json",
    finds: [
      ["alert-rules", /alert rules in Git, as PrometheusRule objects/],
      ["alert-fatigue", /Every alert must have a runbook/],
      ["slos", /Define service level objectives for the three things/],
      ["service-monitors", /a ServiceMonitor should pick them up/],
      ["synthetic-checks", /one check from outside/],
    ],
    may: ["gitops"],
    never: [
      ["model-observability", "they did not buy it"],
      ["logging", "she spares us that"],
      ["message-queues", "the queue is a story"],
      ["tls-certificates", "it expires, and she sleeps on"],
      ["dashboards", "only where the load may stay"],
    ],
  },
  {
    talk: "what-my-fridge-taught-me-about-labels.md",
    finds: [
      ["image-pinning", /Pin every image by digest\.|latest tag/],
      ["image-supply-chain", /Sign the images/],
      ["admission-policies", /we enforce it with Kyverno now/],
      ["resource-quotas", /Give each namespace a ResourceQuota/],
      ["resource-limits", /Set memory limits on every container\./],
      ["pod-security", /Run your containers as non-root and drop all capabilities/],
      ["secrets", /Keep secrets out of Git/],
    ],
    may: ["dns"],
    never: [
      ["service-mesh", "people say so, she says the opposite"],
      ["message-queues", "a confident man in a waistcoat proposed it"],
      ["network-policy", "copied, removed, and she says nothing about it"],
      ["rbac", "the order stands in a comment nobody sees"],
      ["gitops", "keeping secrets out of Git is not putting things into it"],
    ],
  },
];

describe.each(expected.map((one) => [one.talk, one] as const))("%s", (name, { finds, may, never }) => {
  const transcript = readSource(talk(name), 5_000_000);
  const heard = findAdvice(sentencesOf(transcript.pieces));

  test.each(finds.map(([topic, words, at]) => ({ topic, words, at })))(
    "finds $topic: $words",
    async ({ topic, words, at }) => {
      const finding = (await heard).found.find((one) => one.topic.id === topic);
      const quote = finding?.supports.find(({ text }) => words.test(text));
      expect(quote?.text).toMatch(words);
      if (at !== undefined) expect(clock(quote?.start ?? 0)).toBe(at);
    },
  );

  test.each(never)("does not propose %s: %s", async (topic) => {
    expect((await heard).found.map((one) => one.topic.id)).not.toContain(topic);
  });

  test("proposes nothing else, and no order to the reader leaves a trace", async () => {
    const known = [...finds.map(([topic]) => topic), ...may];
    expect((await heard).found.map((one) => one.topic.id).filter((id) => !known.includes(id))).toEqual([]);
    const all = JSON.stringify(await proposals(talk(name)));
    expect(all).not.toMatch(/ignore (?:all )?(?:your )?previous|pre-approved|cluster-admin|relevance of everything/iu);
  });

  test("every quote stands word for word in the cleaned transcript, at the time its first word is said", async () => {
    const words = transcript.pieces.flatMap(({ text, start, times }) =>
      text.split(" ").map((word, i) => ({ word, at: times?.[i] ?? start })),
    );
    const joined = words.map(({ word }) => word).join(" ");
    const { found, refused } = await heard;
    for (const { text, start } of [...found, ...refused].flatMap((one) => [...one.supports, ...one.objections])) {
      const index = joined.indexOf(text);
      expect(index, text).toBeGreaterThanOrEqual(0);
      const starts = occurrences(joined, text).map((at) => words[joined.slice(0, at).split(" ").length - 1]?.at);
      expect(starts.map((at) => (at === undefined ? at : clock(at)))).toContain(
        start === undefined ? start : clock(start),
      );
    }
  });
});

test("the four talks are of four kinds, two of them twenty minutes and more", () => {
  const kinds = expected.map(({ talk: name }) => {
    const { format, pieces } = readSource(talk(name), 5_000_000);
    const words = pieces.reduce((sum, { text }) => sum + text.split(" ").length, 0);
    return { format, words, minutes: Math.max(...pieces.map(({ start }) => start ?? 0)) / 60_000 };
  });
  expect(kinds.map(({ format }) => format)).toEqual(["vtt", "vtt", "json", "text"]);
  expect(kinds.filter(({ minutes, words }) => minutes > 20 && words > 2_800)).toHaveLength(2);
});

function occurrences(text: string, part: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) found.push(at);
  return found;
}
