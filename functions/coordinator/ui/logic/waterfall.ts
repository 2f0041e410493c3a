/** An improvement's way as a waterfall: who had it when, how long it waited there, how long it was worked on. */
import { lifecycle, type Status } from "../../../../shared/domain/lifecycle.ts";
import { STAGES, stages } from "../../../../shared/stages.ts";
import type { TrailStep } from "../api/answers.ts";
import { actorOf, inWords } from "./words.ts";

/** `queue`: an event lay there; `work`: a worker had it; `watch`: looked at again and again; `either`: not told apart. */
export type PartKind = "queue" | "work" | "watch" | "person" | "either";

export interface Part {
  readonly kind: PartKind;
  /** Milliseconds it took. */
  readonly ms: number;
  /** Where it is drawn and how wide, as shares (0..1) of the whole. */
  readonly from: number;
  readonly width: number;
  /** Drawn shorter than it was. */
  readonly cut: boolean;
}

export interface Row {
  /** Entry of the trail that began it. */
  readonly entry: string;
  readonly status: string;
  /** Whose turn it was: a stage, or a person. */
  readonly who: string;
  readonly began: number;
  /** Absent while it stands there. */
  readonly ended?: number;
  /** Where it went, who sent it there, and why. */
  readonly left?: { readonly to: string; readonly by: string; readonly because: string };
  readonly parts: readonly Part[];
}

export interface Waterfall {
  readonly rows: readonly Row[];
  /** Milliseconds from the first entry to the last, or to now. */
  readonly ms: number;
  /** Milliseconds by kind. */
  readonly totals: Readonly<Record<PartKind, number>>;
}

/** A wait is drawn at most this share of all that was worked, so that a night does not hide the minute that mattered. */
const LONGEST_WAIT = 0.35;
/** Milliseconds that are drawn when nothing was worked on. */
const LEAST_WORK = 100;
/** Of the longest drawn part: what is shorter can still be seen and pointed at. */
const THINNEST = 0.015;
/** These look again and again at what others do. */
const WATCHERS: ReadonlySet<string> = new Set(["sync", "verify"]);

type Raw = Omit<Row, "parts"> & { readonly parts: readonly { readonly kind: PartKind; readonly ms: number }[] };

/** `now`: milliseconds since the epoch, for what goes on still. Entries whose time cannot be read are left out. */
export function waterfallOf(trail: readonly TrailStep[], now: number): Waterfall {
  // What leads from a status to itself is a remark: nobody's turn ends by it.
  const steps = trail.filter(({ at, from, to }) => from !== to && !Number.isNaN(Date.parse(at)));
  const rows = steps.flatMap((step, i) => rowOf(step, steps[i + 1], now));
  const [first, last] = [rows[0], rows.at(-1)];
  const end = last === undefined ? 0 : (last.ended ?? Math.max(now, last.began));
  return {
    rows: placed(rows),
    ms: first === undefined ? 0 : end - first.began,
    totals: totalsOf(rows),
  };
}

/** Nothing for a status at which nobody has a turn any more. */
function rowOf(step: TrailStep, next: TrailStep | undefined, now: number): Raw[] {
  const { to: status, entry } = step;
  const stage = stageOf(status);
  if (next === undefined && stage === undefined && !mayBeDecided(status)) return [];
  const began = Date.parse(step.at);
  const ended = next === undefined ? undefined : Math.max(began, Date.parse(next.at));
  const ms = (ended ?? Math.max(now, began)) - began;
  const left = next === undefined ? undefined : { to: next.to, by: next.by, because: next.because };
  // Whoever moved it on had it: a person may send on what a stage has.
  const who = stage ?? "a person";
  const head = { entry, status, who, began, ...(ended === undefined ? {} : { ended }) };
  return [{ ...head, ...(left === undefined ? {} : { left }), parts: partsOf(stage, ms, began, next) }];
}

function partsOf(stage: string | undefined, ms: number, began: number, next: TrailStep | undefined): Raw["parts"] {
  if (stage === undefined) return [{ kind: "person", ms }];
  const taken = next === undefined || actorOf(next.by).person ? Number.NaN : Date.parse(next.taken_at ?? "");
  if (Number.isNaN(taken)) return [{ kind: "either", ms }];
  const queued = Math.min(Math.max(0, taken - began), ms);
  const kind = WATCHERS.has(stage) ? "watch" : "work";
  return [
    { kind: "queue", ms: queued },
    { kind, ms: ms - queued },
  ];
}

function placed(rows: readonly Raw[]): Row[] {
  const all = rows.flatMap(({ parts }) => parts);
  const worked = all.filter(({ kind }) => kind === "work").reduce((sum, { ms }) => sum + ms, 0);
  const longest = Math.max(LEAST_WORK, worked) * LONGEST_WAIT;
  const drawn = ({ kind, ms }: Raw["parts"][number]) => (kind === "work" ? ms : Math.min(ms, longest));
  const thinnest = Math.max(...all.map(drawn), 1) * THINNEST;
  // A turn that took no time is a thin mark too: where its bar would be is where it was.
  const widths = rows.map(({ parts }) =>
    parts.map((part, i) => {
      const isAll = i === parts.length - 1 && parts.every(({ ms }) => ms === 0);
      return part.ms === 0 && !isAll ? 0 : Math.max(thinnest, drawn(part));
    }),
  );
  const whole = widths.flat().reduce((sum, width) => sum + width, 0);
  let at = 0;
  return rows.map(({ parts, ...row }, r) => ({
    ...row,
    parts: parts.map((part, i) => {
      const share = (widths[r]?.[i] ?? 0) / whole;
      const from = at;
      at += share;
      return { ...part, from, width: share, cut: drawn(part) < part.ms };
    }),
  }));
}

function totalsOf(rows: readonly Raw[]): Record<PartKind, number> {
  const totals: Record<PartKind, number> = { queue: 0, work: 0, watch: 0, person: 0, either: 0 };
  for (const { parts } of rows) for (const { kind, ms } of parts) totals[kind] += ms;
  return totals;
}

const owners: ReadonlyMap<string, string> = new Map(
  STAGES.flatMap((name) => {
    const entry = stages[name];
    return entry.kind === "owner" ? [[entry.takes, name] as const] : [];
  }),
);

/** The stage whose turn it is at `status`; undefined where a person decides, or nobody. */
export function stageOf(status: string): string | undefined {
  return owners.get(status);
}

/** Verified ones may be taken back for ever; that is no wait. */
function mayBeDecided(status: string): boolean {
  if (!Object.hasOwn(lifecycle, status)) return false;
  return status !== "verified" && lifecycle[status as Status].person.length > 0;
}

/** A row's name: the stage, or what a person is asked. */
export function nameOf({ who, status }: Row): string {
  return who === "a person" ? inWords(status) : inWords(who);
}
