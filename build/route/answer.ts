/** What `school route` does once its options are read: the cascade's tiers that need no school. */
import { readFile } from "node:fs/promises";
import type { Expert, RoutingVote } from "../../shared/domain/improvement.ts";
import { choicesOf } from "../../shared/routing/cascade.ts";
import { loadClassifier } from "../../shared/routing/classifier/model-file.ts";
import { seedClassifier } from "../../shared/routing/classifier/seed.ts";
import { classifierVote } from "../../shared/routing/classifier-vote.ts";
import { complexityOf } from "../../shared/routing/complexity.ts";
import { readRules } from "../../shared/routing/keywords/read-rules.ts";
import { keywordVote } from "../../shared/routing/keywords/vote.ts";
import { percent, thousandths } from "../../shared/routing/rounding.ts";
import type { Classifier, Ranked, RoutableText } from "../../shared/routing-ports.ts";
import type { Shell } from "../cli/command.ts";
import type { RouteOptions } from "../cli/commands/route.ts";
import { Failure } from "../cli/failure.ts";
import { short } from "../cli/terminal.ts";
import { type BadLine, type RoutableLine, readLines } from "./read-lines.ts";

/** What is printed of one line. */
export interface RoutedLine {
  readonly line: number;
  readonly id: string;
  readonly title: string;
  /** Null: no tier decides, a person would be asked. */
  readonly expert: Expert | null;
  /** The tier that decided, or `person`. */
  readonly tier: string;
  readonly confidence: number;
  /** Who comes first if somebody has to. */
  readonly ranked: readonly Ranked[];
  readonly complexity: number;
  readonly votes: readonly RoutingVote[];
  readonly note?: string;
}

const NO_REPEAT: RoutingVote = { tier: "exact-repeat", expert: null, confidence: 0, because: "no school was asked" };
type Rules = Parameters<typeof keywordVote>[1];

/** Throws Failure when a file cannot be read. */
export async function answerRoute(
  { file, rules: rulesFile, model: modelFile, json }: RouteOptions,
  { terminal, stdin, stopped, fail }: Shell,
): Promise<void> {
  const [classifier, rules] = await Promise.all([opened(modelFile), ruled(rulesFile)]);
  const rows: (readonly string[])[] = [];
  const show = (routed: RoutedLine) =>
    json === true ? terminal.line(JSON.stringify(routed)) : rows.push(rowOf(routed));
  let bad = 0;
  for (const line of await linesOf(file, stdin)) {
    if (stopped.aborted) break;
    if ("problem" in line) {
      bad++;
      terminal.note(`line ${line.line}: ${short(line.problem, 300)}`);
    } else show(routed(line, classifier, rules));
  }
  if (rows.length > 0) terminal.table(["LINE", "EXPERT", "TIER", "CONFIDENCE", "TITLE", "WHY"], rows);
  if (bad > 0) fail(1);
}

async function linesOf(file: string, stdin: NodeJS.ReadableStream): Promise<readonly (RoutableLine | BadLine)[]> {
  try {
    return await readLines(file, stdin);
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function routed({ line, id, text, note }: RoutableLine, classifier: Classifier, rules: Rules): RoutedLine {
  const { vote, sure, ranked, ms } = timed(() => keywordVote(text, rules));
  const keywords = { ...vote, ranked: ranked.slice(0, 3), ms };
  const trained = timed(() => classifierVote({ classifier }, text));
  const complexity = complexityOf(`${text.title}\n${text.description}`, text.implementation_notes.length).score;
  const votes = { repeat: NO_REPEAT, keywords, keywordsSure: sure, classifier: trained };
  const settings = { rag: false, neural: true, hasModel: false, complexity };
  const { expert, tier, confidence } = choicesOf(votes, settings).learned;
  return {
    line,
    id,
    title: text.title,
    expert,
    tier,
    confidence,
    ranked: inOrder(text, expert, classifier),
    complexity,
    votes: [keywords, trained],
    ...(note === undefined ? {} : { note }),
  };
}

/** The classifier has heard the keywords, too; who was chosen stands first. */
function inOrder(text: RoutableText, chosen: Expert | null, classifier: Classifier): readonly Ranked[] {
  const ranked = classifier.predict(text);
  return [...ranked.filter(({ expert }) => expert === chosen), ...ranked.filter(({ expert }) => expert !== chosen)];
}

function timed<Value extends object>(work: () => Value): Value & { readonly ms: number } {
  const from = performance.now();
  const value = work();
  return { ...value, ms: thousandths(performance.now() - from) };
}

async function opened(file: string | undefined): Promise<Classifier> {
  if (file === undefined) return await seedClassifier();
  try {
    return loadClassifier(await readFile(file));
  } catch (error) {
    throw new Failure(`the model ${file} cannot be used: ${(error as Error).message}`);
  }
}

async function ruled(file: string | undefined): Promise<Rules> {
  if (file === undefined) return undefined;
  try {
    return await readRules(await readFile(file, "utf8"));
  } catch (error) {
    throw new Failure(`the rules ${file} cannot be used: ${(error as Error).message}`);
  }
}

function rowOf({ line, expert, tier, confidence, title, votes, ranked }: RoutedLine): readonly string[] {
  const decisive = votes.find((vote) => vote.tier === tier);
  const candidates = ranked.slice(0, 2).map((one) => `${one.expert} ${percent(one.share)}`);
  const why = decisive?.because ?? `no tier decides; ${candidates.join(", ")}`;
  return [String(line), expert ?? "a person", tier, confidence.toFixed(2), short(title, 60), short(why, 80)];
}
