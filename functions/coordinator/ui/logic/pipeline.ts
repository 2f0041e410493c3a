/** What the pipeline page says in words and sums, without a browser. */
import { STAGES, type StageName, stages } from "../../../../shared/stages.ts";
import type { PipelineAnswer } from "../api/pipeline-answers.ts";
import { number, span } from "./time.ts";
import { inWords, NEEDS_PERSON } from "./words.ts";

export type Layer = (typeof stages)[StageName]["layer"];
export const LAYERS = [...new Set(STAGES.map((stage): Layer => stages[stage].layer))];

export function stagesOf(layer: Layer): StageName[] {
  return STAGES.filter((stage) => stages[stage].layer === layer);
}

/** Which functions of a layer run: `cold`, or how many processes of how many functions. */
export function warmth(answer: PipelineAnswer, layer: Layer): { readonly warm: boolean; readonly words: string } {
  const own = stagesOf(layer);
  const warm = own.filter((stage) => answer.stages[stage].workers > 0).length;
  const workers = own.reduce((sum, stage) => sum + answer.stages[stage].workers, 0);
  if (warm === 0) return { warm: false, words: "cold" };
  return { warm: true, words: `${warm} of ${own.length} warm, ${counted(workers, "process", "processes")}` };
}

/** Moves of a layer's stages in each of the last sixty minutes. */
export function layerMinutes(answer: PipelineAnswer, layer: Layer): number[] {
  const rows = stagesOf(layer).map((stage) => answer.stages[stage].perMinute);
  return Array.from({ length: 60 }, (_, minute) => rows.reduce((sum, row) => sum + (row[minute] ?? 0), 0));
}

/** The seconds since the epoch at which each of the last sixty minutes began. */
export function minutesBefore(time: string): number[] {
  const now = Math.floor(Date.parse(time) / 1_000);
  return Array.from({ length: 60 }, (_, minute) => now - (59 - minute) * 60);
}

/** The chart in a sentence. */
export function throughputSentence(answer: PipelineAnswer): string {
  const minutes = LAYERS.map((layer) => layerMinutes(answer, layer));
  const totals = Array.from({ length: 60 }, (_, at) => minutes.reduce((sum, row) => sum + (row[at] ?? 0), 0));
  const all = totals.reduce((sum, count) => sum + count, 0);
  if (all === 0) return "Nothing moved in the last hour.";
  const parts = LAYERS.map((layer, i) => {
    const own = (minutes[i] ?? []).reduce((sum, count) => sum + count, 0);
    return `${number(own)} in ${layer}`;
  });
  return `${counted(all, "move", "moves")} in the last hour, at most ${number(Math.max(...totals))} in a minute: ${parts.join(", ")}.`;
}

export interface Asked {
  readonly status: (typeof NEEDS_PERSON)[number];
  readonly words: string;
  readonly count: number;
  /** How long the first of them has been waiting, and which it is. */
  readonly oldest: string | undefined;
  readonly id: string | undefined;
}

/** Where people are waited for, the longest wait first. */
export function askedOf({ counts, oldest, time }: PipelineAnswer): Asked[] {
  const now = Date.parse(time);
  return NEEDS_PERSON.filter((status) => counts[status] > 0)
    .map((status) => ({ status, since: Date.parse(oldest[status]?.since ?? time) }))
    .sort((a, b) => a.since - b.since)
    .map(({ status, since }) => ({
      status,
      words: inWords(status),
      count: counts[status],
      oldest: oldest[status] === null ? undefined : span(now - since),
      id: oldest[status]?.id,
    }));
}

export function counted(count: number, one: string, many: string): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}
