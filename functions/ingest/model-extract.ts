/**
 * A model reads the talk beside the rules. It has no tools and no secrets, and nothing it answers is believed: its quotes
 * are looked up, its words are cut, and how relevant something is, it does not say.
 */
import type { ModelCall } from "../../shared/domain/model-call.ts";
import type { LanguageModel } from "../../shared/model-ports.ts";
import { askStructured } from "../../shared/models/structured.ts";
import { type Known, runsOf } from "./harmless.ts";
import { Answer, type Reading, readingsIn, SCHEMA } from "./model-answer.ts";
import { extractPrompt } from "./prompts/generated.ts";
import { type FoundQuote, quoteBook } from "./quotes.ts";
import { type Segment, segmentsOf } from "./segments.ts";
import type { Sentence } from "./sentences.ts";

/** What a model proposed, with the quotes that were really found. */
export interface Evidenced {
  readonly reading: Reading;
  readonly quotes: readonly FoundQuote[];
  readonly model: string;
}

export interface ModelReading {
  readonly found: readonly Evidenced[];
  /** Parts of sentences for people: what was not read, and what was thrown away. */
  readonly notes: readonly string[];
  /** Oldest first. */
  readonly calls: readonly ModelCall[];
  /** What its words are held against. */
  readonly known: Known;
}

/** Segments that are asked about at once. */
const AT_ONCE = 3;

const CATEGORIES = `- architecture: how workloads run: resources, probes, replicas, spreading, autoscaling, rollouts
- integration: what is connected to something else, deployed anew, or exchanged between services
- security: credentials, permissions, images, isolation of containers
- database: databases, their backups, pools, migrations and storage
- networking: who may talk to whom, ingress, DNS, certificates, meshes
- monitoring: metrics, alerts, dashboards, logs, traces
- capability: something the platform could do that none of these names
- knowledge: worth knowing, nothing to change`;

/** Throws only the signal's reason. */
export async function readWithModel(
  sentences: readonly Sentence[],
  title: string,
  model: LanguageModel,
  signal: AbortSignal,
): Promise<ModelReading> {
  const { segments, unread } = segmentsOf(sentences);
  const book = quoteBook(sentences);
  const found: Evidenced[] = [];
  const calls: ModelCall[] = [];
  const tally = { invented: 0, orders: 0, empty: 0, misfits: 0 };
  const failures: string[] = [];
  const questions = segments.map((segment, i) => questionOf(segment, title, `${i + 1} of ${segments.length}`));
  for (let from = 0; from < questions.length; from += AT_ONCE) {
    const asked = questions.slice(from, from + AT_ONCE);
    const answers = await Promise.all(asked.map((question) => askStructured(model, question, Answer, signal)));
    for (const answer of answers) {
      calls.push(...answer.calls);
      if (answer.kind !== "answered") {
        failures.push(answer.because);
        continue;
      }
      const { readings, misfits } = readingsIn(answer.value);
      tally.misfits += misfits;
      for (const reading of readings) take(reading, answer.model);
    }
    // Out of reach or over the budget: the next part would be told the same.
    if (answers.every(({ kind }) => kind === "unavailable")) {
      const left = questions.length - from - asked.length;
      if (left > 0) failures.push(`${left} more parts were not asked about`);
      break;
    }
  }

  function take(reading: Reading, by: string): void {
    const looked = reading.claims.map(({ quote }) => book.find(quote));
    const real = looked.filter((quote) => quote !== undefined);
    tally.invented += looked.length - real.length;
    if (real.some(({ order }) => order !== undefined)) tally.orders += 1;
    else if (real.length === 0) tally.empty += 1;
    else found.push({ reading, quotes: uniqueOf(real), model: by });
  }

  const notes = [
    failures.length === 0 ? "" : `the model could not be used (${failures[0]?.slice(0, 300)}): ${rulesRead(found)}`,
    unread === 0 ? "" : `${unread} sentences beyond ${segments.length} parts were read by the rules alone`,
    tally.invented === 0 ? "" : `${tally.invented} quotes of the model stand nowhere in the source and were dropped`,
    tally.empty === 0 ? "" : `${tally.empty} proposals of the model had no quote left`,
    tally.orders === 0 ? "" : `${tally.orders} proposals of the model rested on orders to the reader`,
    tally.misfits === 0 ? "" : `${tally.misfits} proposals of the model had not the form asked for`,
  ].filter((note) => note !== "");
  const told =
    questions[0] === undefined ? new Set<string>() : runsOf(questions[0].system, ...(questions[0].shared ?? []));
  return { found, notes, calls, known: { told, says: (name) => book.says(name) } };
}

function questionOf(segment: Segment, title: string, part: string) {
  const rendered = extractPrompt.render({ title, part, transcript: segment.text, categories: CATEGORIES });
  return { ...rendered, schema: SCHEMA, payer: "ingest" };
}

function rulesRead(found: readonly Evidenced[]): string {
  return found.length === 0 ? "the rules read it alone" : "the rules read those parts alone";
}

function uniqueOf(quotes: readonly FoundQuote[]): FoundQuote[] {
  return [...new Map(quotes.map((quote) => [quote.text, quote])).values()];
}
