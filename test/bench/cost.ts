/** What one improvement costs, by stage and by whom it is said to (cost/). The table goes to `say`. */
import { type CostSizes, measureCosts } from "./cost/cost.ts";
import { LINKS } from "./cost/school.ts";
import { median, type Row, spreadOf } from "./rows.ts";
import { againstReality } from "./simulation/validate.ts";

const RULES: CostSizes = { alone: 6, together: 3, watched: 10, interval: 1, rest: 15, useless: false };
const MODELS: CostSizes = { alone: 4, together: 0, watched: 4, interval: 1, rest: 10, useless: true };

export async function cost(say: (text: string) => void): Promise<Row[]> {
  const rules = await measureCosts(RULES);
  const models = await measureCosts(MODELS);
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  const figure = (value: number) => (value === 0 ? "" : value.toFixed(value < 10 ? 1 : 0));
  say(line(["stage", ...LINKS.map((link) => `${link}: requests, kB`), "CPU ms"]));
  say(line(["stage", ...LINKS, ""].map(() => "---")));
  for (const [stage, { turns, kilobytes, cpuMs }] of Object.entries(rules.perStage)) {
    const modelled = models.perStage[stage];
    const pairs = LINKS.map((link) => {
      const from = link === "models" ? modelled : { turns, kilobytes };
      return from === undefined || from.turns[link] === 0
        ? ""
        : `${figure(from.turns[link])}, ${figure(from.kilobytes[link])}`;
    });
    say(line([stage, ...pairs, figure(cpuMs)]));
  }
  const sum = (link: (typeof LINKS)[number], of = rules) =>
    Object.values(of.perStage).reduce((total, { turns }) => total + turns[link], 0);
  const bytes = Object.values(rules.perStage).reduce(
    (total, { kilobytes }) => total + LINKS.reduce((all, link) => all + kilobytes[link], 0),
    0,
  );
  const stages = Map.groupBy(rules.steps, ({ stage }) => stage);
  const each = (what: string, value: number, unit: string): Row => ({ name: `per improvement: ${what}`, value, unit });
  return [
    ...LINKS.filter((link) => link !== "models").map((link) => each(`asked of ${link}`, sum(link), "requests")),
    each("asked of models, all of whose answers are useless", sum("models", models), "requests"),
    each("over the network", bytes, "kB"),
    each("Redis's processor", rules.redis.cpuMs, "ms"),
    each("kept in Redis", rules.redis.allBytes / 1_000, "kB"),
    each("of it the record", rules.redis.recordBytes / 1_000, "kB"),
    each("of it the trail", rules.redis.trailBytes / 1_000, "kB"),
    { name: "at rest, asked of Redis by all", value: rules.atRest.redis, unit: "requests/s" },
    ...[...stages].map(([stage, steps]): Row => {
      const worked = steps.map((step) => step.worked);
      return { name: `from claim to settle, ${stage}`, value: median(worked), unit: "ms", spread: spreadOf(worked) };
    }),
    ...againstReality(rules),
  ];
}
