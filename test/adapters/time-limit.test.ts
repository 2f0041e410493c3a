import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { withinLimit } from "../../shared/adapters/time-limit.ts";

const never = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });

test("the answer, and nothing stays behind", async () => {
  const { signal } = new AbortController();
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const before = timers();
  expect(await withinLimit(60_000, signal, async () => "answer")).toBe("answer");
  await expect(withinLimit(60_000, signal, () => Promise.reject(new Error("refused")))).rejects.toThrow("refused");
  expect(timers()).toBe(before);
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("no answer in time", async () => {
  await expect(withinLimit(1, undefined, never)).rejects.toMatchObject({
    name: "TimeoutError",
    message: "no answer within 1 ms",
  });
});

test("the caller's own reason when the caller gives up, also before the first byte", async () => {
  const caller = new AbortController();
  const asking = withinLimit(60_000, caller.signal, never);
  caller.abort(new Error("the lease is lost"));
  await expect(asking).rejects.toThrow("the lease is lost");
  await expect(withinLimit(60_000, caller.signal, never)).rejects.toThrow("the lease is lost");
});
