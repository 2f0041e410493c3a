/** What the experts judged, what they were shown, and what was asked of models for it, line by line. */
import type { Advice, Opinion, OutOfScope, Risk, SecondOpinion, ShownSource } from "../../shared/domain/evaluation.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { ModelCall } from "../../shared/domain/model-call.ts";

type Lines = readonly string[];

export function judgement({ expert_evaluation: evaluation }: Improvement): Lines {
  if (evaluation === undefined) return [];
  const { notes = [], doubt, second_opinion: second, sources = [], passed_on: passed } = evaluation;
  return [
    ...(passed === undefined ? [] : [`passed on by the ${passed.from} expert: ${passed.because}`]),
    ...opinion(evaluation),
    ...(doubt === undefined ? [] : [`in doubt: ${doubt}`]),
    ...notes.map((note) => `note: ${note}`),
    ...(second === undefined ? [] : secondOpinion(second)),
    ...(sources.length === 0 ? [] : ["shown to the experts:", ...sources.map(source)]),
  ];
}

function opinion(given: Opinion): Lines {
  const { expert, by, feasibility, impact, effort, priority, complexity, confidence } = given;
  const judged = { feasibility, impact, effort, priority, complexity, confidence };
  return [
    `${expert}, ${by === "rules" ? "rule-based" : `by ${by}`}`,
    ...(given.out_of_scope === undefined ? [] : [outOfScope(given.out_of_scope)]),
    ...Object.entries(judged).flatMap(([name, one]) =>
      one === undefined ? [] : [`${name}: ${one.value} (${one.evidence})`],
    ),
    ...given.risks.map(risk),
    ...(given.recommendations ?? []).map((advice) => advised("recommends", advice)),
    ...(given.dependencies ?? []).map((advice) => advised("depends on", advice)),
  ];
}

function outOfScope({ better, because }: OutOfScope): string {
  return `not its field${better === undefined ? "" : `, but ${better}`}: ${because}`;
}

function risk({ risk: name, mitigated, evidence, severity }: Risk): string {
  const words = ["risk", ...(severity === undefined ? [] : [severity]), ...(mitigated ? ["mitigated"] : [])];
  return `${words.join(", ")}: ${name} (${evidence})`;
}

function advised(verb: string, { text, evidence }: Advice): string {
  return `${verb}: ${text} (${evidence})`;
}

function secondOpinion({ because, missing, disagreement, opinions = [] }: SecondOpinion): Lines {
  return [
    `second opinion: ${because}`,
    ...(missing === undefined ? [] : [`  ${missing}`]),
    ...(disagreement === undefined ? [] : [`  the experts disagree: ${disagreement}`]),
    ...opinions.flatMap((one) => opinion(one).map((line, index) => `${index === 0 ? "  " : "    "}${line}`)),
  ];
}

/** A past improvement is looked up by its id, everything else by its file and line. */
function source({ label, corpus, path, place, from, to, outcome }: ShownSource): string {
  const lines = from === undefined ? "" : `:${from}${to === undefined || to === from ? "" : `-${to}`}`;
  const where = corpus === "improvements" ? `school show ${path}` : `${path}${lines}`;
  return `  ${label.padEnd(4)}${corpus}: ${where}, ${place}${outcome === undefined ? "" : ` (${outcome.replaceAll("_", " ")})`}`;
}

/** One line per question, and their sum. */
export function modelCalls({ model_calls: calls = [] }: Improvement): Lines {
  const cost = calls.reduce((sum, call) => sum + call.cost, 0);
  return calls.length < 2 ? calls.map(called) : [...calls.map(called), `together ${dollars(cost)}`];
}

function called(call: ModelCall): string {
  const { purpose, model, prompt, prompt_hash: hash, input, output, cache_read: read, answered_by: by } = call;
  const cached = read === 0 ? "" : ` (${read} of them cached)`;
  const cost = call.priced ? dollars(call.cost) : "price not known";
  const kept = by === "vendor" ? "" : `, answered by ${by === "cache" ? "what was kept" : "another's question"}`;
  return `${purpose}: ${model}, ${prompt} ${hash}, ${input} tokens in${cached}, ${output} out, ${cost}, ${call.ms} ms${kept}`;
}

function dollars(cost: number): string {
  return `$${cost.toFixed(4)}`;
}
