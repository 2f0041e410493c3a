import fc from "fast-check";
import { expect, test } from "vitest";
import { judge } from "../../../shared/checks/judge.ts";
import type { CheckLimits, CheckRun, Phase } from "../../../shared/domain/health.ts";

const limits: CheckLimits = {
  failureLimit: 1,
  inconclusiveLimit: 2,
  consecutiveErrorLimit: 2,
  initialDelayMs: 0,
  intervalMs: 10,
  minSuccessful: 2,
  steadyMs: 20,
};
const letters: Record<string, Phase> = { S: "Successful", F: "Failed", I: "Inconclusive", E: "Error" };

/** One letter per measurement, one every 10 ms from 0. */
function run(phases: string, over: Partial<CheckRun> = {}): CheckRun {
  const measurements = [...phases].map((letter, index) => ({
    at: index * 10,
    phase: letters[letter] as Phase,
    message: `${letter}${index}`,
  }));
  return { limits, measurements, applies: true, ...over };
}

test.each([
  ["SSS", 0, "passing", ""],
  ["FSSS", 0, "passing", ""],
  ["FSF", 0, "failed", "F2"],
  ["", 0, "open", "nothing was measured"],
  ["SS", 0, "open", "20"],
  ["SSSI", 0, "open", "I3"],
  ["SSSE", 0, "open", "E3"],
  ["SSSF", 0, "open", "F3"],
  ["IISSS", 0, "passing", ""],
  ["IIISSS", 0, "open", "3 times inconclusive"],
  ["EESSS", 0, "passing", ""],
  ["EEESSS", 0, "open", "3 measurements in a row"],
  ["EESEESSS", 0, "passing", ""],
  ["SSISS", 0, "open", "only"],
  ["IIIIIEEEESSS", 90, "passing", ""],
  ["FSSSFSSS", 50, "failed", "F4"],
  ["SSSSS", 50, "open", "nothing was measured"],
  ["SSSSSS", 50, "open", "measured 1 times"],
])("%s, period from %i: %s", (phases, from, kind, because) => {
  const judgement = judge(run(phases, { limits: { ...limits, steadyMs: phases === "SS" ? 20_000 : 20 } }), from);
  expect(judgement.kind).toBe(kind);
  if ("because" in judgement) expect(judgement.because).toContain(because);
});

test("what does not apply is neither well nor unwell", () => {
  expect(judge(run("", { applies: false }), 0)).toEqual({ kind: "not-applicable" });
});

test("nothing passes without enough good measurements, the last of them good", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("S", "F", "I", "E"), { maxLength: 20 }), fc.nat(200), (phases, from) => {
      const judged = run(phases.join(""));
      if (judge(judged, from).kind !== "passing") return;
      const period = judged.measurements.filter(({ at }) => at >= from);
      expect(period.filter(({ phase }) => phase === "Successful").length).toBeGreaterThanOrEqual(2);
      expect(period.at(-1)?.phase).toBe("Successful");
      expect(phases.filter((phase) => phase === "F").length).toBeLessThanOrEqual(1);
    }),
  );
});
