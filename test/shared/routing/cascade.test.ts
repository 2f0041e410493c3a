import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EXPERTS, type Expert, type RoutingVote } from "../../../shared/domain/improvement.ts";
import { armOf, bucketOf } from "../../../shared/routing/arms.ts";
import { type CascadeSettings, choicesOf, type Votes } from "../../../shared/routing/cascade.ts";

const vote = (tier: string, expert: Expert | null, confidence = 0.9): RoutingVote => ({
  tier,
  expert,
  confidence,
  because: tier,
});
const silent: Votes = {
  repeat: vote("exact-repeat", null),
  keywords: vote("keywords", null),
  keywordsSure: false,
  neighbours: vote("neighbours", null),
  classifier: vote("classifier", null),
};
const settings: CascadeSettings = { rag: true, neural: true, hasModel: false, complexity: 0 };
const all: Votes = {
  repeat: vote("exact-repeat", "architecture"),
  keywords: vote("keywords", "integration"),
  keywordsSure: true,
  neighbours: vote("neighbours", "security"),
  classifier: vote("classifier", "database"),
  model: vote("model", "networking"),
};

describe("who decides", () => {
  test.each<[string, Votes, Partial<CascadeSettings>, string, string]>([
    ["a repeat before everything", all, {}, "exact-repeat", "exact-repeat"],
    [
      "sure keywords before neighbours that say otherwise",
      { ...all, repeat: silent.repeat },
      {},
      "keywords",
      "keywords",
    ],
    [
      "what held before is the better reason where it says the same",
      { ...all, repeat: silent.repeat, neighbours: vote("neighbours", "integration") },
      {},
      "keywords",
      "neighbours",
    ],
    [
      "neighbours before keywords that are not sure",
      { ...all, repeat: silent.repeat, keywordsSure: false },
      {},
      "keywords",
      "neighbours",
    ],
    [
      "not with ENABLE_RAG=false",
      { ...all, repeat: silent.repeat, keywordsSure: false },
      { rag: false },
      "keywords",
      "keywords",
    ],
    [
      "the classifier when nobody before it knows",
      { ...silent, classifier: all.classifier },
      {},
      "person",
      "classifier",
    ],
    ["not with ENABLE_NEURAL=false", { ...silent, classifier: all.classifier }, { neural: false }, "person", "person"],
    [
      "a complex text is for the model, where there is one",
      { ...silent, classifier: all.classifier },
      { hasModel: true, complexity: 50 },
      "model",
      "model",
    ],
    [
      "a complex text is for the classifier, where there is none",
      { ...silent, classifier: all.classifier },
      { complexity: 90 },
      "person",
      "classifier",
    ],
    [
      "a person when the model does not know",
      { ...silent, model: vote("model", null, 0.4) },
      { hasModel: true },
      "person",
      "person",
    ],
    ["nobody: a person", silent, {}, "person", "person"],
  ])("%s", (_what, votes, over, rules, learned) => {
    const choices = choicesOf(votes, { ...settings, ...over });
    expect({ rules: choices.rules.tier, learned: choices.learned.tier }).toEqual({ rules, learned });
  });

  test("keywords are as sure as they and the classifier together, in the arm that hears it", () => {
    const keywords = vote("keywords", "security", 0.9);
    const trained = (share: number, expert: Expert) => ({ ...vote("classifier", null), ranked: [{ expert, share }] });
    const confidence = (classifier: RoutingVote, over: Partial<CascadeSettings> = {}) => {
      const { rules, learned } = choicesOf({ ...silent, keywords, classifier }, { ...settings, ...over });
      return [rules.confidence, Math.round(learned.confidence * 100) / 100];
    };
    expect(confidence(trained(0.9, "security"))).toEqual([0.9, 0.9]);
    expect(confidence(trained(0.4, "security"))).toEqual([0.9, 0.6]);
    expect(confidence(trained(0.7, "database"))).toEqual([0.9, 0.3]);
    expect(confidence(trained(0.4, "security"), { neural: false })).toEqual([0.9, 0.9]);
    expect(confidence({ ...vote("classifier", null), unknown: true })).toEqual([0.9, 0.9]);
  });

  test("the rules' arm never hears what was learned", () => {
    fc.assert(
      fc.property(fc.constantFrom(null, ...EXPERTS), fc.constantFrom(null, ...EXPERTS), (near, trained) => {
        const votes = { ...silent, neighbours: vote("neighbours", near), classifier: vote("classifier", trained) };
        expect(choicesOf(votes, settings).rules.expert).toBeNull();
      }),
    );
  });
});

describe("arms", () => {
  test("shadow serves nothing, full everything", () => {
    fc.assert(
      fc.property(fc.string(), (id) => {
        expect([armOf(bucketOf(id), 0), armOf(bucketOf(id), 1)]).toEqual(["rules", "learned"]);
      }),
    );
  });

  test("who is in stays in when the share grows, and the share is what it says", () => {
    const buckets = Array.from({ length: 20_000 }, (_, i) => bucketOf(`improvement-${i}`));
    for (const share of [0.1, 0.25, 0.5, 0.75]) {
      const learned = buckets.filter((bucket) => armOf(bucket, share) === "learned");
      expect(Math.abs(learned.length / buckets.length - share)).toBeLessThan(0.015);
      expect(learned.every((bucket) => armOf(bucket, share + 0.1) === "learned")).toBe(true);
    }
  });
});
