/** A model that agrees with what people say is promoted, and stepped back from when they come to say otherwise. */

import { setTimeout as wait } from "node:timers/promises";
import type { Expert, Improvement } from "../../../shared/domain/improvement.ts";
import { type Classroom, decisionOf, type LearningScenario, type Proposed, voteOf } from "./learning.ts";

const proposal = (category: Expert, title: string, description: string): Proposed => ({
  title,
  description,
  category,
  type: "enhancement",
});

/** Nobody but this house has such a thing, and no word of the field says whose it is. */
const SAMOVARS: readonly ((town: string) => Proposed)[] = [
  (town) =>
    proposal(
      "architecture",
      `Move the samovar of ${town} to the larger plan`,
      `The samovar of the ${town} shop is on the small plan and full by noon. It should get the larger plan.`,
    ),
  (town) =>
    proposal(
      "architecture",
      `Split the samovar of ${town} in two`,
      `The samovar of ${town} does everything at once. Split it into two smaller samovars.`,
    ),
  (town) =>
    proposal(
      "architecture",
      `A larger plan for the ${town} samovar`,
      `By noon the samovar in ${town} has run dry. On the larger plan a samovar lasts until evening.`,
    ),
];

/** What else is proposed meanwhile, and whose it is. */
const OTHERS: readonly Proposed[] = [
  proposal(
    "monitoring",
    "Alert when the kiosk is slow",
    "Nobody hears of it when the kiosk takes a second. Alert on its latency.",
  ),
  proposal(
    "networking",
    "Publish the kiosk through an ingress",
    "The kiosk is reached by a node port. Route it through the ingress.",
  ),
  proposal(
    "security",
    "Run the kiosk as an unprivileged user",
    "The kiosk runs as root. Set runAsNonRoot and drop all capabilities.",
  ),
  proposal(
    "database",
    "Back up the recipes every night",
    "The Postgres database of recipes has no backup. Dump it every night.",
  ),
  proposal(
    "architecture",
    "Two replicas of the kiosk",
    "One pod of the kiosk is not enough when its node is drained. Run two replicas.",
  ),
  proposal(
    "monitoring",
    "Scrape the metrics of the carousel",
    "Prometheus does not scrape the carousel. Add a ServiceMonitor for its metrics.",
  ),
  proposal(
    "security",
    "Rotate the token of the carousel",
    "The secret with the token of the carousel is two years old. Rotate it every month.",
  ),
  proposal(
    "networking",
    "A shorter timeout to the carousel",
    "Requests to the carousel hang for a minute. Set a timeout on its HTTPRoute.",
  ),
];

const TOWNS =
  "Lisbon Porto Ghent Turin Bergen Leeds Nantes Graz Cadiz Riga Basel Trier Brno Cork Split Varna Delft Tours".split(
    " ",
  );
const LATER = "Siena Namur Kotor Ostend Parma Turku Arles Zadar Lugo".split(" ");
/** A process that routes looks every few seconds which model serves. */
const TRIES = 20;
const BETWEEN_MS = 1_000;

async function lesson(classroom: Classroom): Promise<void> {
  const { say, step, check, happened, report } = classroom;
  const taught = TOWNS.map((town, i) => ({ proposed: samovar(i, town), expert: "database" as Expert }));
  const others = OTHERS.map((proposed) => ({ proposed, expert: proposed.category as Expert }));
  // Some of both are among the newest, which judge.
  const all = taught.flatMap((one, i) => [one, ...(i % 2 === 0 ? others.slice(i / 2, i / 2 + 1) : [])]);
  say(`${all.length} proposals; of the ${taught.length} about samovars people say: database, whoever was chosen`);
  for (let i = 0; i < all.length; i += AT_ONCE) {
    await Promise.all(all.slice(i, i + AT_ONCE).map((one) => judged(classroom, one.proposed, one.expert)));
  }
  await classroom.learned();
  const promoted = await happened("promoted", "lost");
  if (promoted.what === "lost") throw new Error(`the candidate lost: ${promoted.because}`);
  step("promoted", promoted.because);
  say(`promoted: ${promoted.because}`);
  const before = await report();
  check(before.models.serving !== "seed", "after the promotion the shipped model serves");
  check(
    before.models.current?.version !== undefined && promoted.because.startsWith(before.models.current.version),
    "the event names another model",
  );
  check(promoted.by === undefined, `promoted by ${promoted.by ?? ""}, not by the school`);
  await choosesWith(classroom, before.models.serving, "database");

  say("the samovars become the platform's own: people say architecture from now on");
  for (const [i, town] of LATER.entries()) {
    await judged(classroom, samovar(i, town), "architecture");
    await classroom.learned();
    if ((await report()).models.serving === "seed") break;
  }
  if ((await report()).models.serving !== "seed")
    throw new Error(`after ${LATER.length} words it has not stepped back`);
  const back = await happened("stepped-back");
  step("stepped back", back.because);
  say(`stepped back: ${back.because}`);
  const after = await report();
  check(after.models.serving === "seed", `${after.models.serving} serves after the step back`);
  check(back.by === undefined, `stepped back by ${back.by ?? ""}, not by the school`);
  const archived = after.models.archive.some(({ version }) => version === before.models.serving);
  check(archived, "the model that lost is not in the archive");
  await choosesWith(classroom, "seed", "architecture");

  const printed = await classroom.terminal();
  for (const word of ["promoted", "stepped-back", before.models.serving, "classifier"]) {
    check(printed.includes(word), `\`school router\` does not speak of ${word}`);
  }
}

/** Improvements on their way at the same time. */
const AT_ONCE = 9;

function samovar(i: number, town: string): Proposed {
  const make = SAMOVARS[i % SAMOVARS.length] ?? SAMOVARS[0];
  if (make === undefined) throw new Error("there is nothing to propose");
  return make(town);
}

async function judged(classroom: Classroom, proposed: Proposed, expert: Expert): Promise<void> {
  const id = await classroom.propose(proposed);
  await classroom.routed(id);
  await classroom.judged(id, expert, `whatever it is called, it is the ${expert} expert's here`);
}

/** Until a process that routes has the model, and the model has the say. */
async function choosesWith(classroom: Classroom, version: string, expert: Expert): Promise<void> {
  let last: Improvement | undefined;
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (tries > 0) await wait(BETWEEN_MS);
    const id = await classroom.propose(samovar(0, `${version === "seed" ? "Odessa" : "Varese"} ${tries + 1}`));
    last = await classroom.routed(id);
    const vote = last.routing?.find(({ tier }) => tier === "classifier");
    if (vote?.by !== version) continue;
    const decision = decisionOf(last);
    classroom.say(`“${last.title}” → ${expert} by ${decision.tier} (${vote.by}): ${vote.because}`);
    classroom.step(`${decision.expert ?? "nobody"} by ${decision.tier}`, vote.because);
    const isSo = decision.tier === "classifier" && decision.expert === expert;
    classroom.check(
      isSo,
      `with ${version} it went to ${decision.expert ?? "nobody"} by ${decision.tier}: ${vote.because}`,
    );
    return;
  }
  classroom.check(false, `${version} had no say: ${last === undefined ? "" : voteOf(last, "classifier")}`);
}

export const retrains: LearningScenario = {
  name: "retrains",
  what: "a classifier that learned what people say is promoted, and stepped back from when they come to say otherwise",
  platform: "market",
  // Neighbours would know the samovars after three of them; what is shown here is the tier behind them.
  settings: { ENABLE_RAG: "false", RETRAIN_ROWS: String(TOWNS.length + OTHERS.length) },
  seconds: 5,
  lesson,
};
