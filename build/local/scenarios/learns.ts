/** What went well is done again in the same way, and what went wrong is not. */
import type { Improvement } from "../../../shared/domain/improvement.ts";
import { type Classroom, decisionOf, type LearningScenario, type Proposed, voteOf } from "./learning.ts";

const limits = (title: string, description: string): Proposed => ({
  title,
  description,
  category: "architecture",
  type: "resource_limits",
});

/** One kind, in other words for each workload of the market. */
const LIMITS = {
  before: [
    limits(
      "Set memory limits on the florist",
      "The florist has no memory limits. Set memory requests and limits on its container.",
    ),
    limits(
      "Limit the memory of the dairy",
      "Without memory limits the dairy can take a whole node. Set memory requests and limits on its container.",
    ),
    limits(
      "Memory limits for the grocer",
      "The grocer runs without memory limits. Set memory requests and limits on the container of the grocer.",
    ),
  ],
  sick: limits(
    "Set memory limits for the butcher",
    "The container of the butcher has neither memory requests nor memory limits. Set both.",
  ),
  after: limits(
    "Memory limits on the container of the tailor",
    "Set memory requests and memory limits on the container of the tailor, which has none.",
  ),
} as const;

const alerts = (stall: string, title: string, description: string): Proposed => ({
  title: title.replaceAll("STALL", stall),
  description: description.replaceAll("STALL", stall),
  category: "monitoring",
  type: "alerting",
});
const NOBODY_HEARS = "Nobody hears of it when requests to the STALL fail. Alert on the error rate of the STALL.";
const ALERTS = {
  before: [
    alerts("fountain", "Alert on errors of the STALL", NOBODY_HEARS),
    alerts("carousel", "The STALL needs an alert on errors", `${NOBODY_HEARS} It sells on Saturdays only.`),
    alerts("bandstand", "Alert when the STALL answers with errors", NOBODY_HEARS),
  ],
  doubted: alerts("kiosk", "An alert on errors of the STALL", NOBODY_HEARS),
  after: alerts("pavilion", "Alert on the errors of the STALL", NOBODY_HEARS),
} as const;

async function lesson(classroom: Classroom): Promise<void> {
  await fromTheCluster(classroom);
  await fromPeople(classroom);
  const printed = await classroom.terminal();
  for (const word of ["neighbours", "keywords", "architecture", "monitoring"]) {
    classroom.check(printed.includes(word), `\`school router\` does not speak of ${word}`);
  }
  const { memory, tiers } = await classroom.report();
  classroom.check(memory.hit >= 2, `the memory found something near ${memory.hit} times, not twice or more`);
  const served = tiers.find(({ tier }) => tier === "neighbours")?.served ?? 0;
  classroom.check(served === 2, `neighbours served ${served} improvements by the report, not two`);
}

async function fromTheCluster(classroom: Classroom): Promise<void> {
  const { say, check } = classroom;
  for (const proposed of LIMITS.before) {
    const routed = await choose(classroom, proposed, "keywords");
    await ends(classroom, routed, "verified");
  }
  const sick = await choose(classroom, LIMITS.sick, "neighbours");
  classroom.inject({ kind: "crash-loop", namespace: "market", workload: "butcher", when: "changed" });
  await ends(classroom, sick, "failed");
  const after = await choose(classroom, LIMITS.after, "keywords");
  const said = voteOf(after, "neighbours");
  check(said.startsWith("3 of 4 like it went well"), `after a rollback neighbours say: ${said}`);
  say(`neighbours: ${said}`);
}

async function fromPeople(classroom: Classroom): Promise<void> {
  const { say, check } = classroom;
  const reason = "I have read it";
  for (const proposed of ALERTS.before) {
    const { id } = await choose(classroom, proposed, "keywords");
    await classroom.judged(id, "monitoring", reason);
    await classroom.learned();
  }
  const doubted = await choose(classroom, ALERTS.doubted, "neighbours");
  await classroom.judged(doubted.id, "monitoring", reason);
  await classroom.feedback(doubted.id, { right: false, reason: "whose it is has to be settled first" });
  await classroom.learned();
  const words = (await classroom.trail(doubted.id)).map(({ because }) => because);
  check(
    words.some((word) => word.startsWith("the monitoring expert was wrong")),
    `its trail has nothing of the person's word: ${words.at(-1) ?? ""}`,
  );
  say(`a person: that was wrong for “${doubted.title}”`);
  const after = await choose(classroom, ALERTS.after, "keywords");
  const said = voteOf(after, "neighbours");
  check(said.startsWith("3 of 4 like it went well"), `after a person's word neighbours say: ${said}`);
  say(`neighbours: ${said}`);
}

/** Checks who chose it, in the record and in the trail. */
async function choose(
  { propose, routed, say, step, check, trail }: Classroom,
  proposed: Proposed,
  tier: string,
): Promise<Improvement> {
  const id = await propose(proposed);
  const improvement = await routed(id);
  const decision = decisionOf(improvement);
  const { expert } = decision;
  check(decision.tier === tier, `“${proposed.title}” was routed by ${decision.tier}, not by ${tier}`);
  check(expert === proposed.category, `“${proposed.title}” went to ${expert ?? "nobody"}`);
  const move = (await trail(id)).find(({ to }) => to === "routed");
  const begins = `${expert ?? ""} by ${decision.tier}: `;
  check(move?.because.startsWith(begins) === true, `its trail says ${move?.because ?? "nothing"}, not ${begins}…`);
  step(decision.tier, move?.because ?? "");
  say(`“${proposed.title}” → ${move?.because ?? "nobody"}`);
  return improvement;
}

async function ends(
  { carriedOut, learned, commits, say, check }: Classroom,
  { id, title }: Improvement,
  status: "verified" | "failed",
): Promise<void> {
  const ended = await carriedOut(id);
  await learned();
  const [changed] = ended.change_set?.files ?? [];
  say(`“${title}” is ${ended.status}: ${changed?.path ?? "nothing was changed"}`);
  const why = ended.failure_reason ?? ended.review_reason ?? "";
  check(ended.status === status, `“${title}” ended as ${ended.status}, not ${status}: ${why.slice(0, 300)}`);
  const own = (await commits()).filter(({ improvement }) => improvement === id);
  const reverts = own.filter((commit) => commit.reverts !== undefined).length;
  const wanted = status === "failed" ? 1 : 0;
  check(own.length === 1 + wanted && reverts === wanted, `git log has ${own.length} commits of “${title}”`);
}

export const learns: LearningScenario = {
  name: "learns",
  what: "the same kind of change is routed by keywords, by neighbours after three that went well, and by keywords again after one that did not",
  platform: "market",
  settings: {},
  seconds: 5,
  lesson,
};
