/** What operators do to the router. Each refuses with a reason, and notes who did it and why. */
import { createHash } from "node:crypto";
import { redisNow } from "../../shared/pipeline/services.ts";
import type { ModelEntry, ModelShelf, RolloutOverride } from "../../shared/routing-ports.ts";
import { Problem } from "./problem.ts";
import type { School } from "./school.ts";

export interface By {
  readonly name: string;
  readonly reason: string;
}

/** `share` (0..1) null: the configuration counts again. Throws Problem 409. */
export async function setRollout(
  { router, redis, settings }: School,
  share: number | null,
  { name, reason }: By,
): Promise<{ share: number; override: RolloutOverride | null }> {
  const at = new Date(await redisNow(redis)).toISOString();
  const by = `person:${name}`;
  const configured = settings.AB_TEST_PERCENTAGE;
  if (share === null) {
    const before = await router.rollout();
    if (before === undefined) {
      throw new Problem(409, `Nobody overrules AB_TEST_PERCENTAGE: the share is ${configured} already.`);
    }
    await router.setRollout(undefined);
    const because = `from ${before.share} back to the configured ${configured}: ${reason}`;
    await router.note({ at, what: "rollout", because, by });
    return { share: configured, override: null };
  }
  const before = (await router.rollout())?.share ?? configured;
  const override = { share, by, because: reason, at };
  await router.setRollout(override);
  await router.note({ at, what: "rollout", because: `from ${before} to ${share}: ${reason}`, by });
  return { share, override };
}

/** Has a version serve that waits or served before. Throws Problem 409 when it is not there, or damaged. */
export async function promote(school: School, version: string, { name, reason }: By): Promise<ModelEntry> {
  const { router, redis } = school;
  const entry = promotable(await router.shelf("router"), version);
  const bytes = await router.bytes("router", version);
  if (bytes === undefined) {
    throw new Problem(409, `The bytes of the model ${version} are gone: what lost keeps only its figures.`);
  }
  if (createHash("sha256").update(bytes).digest("hex") !== entry.checksum) {
    throw new Problem(409, `The model ${version} is damaged: its checksum is another one than when it was trained.`);
  }
  const because = `${name}: ${reason}`;
  await router.promote("router", version, because).catch(async (error: unknown) => {
    // Somebody else was first: the shelf says so in its words.
    promotable(await router.shelf("router"), version);
    throw error;
  });
  const at = new Date(await redisNow(redis)).toISOString();
  await router.note({ at, what: "promoted", because: `${version}: ${reason}`, by: `person:${name}` });
  return { ...entry, because };
}

function promotable({ current, previous, staging, archive }: ModelShelf, version: string): ModelEntry {
  if (current?.version === version) throw new Problem(409, `The model ${version} serves already.`);
  const others = [staging, previous, ...archive].filter((entry) => entry !== undefined);
  const entry = others.find((one) => one.version === version);
  if (entry !== undefined) return entry;
  const names = others.length === 0 ? "there is none to promote" : others.map((one) => one.version).join(", ");
  throw new Problem(409, `There is no model ${version} on the shelf: ${names}.`);
}

/** Back to what served before, at last to the seed. Throws Problem 409 when the seed serves. */
export async function stepBack({ router, redis }: School, { name, reason }: By): Promise<{ from: string; to: string }> {
  const before = (await router.shelf("router")).current;
  if (before === undefined) throw new Problem(409, "The seed serves: there is nothing to step back from.");
  await router.stepBack("router", `${name}: ${reason}`).catch(async (error: unknown) => {
    if ((await router.shelf("router")).current !== undefined) throw error;
    throw new Problem(409, "Somebody else has stepped back meanwhile: the seed serves.");
  });
  const to = (await router.shelf("router")).current?.version ?? "seed";
  const at = new Date(await redisNow(redis)).toISOString();
  const because = `from ${before.version} to ${to}: ${reason}`;
  await router.note({ at, what: "stepped-back", because, by: `person:${name}` });
  return { from: before.version, to };
}

/** Tells `learn`; a training that does not win changes nothing. */
export async function askForTraining({ router, redis, notices, wake }: School, { name, reason }: By): Promise<string> {
  const at = new Date(await redisNow(redis)).toISOString();
  const notice = { about: "retrain" as const, text: `${name} asked: ${reason}`, facts: { by: `person:${name}` } };
  await notices.send(notice, `person/${encodeURIComponent(name)}`);
  wake("learn");
  await router.note({ at, what: "retrain", because: reason, by: `person:${name}` });
  return at;
}
