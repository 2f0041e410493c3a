import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  closesDead,
  END_STATUSES,
  isMoving,
  lifecycle,
  mayMove,
  RELEASES_LOCK,
  STATUSES,
  type Status,
} from "../../../shared/domain/lifecycle.ts";

const anyStatus = fc.constantFrom(...STATUSES);
const anyActor = fc.constantFrom("stage", "person") as fc.Arbitrary<"stage" | "person">;

/** The flow as the design tells it, written a second time so that a slip in the table shows. */
const told: [Status, Status, "stage" | "person"][] = [
  ["raw", "routed", "stage"],
  ["routed", "categorized", "stage"],
  ["categorized", "validated", "stage"],
  ["categorized", "conflicts", "stage"],
  ["validated", "planned", "stage"],
  ["planned", "approved", "stage"],
  ["approved", "implementation", "stage"],
  ["implementation", "deployed", "stage"],
  ["implementation", "rolling_back", "stage"],
  ["implementation", "held", "stage"],
  ["deployed", "verified", "stage"],
  ["deployed", "rolling_back", "stage"],
  ["deployed", "held", "stage"],
  ["rolling_back", "failed", "stage"],
  ["rolling_back", "rollback_blocked", "stage"],
  ["conflicts", "validated", "person"],
  ["conflicts", "routed", "person"],
  ["conflicts", "rejected", "person"],
  ["verified", "rolling_back", "person"],
  ["held", "verified", "person"],
  ["held", "rolling_back", "person"],
  ["rollback_blocked", "rolling_back", "person"],
  ["rollback_blocked", "failed", "person"],
  ["pending_review", "approved", "person"],
  ["pending_review", "rejected", "person"],
];

test.each(told)("%s may become %s by a %s, and by nobody else", (from, to, actor) => {
  expect(mayMove(from, to, actor)).toBe(true);
  expect(mayMove(from, to, actor === "stage" ? "person" : "stage")).toBe(false);
});

test.each(["raw", "routed", "categorized", "validated", "planned", "approved"] as const)(
  "%s may go to a person or be rejected",
  (from) => {
    expect(mayMove(from, "pending_review", "stage")).toBe(true);
    expect(mayMove(from, "rejected", "stage")).toBe(true);
  },
);

test.each<[Status, Status]>([
  ["raw", "approved"],
  ["planned", "implementation"],
  ["deployed", "failed"],
  ["implementation", "verified"],
  ["rejected", "raw"],
  ["failed", "rolling_back"],
  ["verified", "failed"],
])("nobody moves %s to %s", (from, to) => {
  for (const actor of ["stage", "person"] as const) expect(mayMove(from, to, actor)).toBe(false);
});

describe("dead", () => {
  test("any status a stage owns may die, no other, and never by a person's hand", () => {
    for (const status of STATUSES) {
      expect([status, mayMove(status, "dead", "stage")]).toEqual([status, isMoving(status)]);
      expect(mayMove(status, "dead", "person")).toBe(false);
    }
  });

  test("leaves only by a person: to the moving status it died in, or to an end", () => {
    fc.assert(
      fc.property(anyStatus, anyActor, fc.option(anyStatus, { nil: undefined }), (to, actor, diedIn) => {
        const ends = to === "rejected" || to === "failed";
        const allowed = actor === "person" && (ends || (to === diedIn && isMoving(to)));
        expect(mayMove("dead", to, actor, diedIn)).toBe(allowed);
      }),
    );
  });

  test.each<[Status, boolean, "rejected" | "failed"]>([
    ["raw", false, "rejected"],
    ["planned", false, "rejected"],
    ["approved", false, "rejected"],
    ["approved", true, "failed"],
    ["implementation", false, "failed"],
    ["deployed", false, "failed"],
    ["rolling_back", false, "failed"],
  ])("in %s, the head noted before a push: %s, is closed as %s, which frees its lock", (diedIn, pushed, end) => {
    expect(closesDead(diedIn, pushed)).toBe(end);
    expect(RELEASES_LOCK).toContain(end);
  });
});

test("every move leads to a known status and none to itself", () => {
  for (const [from, { stage, person }] of Object.entries(lifecycle)) {
    for (const to of [...stage, ...person]) {
      expect(STATUSES).toContain(to);
      expect(to).not.toBe(from);
    }
  }
});

test("from raw every status can be reached, and from every status an end", () => {
  const next = (from: Status): Status[] =>
    STATUSES.filter((to) => ["stage", "person"].some((actor) => mayMove(from, to, actor as "stage", "raw")));
  const reach = (from: Status): Set<Status> => {
    const seen = new Set<Status>([from]);
    for (const status of seen) for (const to of next(status)) seen.add(to);
    return seen;
  };
  expect([...reach("raw")].sort()).toEqual([...STATUSES].sort());
  for (const status of STATUSES) expect(END_STATUSES.some((end) => reach(status).has(end))).toBe(true);
});

test("no stage moves an end status or one that waits for a person", () => {
  for (const status of [...END_STATUSES, "pending_review", "held", "rollback_blocked", "dead"] as const)
    expect(isMoving(status)).toBe(false);
});

test("what may still hurt the cluster keeps the lock", () => {
  for (const status of ["held", "dead", "rollback_blocked", "implementation", "deployed", "rolling_back"])
    expect(RELEASES_LOCK).not.toContain(status);
});
