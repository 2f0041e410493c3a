import { describe, expect, test } from "vitest";
import { EXPERTS, type Expert } from "../../../shared/domain/improvement.ts";
import { hashingEmbedder } from "../../../shared/knowledge/embedding/hashing.ts";
import { blended, fittedOf, isFitted } from "../../../shared/routing/neighbours/blended.ts";
import { calibrated, type MeasuredRow } from "../../../shared/routing/neighbours/calibrate.ts";
import { comparedText, keptText } from "../../../shared/routing/neighbours/kept-text.ts";
import { familyOf, thresholdOf } from "../../../shared/routing/neighbours/thresholds.ts";

describe("the threshold", () => {
  test.each([
    ["hash-1024", 0.44],
    ["lsa-1e77cecc-hash-1024", 0.51],
    ["text-embedding-3-large-3072", 0.75],
    ["openai-text-embedding-ada-002-1536", 0.92],
    ["lsa-1e77cecc", 0.92],
    ["nomic-embed-768", 0.92],
  ])("of %s is %d until it is measured", (embedder, threshold) => {
    expect(thresholdOf(embedder, {})).toEqual({ threshold, calibrated: false });
  });

  test("no family's floor is above its usual one", () => {
    for (const id of ["hash-64", "lsa-a-hash-64", "text-embedding-3-small-256", "text-embedding-ada-002-1536", "x"]) {
      expect(familyOf(id).floor).toBeLessThan(familyOf(id).usual);
    }
  });

  test.each([
    [
      { chosen: 0.7, measured: 0.5 },
      { threshold: 0.7, calibrated: false },
    ],
    [
      { chosen: 0, measured: 0.5 },
      { threshold: 0, calibrated: false },
    ],
    [{ measured: 0.5 }, { threshold: 0.5, calibrated: true }],
    [{ measured: 0.1 }, { threshold: 0.35, calibrated: true }],
    [{ measured: Number.NaN }, { threshold: 0.44, calibrated: false }],
    [{ measured: 7 }, { threshold: 0.44, calibrated: false }],
  ])("of %j", (given, expected) => {
    expect(thresholdOf("hash-1024", given)).toEqual(expected);
  });
});

/** Rows of a kind have exactly this cosine to each other, and none to rows of other kinds. */
function kind(
  expert: Expert,
  cosine: number,
  count: number,
  at: number,
  over: Partial<MeasuredRow> = {},
): MeasuredRow[] {
  return Array.from({ length: count }, (_, index) => {
    const vector = new Float32Array(600);
    vector[at] = Math.sqrt(cosine);
    vector[100 + at * 40 + index] = Math.sqrt(1 - cosine);
    return { expert, source: `${at}-${index}`, vector, ...over };
  });
}

/** Two labels for the same thing, in turns. */
function doubtful(cosine: number, count: number, at: number): MeasuredRow[] {
  return kind("database", cosine, count, at).map((row, index) => ({
    ...row,
    expert: EXPERTS[index % 2] ?? "database",
  }));
}

describe("calibration", () => {
  test("goes down to the lowest cosine at which neighbours are right, and says on what it rests", async () => {
    const rows = [...kind("security", 0.7, 20, 0), ...kind("database", 0.55, 20, 1), ...doubtful(0.45, 20, 2)];
    expect(await calibrated("hash-1024", rows)).toEqual({ threshold: 0.46, votes: 40, right: 40 });
  });

  test("is not under the family's floor", async () => {
    expect(await calibrated("hash-1024", kind("security", 0.9, 40, 0))).toMatchObject({ threshold: 0.35 });
  });

  test.each<[string, MeasuredRow[]]>([
    ["no rows", []],
    ["too few votes", kind("security", 0.9, 29, 0)],
    ["neighbours of one source only", kind("security", 0.9, 40, 0, { source: "one talk" })],
    ["nothing near", Array.from({ length: 12 }, (_, at) => kind("security", 0.9, 1, at)).flat()],
    ["doubt under the usual threshold only", doubtful(0.38, 40, 0)],
  ])("%s: nothing to say", async (_, rows) => {
    expect(await calibrated("hash-1024", rows)).toBeUndefined();
  });

  test("where even the strictest are wrong it is stricter than they are", async () => {
    // Two of three say the one, whatever the row says.
    const rows = kind("database", 0.7, 60, 0).map((row, at) => ({
      ...row,
      expert: (at % 3 === 0 ? "security" : "database") as Expert,
    }));
    expect(await calibrated("hash-1024", rows)).toMatchObject({ threshold: 0.71, votes: 60, right: 40 });
  });

  test("is shuffled labels' end", async () => {
    const rows = kind("database", 0.7, 40, 0).map((row, at) => ({ ...row, expert: EXPERTS[at % 6] ?? row.expert }));
    expect(await calibrated("hash-1024", rows)).toBeUndefined();
  });

  test("stops with the signal's reason", async () => {
    const stopped = AbortSignal.abort(new Error("the lease was lost"));
    await expect(calibrated("hash-1024", kind("database", 0.7, 40, 0), stopped)).rejects.toThrow("the lease was lost");
  });
});

describe("words and meaning", () => {
  const fitted = { ...hashingEmbedder(16), id: "lsa-1e77cecc" };
  const dot = (a: Float32Array = new Float32Array(), b: Float32Array = new Float32Array()) =>
    a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);

  test("have a cosine between both, in vectors of length 1", async () => {
    const texts = ["alert on Postgres lag", "tune Postgres"];
    const [both, words, meaning] = await Promise.all(
      [blended(fitted), hashingEmbedder(), fitted].map(async (embedder) => embedder.embed(texts, "query")),
    );
    expect(dot(both?.[0], both?.[0])).toBeCloseTo(1, 5);
    expect(dot(both?.[0], both?.[1])).toBeCloseTo(
      0.7 * dot(words?.[0], words?.[1]) + 0.3 * dot(meaning?.[0], meaning?.[1]),
      5,
    );
  });

  test("are found again by their name", () => {
    const { id, dimension } = blended(fitted);
    expect([id, dimension]).toEqual(["lsa-1e77cecc-hash-1024", 1_040]);
    expect(fittedOf({ id, dimension })).toEqual({ id: "lsa-1e77cecc", dimension: 16 });
    expect([isFitted(fitted), isFitted({ id }), isFitted({ id: "hash-1024" })]).toEqual([true, false, false]);
    expect(fittedOf({ id: "hash-1024", dimension: 1_024 })).toBeUndefined();
  });
});

describe("what is kept of a text", () => {
  const text = {
    title: "  Back up Postgres ",
    description: `api_key: sk-live-51H8xZqJ0aB3cD4eF5gH6iJ7\n${"x ".repeat(5_000)}`,
    implementation_notes: `start ${"n ".repeat(1_000)}end`,
    type: "technique",
  };

  test("has no secrets, is cut, and says no category that nobody claims", () => {
    const kept = keptText(text);
    expect(kept.title).toBe("Back up Postgres");
    expect(kept.description).not.toContain("sk-live");
    expect(kept.description.length).toBeLessThanOrEqual(1_200);
    expect(Object.hasOwn(kept, "category")).toBe(false);
    expect(keptText({ ...text, category: "database" })).toMatchObject({ category: "database" });
  });

  test("is compared by title, description and the beginning of the notes, again and again the same", () => {
    const kept = keptText(text);
    expect(comparedText(kept)).toMatch(/^Back up Postgres\n/);
    expect(comparedText(kept)).toContain("start n");
    expect(comparedText(keptText(kept))).toBe(comparedText(kept));
    expect(comparedText({ ...kept, description: "", implementation_notes: "" })).toBe("Back up Postgres");
  });
});
