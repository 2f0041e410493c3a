/**
 * The length of a queue as Prometheus knows it (keda.sh/docs/2.17/scalers/prometheus): only where a rule of the repository
 * measures this very queue, and another ScaledObject shows which Prometheus KEDA may ask.
 */
import { exprOf, isPrometheusRule, rulesIn } from "../../../repository/alert-rules.ts";
import { scaledObjectsOf } from "../../../repository/keda.ts";
import { oncePer } from "../../../repository/lookup.ts";
import { parseQuery } from "../../../repository/promql.ts";
import { type FindQueue, sourceVariable, usualValue } from "./queue.ts";

const QUEUE = /(?:^|_)(?:QUEUE|LIST|STREAM|TOPIC)S?(?:_?NAME)?$/i;
/** Numbers of waiting things, by the names exporters give them. */
const WAITING = /_(?:messages(?:_ready)?|length|size|depth|lag|backlog|pending|waiting|num_pending)$/;
const LABELS: ReadonlySet<string> = new Set([
  "queue",
  "queue_name",
  "topic",
  "list",
  "key",
  "stream",
  "stream_name",
  "consumer_name",
]);

/** Every selector the repository's own rules measure a queue by. */
const measured = oncePer((platform) =>
  platform.resources
    .filter((one) => isPrometheusRule(one) && one.application !== undefined)
    .flatMap((rule) =>
      rulesIn(rule)
        .flatMap((one) => exprOf(one) ?? [])
        .map((expr) => ({ rule, expr })),
    )
    .flatMap(({ rule, expr }) =>
      (parseQuery(expr)?.selectors ?? [])
        .filter(({ metric }) => WAITING.test(metric))
        .map((selector) => ({ rule, ...selector, text: expr.slice(selector.from, selector.to) })),
    ),
);

export const findMeasured: FindQueue = (worker) => {
  const { platform } = worker;
  const queue = sourceVariable(worker, QUEUE, "queue");
  if (queue === undefined || typeof queue === "string") return undefined;
  const found = measured(platform).find(({ matchers }) =>
    matchers.some(({ label, operator, value }) => operator === "=" && LABELS.has(label) && value === queue.value),
  );
  if (found === undefined) return undefined;
  const before = scaledObjectsOf(platform).flatMap(({ triggers }) =>
    triggers.filter(({ type }) => type === "prometheus"),
  );
  const open = before.filter(({ authenticationRef }) => authenticationRef === undefined);
  const [address, second] = [...new Set(open.flatMap(({ metadata }) => metadata["serverAddress"] ?? []))];
  if (address === undefined || second !== undefined) {
    return `${found.rule.path} measures ${queue.value}, and no other ScaledObject shows which Prometheus KEDA may ask`;
  }
  const thresholds = open.flatMap(({ metadata }) => {
    return WAITING.test(parseQuery(metadata["query"] ?? "")?.selectors[0]?.metric ?? "")
      ? (metadata["threshold"] ?? [])
      : [];
  });
  return {
    triggers: [
      {
        type: "prometheus",
        metadata: {
          serverAddress: address,
          query: `sum(${found.text})`,
          threshold: usualValue(thresholds, "20"),
        },
      },
    ],
    queue: queue.value,
    because: `${queue.name} names the queue it reads, which ${found.rule.path} measures`,
  };
};
