/** After every label: whether the model, and the arm, that serve still deserve it. What is stepped back from is told people. */
import { mayJudge } from "../../shared/routing/learning/rows.ts";
import type { Classifier, ModelEntry, Notices, RouterBook, TrainingRow } from "../../shared/routing-ports.ts";

export interface WatchPorts {
  readonly router: RouterBook;
  readonly notices: Notices;
}

/** Newest rows that are looked at. */
const WATCHED = 400;

/** What was done, in words. */
export async function watchRouter(ports: WatchPorts, now: number): Promise<string[]> {
  const rows = await ports.router.rows(WATCHED);
  return [...(await watchModel(ports, rows, now)), ...(await watchArms(ports, rows, now))];
}

async function watchModel(ports: WatchPorts, rows: readonly TrainingRow[], now: number): Promise<string[]> {
  const { router } = ports;
  const { current, previous } = await router.shelf("router");
  if (current === undefined) return [];
  const since = Date.parse(current.since ?? current.at);
  const labelled = rows.filter((row) => mayJudge(row) && Date.parse(row.at) > since);
  const { judgeServing, LEAST_PAIRS } = await import("../../shared/routing/learning/step-back.ts");
  if (labelled.length < LEAST_PAIRS) return [];
  const [serving, before] = await Promise.all([loaded(router, current), loaded(router, previous)]);
  // What cannot be loaded does not serve; whoever routes has said so.
  if (serving === undefined || before === undefined) return [];
  const finding = judgeServing(
    serving,
    before,
    labelled.flatMap(({ text, label }) => (label === undefined ? [] : [{ text, label }])),
  );
  if (finding === undefined) return [];
  const { kind, because, figures } = finding;
  if (kind === "drift") {
    const isServed = labelled.some(({ arm }) => arm === "learned");
    return isServed ? stopLearnedArm(ports, { because: `${current.version}: ${because}`, figures }, now) : [];
  }
  if (!(await router.stepBack("router", because, current.version))) return [];
  const text = `The router has stepped back from ${current.version} to ${before.version}: ${because}`;
  await tell(ports, { what: "stepped-back", text, figures }, now);
  return [text];
}

async function watchArms(ports: WatchPorts, rows: readonly TrainingRow[], now: number): Promise<string[]> {
  const { judgeArms } = await import("../../shared/routing/learning/arms-step-back.ts");
  const rollout = await ports.router.rollout();
  const finding = rollout?.share === 0 ? undefined : judgeArms(rows, rollout?.at);
  return finding === undefined ? [] : stopLearnedArm(ports, finding, now);
}

/** Only a person lets it serve again. */
async function stopLearnedArm(
  ports: WatchPorts,
  { because, figures }: { because: string; figures: Readonly<Record<string, number>> },
  now: number,
): Promise<string[]> {
  const { router } = ports;
  if ((await router.rollout())?.share === 0) return [];
  await router.setRollout({ share: 0, by: "school", because, at: new Date(now).toISOString() });
  const text = `The learned tiers of the router no longer serve: ${because}`;
  await tell(ports, { what: "rollout", text, figures }, now);
  return [text];
}

async function tell(
  { router, notices }: WatchPorts,
  { what, text, figures }: { what: string; text: string; figures: Readonly<Record<string, number>> },
  now: number,
): Promise<void> {
  await router.note({ at: new Date(now).toISOString(), what, because: text });
  await notices.send({ about: "router", text, facts: { ...figures } }, "learn");
}

/** The last two that were asked for: what serves, and what would instead. Undefined: it cannot be loaded. */
const recent = new Map<string, Classifier>();

/** The model the school came with, where `entry` is undefined. */
async function loaded(router: RouterBook, entry: ModelEntry | undefined): Promise<Classifier | undefined> {
  if (entry === undefined) {
    const { seedClassifier } = await import("../../shared/routing/classifier/seed.ts");
    return seedClassifier();
  }
  const key = `${entry.version} ${entry.checksum}`;
  const known = recent.get(key);
  if (known !== undefined) return known;
  const { loadEntry } = await import("../../shared/routing/learning/load-entry.ts");
  const classifier = await loadEntry(router, entry);
  if (typeof classifier === "string") return undefined;
  for (const old of [...recent.keys()].slice(0, -1)) recent.delete(old);
  recent.set(key, classifier);
  return classifier;
}
