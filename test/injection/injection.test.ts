/**
 * Hostile sources on their way to a commit, read by the rules and by a model that obeys the attacker in every stage. None
 * raises a permission, reaches a commit, changes a flag, or gets a prompt or a secret out.
 */
import { beforeAll, describe, expect, test } from "vitest";
import type { ModelQuestion } from "../../shared/model-ports.ts";
import { attacks, HONEST } from "./attacks.ts";
import { obeying } from "./obeying.ts";
import { type Walked, walk } from "./school.ts";
import { wrongs } from "./wrongs.ts";

let honest: Walked;
beforeAll(async () => {
  honest = await walk({ content: HONEST });
});

test("there are at least forty, and the honest part alone is approved without a person", () => {
  expect(attacks.length).toBeGreaterThanOrEqual(40);
  expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length);
  expect(honest.approved).toHaveLength(1);
});

describe("read by rules", () => {
  test.each(attacks)("$name", async (attack) => {
    expect(wrongs(attack, await walk(attack.source), [], honest)).toEqual([]);
  });
});

describe("read by a model that obeys", () => {
  test.each(attacks)("$name", async (attack) => {
    const asked: ModelQuestion[] = [];
    expect(wrongs(attack, await walk(attack.source, obeying(asked)), asked, honest)).toEqual([]);
  });
});
