import { expect, test } from "vitest";
import { buildingState, failedState } from "../../../../shared/knowledge/indexing/states.ts";

const place = { corpus: "documents", source: "docs" } as const;

test("why a try failed is told while the next one runs, and until one ends well", () => {
  const failed = failedState(place, undefined, new Error("the embedding API\ndoes not answer"), 0);
  const next = buildingState(place, failed, 1_000);
  expect(next).toMatchObject({ state: "building", because: "the embedding API does not answer" });
  expect(buildingState(place, next, 2_000)).toMatchObject({ because: "the embedding API does not answer" });
});

test("what was left out of a whole index is not told of the one being built", () => {
  const ready = { ...place, state: "ready", at: "2026-01-01T00:00:00.000Z", because: "1 file left out" } as const;
  expect(buildingState(place, ready, 1_000).because).toBeUndefined();
  expect(buildingState(place, undefined, 1_000).because).toBeUndefined();
});
