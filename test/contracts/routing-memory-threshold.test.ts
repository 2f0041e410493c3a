/** The threshold is measured on what the school remembers, when enough of it went well. */
import { describe, expect, test } from "vitest";
import { pointIdOf } from "../../shared/adapters/routing-memory/payload.ts";
import type { RoutingExperience } from "../../shared/routing-ports.ts";
import { CORPUS, experience, fitted, HASH, memoriesForEach, textOf } from "../support/routing-memory.ts";

const of = memoriesForEach();
const TITLE = "Take nightly backups of the Postgres database";

/** As many rows of one kind as went well, written past the school. */
async function remembered(
  count: number,
  payloadOf: (at: number) => Record<string, unknown> = () => ({}),
): Promise<void> {
  await of.keep([row(0)]);
  const [first] = (await of.admin.scroll(HASH, { with_vector: true })).points;
  const points = Array.from({ length: count - 1 }, (_, at) => ({
    id: pointIdOf(`imp-${at + 1}`),
    payload: { ...first?.payload, improvement: `imp-${at + 1}`, source: `source-${at + 1}`, ...payloadOf(at + 1) },
    vector: first?.vector as { dense: number[] },
  }));
  await of.admin.upsert(HASH, { wait: true, points });
}

function row(at: number, over: Partial<RoutingExperience> = {}): RoutingExperience {
  return experience(`imp-${at}`, textOf(`${TITLE} of team ${at}`), over);
}

describe("the threshold", () => {
  test("is measured with every 25th row that went well, kept, noted, and used", async () => {
    await remembered(48);
    await of.keep([row(48)]);
    expect(of.books.thresholds.size).toBe(0);
    await of.keep([row(49, { held: false }), row(50)]);
    expect(Object.fromEntries(of.books.thresholds)).toEqual({ "hash-1024": 0.35 });
    expect(of.books.events).toMatchObject([
      {
        what: "threshold",
        because: expect.stringMatching(/^neighbours count from cosine 0\.35 on \(hash-1024\): 50 of 50/),
      },
    ]);
    expect(await of.found()).toMatchObject({ threshold: 0.35, calibrated: true });
  });

  test("is noted again only when it changes", async () => {
    await remembered(49);
    of.books.thresholds.set("hash-1024", 0.6);
    await of.keep([row(49)]);
    expect(of.books.events).toMatchObject([{ because: expect.stringContaining("on instead of 0.60") }]);
    await of.keep([row(49, { held: false }), row(49)]);
    expect(of.books.events).toHaveLength(1);
  });

  test("is not measured on what neighbours have routed themselves, unless somebody said that it was right", async () => {
    await remembered(49, () => ({ route_type: "neighbours" }));
    await of.keep([row(49)]);
    expect(of.books.thresholds.size).toBe(0);
    await remembered(49, () => ({ route_type: "neighbours", route_right: true }));
    await of.keep([row(49, { held: false }), row(49)]);
    expect(of.books.thresholds.size).toBe(1);
  });

  test("is measured anew for another embedder as soon as that has taken over", async () => {
    await remembered(40);
    const id = await fitted(of.books, CORPUS);
    await of.keep([row(41, { held: undefined })]);
    expect(Object.fromEntries(of.books.thresholds)).toEqual({ [`${id}-hash-1024`]: 0.41 });
  });
});
