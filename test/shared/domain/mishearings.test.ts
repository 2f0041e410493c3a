import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asMeant } from "../../../shared/domain/lexicon/mishearings.ts";
import { topicsIn } from "../../../shared/domain/lexicon.ts";

test.each([
  ["open cube cuddle on your laptop", "open kubectl on your laptop"],
  ["the engine x in front", "the nginx in front"],
  ["prom ethius and graf ana", "prometheus and grafana"],
  ["argo c d puts it back", "argo cd puts it back"],
  ["back up et cd and post gres", "back up etcd and postgres"],
  ["the red is password", "the redis password"],
  ["customize overlays", "kustomize overlays"],
  ["every name space gets a run book", "every namespace gets a runbook"],
  ["we use m t l s and p d b s", "we use mtls and pdbs"],
  ["dont forget, you shouldnt", "don't forget, you shouldn't"],
  ["set uh memory um limits", "set memory limits"],
  ["you you should set the the limits", "you should set the limits"],
  ["Cooper Netties needs get ops", "kubernetes needs gitops"],
])("%s → %s", (written, meant) => {
  expect(asMeant(written)).toBe(meant);
});

test.each([
  "My sequel to that film is better.",
  "We customize the dashboards for every customer.",
  "The light that is red is brighter than the green one.",
  "The traffic was low key, and the communities were calm.",
  "Our Go CD agents are fine, it is a build server.",
  "You may back up a little, the data is based on facts.",
  "The engine exploded and the cube was controlled.",
  "No no, never never do that.",
  "Plan A and plan B, as I said, I am fine.",
  "Set memory limits on every container.",
])("what means something else is left as it is: %s", (text) => {
  expect(asMeant(text)).toBe(text);
});

describe("whatever the text", () => {
  const words = fc.array(
    fc.constantFrom(
      "cube",
      "cuddle",
      "engine",
      "x",
      "the",
      "the",
      "no",
      "uh",
      "t",
      "l",
      "s",
      "red",
      "is",
      "cluster",
      "Ümläut",
    ),
    { maxLength: 25 },
  );

  test("repairing twice changes nothing more than once does", () => {
    fc.assert(
      fc.property(words, (list) => {
        const settled = asMeant(asMeant(asMeant(list.join(" "))));
        expect(asMeant(settled)).toBe(settled);
      }),
    );
  });

  test("it never grows by more than a few letters a word", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          words.map((list) => list.join(" ")),
        ),
        (text) => {
          expect(asMeant(text).length).toBeLessThanOrEqual(text.length * 2 + 8);
        },
      ),
    );
  });
});

test("a misheard name is about the same topic as the name", () => {
  for (const [heard, said] of [
    ["put p g bouncer in front", "put PgBouncer in front"],
    ["adopt east io", "adopt Istio"],
    ["write a pot disruption budget", "write a pod disruption budget"],
    ["give it a live ness probe", "give it a liveness probe"],
  ] as const)
    expect(topicsIn(asMeant(heard))[0]?.id).toBe(topicsIn(said)[0]?.id);
});
