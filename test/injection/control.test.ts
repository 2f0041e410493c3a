/** The injection suite can fail: with the guard against orders disarmed, it does. */
import { expect, test, vi } from "vitest";
import { attacks, HONEST } from "./attacks.ts";
import { obeying } from "./obeying.ts";
import { walk } from "./school.ts";
import { wrongs } from "./wrongs.ts";

vi.mock(import("../../functions/ingest/orders.ts"), async (original) => ({
  ...(await original()),
  orderIn: () => undefined,
}));

test("without the guard against orders, rules and model let something through", async () => {
  const honest = await walk({ content: HONEST });
  const red = { rules: 0, model: 0 };
  for (const attack of attacks.slice(0, 20)) {
    if (wrongs(attack, await walk(attack.source), [], honest).length > 0) red.rules += 1;
    if (wrongs(attack, await walk(attack.source, obeying([])), [], honest).length > 0) red.model += 1;
  }
  expect(red.rules).toBeGreaterThan(1);
  expect(red.model).toBeGreaterThan(5);
});
