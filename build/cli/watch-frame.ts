/** What `school watch` shows on a terminal: one screen, made anew of what the school says. */
import type { PipelineReport } from "../../functions/coordinator/pipeline-report.ts";
import { isMoving, type Status } from "../../shared/domain/lifecycle.ts";
import type { ImprovementLine } from "../../shared/pipeline/listing.ts";
import { statusLine } from "./commands/status.ts";
import { short, statusStyle, type Terminal } from "./terminal.ts";

/** The way of an improvement that nothing stops. */
const WAY: readonly Status[] = [
  "raw",
  "routed",
  "categorized",
  "validated",
  "planned",
  "approved",
  "implementation",
  "deployed",
  "verified",
];
/** What a stage of the way is called; the name of a status says where an improvement has arrived. */
export const MOVING: readonly Status[] = [...WAY.filter(isMoving), "rolling_back"];
export const WAITING: readonly Status[] = ["pending_review", "held", "rollback_blocked", "conflicts", "dead"];

const BAR = 18;
/** Columns below which the numbers have to do without bars. */
const NARROW = 80;

export interface Watched {
  readonly url: string;
  readonly report: PipelineReport;
  readonly moving: readonly ImprovementLine[];
  readonly waiting: readonly ImprovementLine[];
  readonly lately: readonly ImprovementLine[];
  /** When the verification of those that are deployed ends, by id: milliseconds since the epoch. */
  readonly verifiedAt: ReadonlyMap<string, number>;
}
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** At most `rows` lines of at most `columns` signs. */
export function watchFrame(terminal: Pick<Terminal, "paint">, watched: Watched, size: Size): string[] {
  const { url, report, moving, waiting, lately } = watched;
  const now = Date.parse(report.time);
  const bold = (text: string) => terminal.paint("bold", text);
  const head = [
    bold(short(`Cortex Online School at ${url}   ${report.time.slice(11, 19)} UTC   Ctrl-C ends`, size.columns)),
    ...alarms(terminal, report, size.columns),
    "",
    ...wrapped(statusLine(terminal as Terminal, report.counts), size.columns),
    ...wrapped(funnel(terminal, report), size.columns),
  ];
  const parts: (readonly [string, readonly string[]])[] = [
    [`Moving (${total(report, MOVING)})`, moving.map((line) => bar(terminal, line, watched, now, size.columns))],
    [`Waits for a person (${total(report, WAITING)})`, waiting.map((line) => asked(terminal, line, now, size.columns))],
    ["Lately", lately.map((line) => asked(terminal, line, now, size.columns))],
  ];
  const shown = parts.filter(([, lines]) => lines.length > 0);
  let room = size.rows - head.length - shown.length * 2;
  const body = shown.flatMap(([title, lines], i) => {
    const share = Math.max(1, Math.floor(room / (shown.length - i)));
    const taken = lines.slice(0, share);
    room -= taken.length;
    return ["", bold(title), ...taken];
  });
  if (shown.length === 0) body.push("", short("nothing here yet; `school learn <file>` hands in a talk", size.columns));
  return [...head, ...body].slice(0, size.rows);
}

function alarms(terminal: Pick<Terminal, "paint">, report: PipelineReport, columns: number): string[] {
  const { flags, breaker, freeze } = report;
  const on = flags.on.length === 0 ? null : `flags on: ${flags.on.join(", ")}`;
  return [...flags.warnings, on, breaker.because, freeze].flatMap((text) =>
    text === null ? [] : [terminal.paint("yellow", short(text, columns))],
  );
}

function funnel(terminal: Pick<Terminal, "paint">, { stages }: PipelineReport): string {
  return Object.entries(stages)
    .filter(([, { waiting, inFlight, delayed, dead, workers }]) => waiting + inFlight + delayed + dead + workers > 0)
    .map(([stage, { waiting, inFlight, delayed, dead, workers }]) => {
      const load = [`${waiting} wait`, `${inFlight} run`, ...(delayed > 0 ? [`${delayed} later`] : [])].join(", ");
      const lost = dead > 0 ? ` ${terminal.paint("red", `${dead} dead`)}` : "";
      return `${workers === 0 ? terminal.paint("dim", stage) : stage}: ${load}${lost}`;
    })
    .join("  ");
}

function total({ counts }: PipelineReport, statuses: readonly Status[]): number {
  return statuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
}

function bar(
  terminal: Pick<Terminal, "paint">,
  line: ImprovementLine,
  { verifiedAt }: Watched,
  now: number,
  columns: number,
): string {
  const { id, status, title, updated_at: since } = line;
  const back = status === "rolling_back";
  const step = back ? WAY.length : WAY.indexOf(status) + 1;
  const full = Math.round((step / WAY.length) * BAR);
  const drawn = terminal.paint(statusStyle(status), `${(back ? "<" : "#").repeat(full)}${"-".repeat(BAR - full)}`);
  const end = status === "deployed" ? verifiedAt.get(id) : undefined;
  const time = end === undefined ? age(since, now) : countdown(end - now);
  const place = back ? "back" : `${step}/${WAY.length}`;
  const left = `${place.padEnd(4)} ${status.padEnd(14)} ${time.padEnd(18)} `;
  const before = columns < NARROW ? "" : `[${drawn}] `;
  const room = columns - left.length - (before === "" ? 0 : BAR + 3);
  return `${before}${left}${room < 8 ? "" : short(title ?? id, room)}`.trimEnd();
}

function asked(terminal: Pick<Terminal, "paint">, line: ImprovementLine, now: number, columns: number): string {
  const { id, status, title, updated_at: since } = line;
  const why = line.review_reason ?? line.failure_reason ?? line.dead_reason;
  const text = `${short(title ?? id, 60)}${why === undefined ? "" : `: ${why}`}`;
  const left = `${short(id, 20).padEnd(20)} ${status.padEnd(16)} ${age(since, now).padEnd(8)} `;
  const painted = left.replace(status, terminal.paint(statusStyle(status), status));
  return left.length >= columns ? short(left, columns) : `${painted}${short(text, columns - left.length)}`;
}

function age(since: string | undefined, now: number): string {
  return since === undefined ? "" : span(now - Date.parse(since));
}

function countdown(ms: number): string {
  return ms > 0 ? `verified in ${span(ms)}` : "verdict is due";
}

function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5_400) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** Breaks a row of parts, two blanks between them, where it becomes wider than the terminal. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const part of text.split("  ")) {
    const longer = line === "" ? part : `${line}  ${part}`;
    if (line !== "" && width(longer) > columns) {
      lines.push(line);
      line = part;
    } else line = longer;
  }
  return [...lines, line].filter((part) => part !== "");
}

/** Signs that take room: those of colours do not. */
function width(text: string): number {
  return text.replace(/\u001b\[\d+m/g, "").length;
}
