/** How the router does, as text for a terminal: shares with their intervals, tables, and the calibration as a plot. */
import type { RouterReport } from "../../functions/coordinator/router-report.ts";
import type { Share } from "../../shared/routing/report/intervals.ts";
import type { ModelEntry } from "../../shared/routing-ports.ts";
import { harmless, short, type Terminal } from "./terminal.ts";

const EVENTS = 8;

export function describeRouter(terminal: Terminal, report: RouterReport): string {
  const heading = (text: string) => terminal.paint("bold", text);
  const { tiers, confusion, experts, events, models } = report;
  const parts: readonly (readonly [title: string, text: string])[] = [
    ["Arms", arms(report).join("\n")],
    [
      "Tiers",
      terminal.renderTable(
        ["TIER", "DECIDED", "ABSTAINED", "UNKNOWN", "SERVED", "PRECISION", "CONFIDENCE", "P50 MS", "P95 MS"],
        tiers.map(({ tier, votes, served, precision, meanConfidence, p50, p95 }) => [
          short(tier, 20),
          ...(tier === "person" ? ["", "", ""] : [votes.decided, votes.abstained, votes.unknown].map(String)),
          String(served),
          tier === "person" ? "" : shareText(precision),
          figure(meanConfidence, 2),
          figure(p50, 1),
          figure(p95, 1),
        ]),
      ),
    ],
    [
      "Experts",
      terminal.renderTable(
        ["EXPERT", "CHOSEN", "WAS RIGHT", "CHANGE HELD"],
        experts.map(({ expert, n, right, held }) => [expert, String(n), shareText(right), shareText(held)]),
      ),
    ],
    [
      "Confusion (rows: who was right, columns: who was chosen)",
      terminal.renderTable(
        ["", ...confusion.chosen.map((name) => name.slice(0, 6).toUpperCase())],
        confusion.rows.map(({ label, counts }) => [
          label,
          ...counts.map((number, i) => cell(terminal, number, confusion.chosen[i] === label)),
        ]),
      ),
    ],
    ["Calibration", calibration(terminal, report).join("\n")],
    ["Models", modelLines(terminal, models).join("\n")],
    ["Memory", memory(report).join("\n")],
    ["Events", events.slice(0, EVENTS).map(eventLine).join("\n") || "none yet"],
  ];
  return parts.map(([title, text]) => `${heading(title)}\n${text}`).join("\n\n");
}

function arms({ rollout, traffic, comparison, accuracy, labels, meanConfidence: mean }: RouterReport): string[] {
  const { configured, share, override } = rollout;
  const all = traffic.rules + traffic.learned;
  const { n, bothRight, onlyRules, onlyLearned, bothWrong, p } = comparison;
  const { by } = labels;
  return [
    override === null
      ? `the learned arm serves ${percent(share)}, as configured`
      : harmless(
          `the learned arm serves ${percent(share)} by ${override.by} since ${override.at}: ${override.because} (configured: ${percent(configured)})`,
        ),
    all === 0
      ? "nothing was routed yet"
      : `served so far: ${traffic.learned} by the learned arm, ${traffic.rules} by the rules (${percent(traffic.share ?? 0)} learned)`,
    `labels: ${labels.labelled} of ${labels.rows} improvements (person ${by.person}, expert ${by.expert}, second opinion ${by["second-opinion"]}, outcome ${by.outcome}${labels.judges === "said" ? "; outcomes are not counted below" : ""})`,
    `the expert who was served was right: ${shareText(accuracy.all)}${mean === null ? "" : `, mean confidence ${mean.toFixed(2)}`}`,
    n === 0
      ? "nobody has judged an improvement yet, so the arms cannot be compared"
      : `both arms on the same ${n}: both right ${bothRight}, only rules ${onlyRules}, only learned ${onlyLearned}, both wrong ${bothWrong}; McNemar p = ${p.toFixed(3)}`,
    ...(n === 0
      ? []
      : [`rules   ${shareText(comparison.accuracy.rules)}`, `learned ${shareText(comparison.accuracy.learned)}`]),
  ];
}

const WIDTH = 40;

/** One line per bin: a bar to what was right, a mark where the confidence is. */
function calibration(terminal: Terminal, { calibration: { n, bins, ece, brier } }: RouterReport): string[] {
  if (n === 0) return ["not enough data: nobody has judged an improvement whose expert a tier chose"];
  const lines = bins.map(({ from, to, n: count, confidence, right }) => {
    const range = `${from.toFixed(1)}-${to.toFixed(1)}`;
    if (right === null || confidence === null) return `${range}  ${terminal.paint("dim", "·".repeat(WIDTH))}    0`;
    const filled = Math.round(right * WIDTH);
    const mark = Math.min(WIDTH - 1, Math.round(confidence * WIDTH));
    const bar = Array.from({ length: WIDTH }, (_, i) => (i === mark ? "|" : i < filled ? "#" : " ")).join("");
    const style = Math.abs(right - confidence) <= 0.1 ? "green" : "yellow";
    return `${range}  ${terminal.paint(style, bar)} ${String(count).padStart(4)}  sure ${confidence.toFixed(2)}, right ${right.toFixed(2)}`;
  });
  return [
    ...lines,
    `#: share that was right, |: mean confidence; ECE ${figure(ece, 3)}, Brier ${figure(brier, 3)}, n ${n}`,
  ];
}

function modelLines(terminal: Terminal, { serving, current, previous, staging, archive }: RouterReport["models"]) {
  const shelf = [
    ["current", current],
    ["previous", previous],
    ["staging", staging],
    ...archive.map((entry) => ["archive", entry] as const),
  ] as const;
  const rows = shelf.flatMap(([place, entry]) => (entry === null ? [] : [modelRow(place, entry)]));
  const head = ["PLACE", "VERSION", "KIND", "TRAINED", "ROWS", "KB", "FIGURES", "BECAUSE"];
  return [
    ...(serving === "seed" ? ["the model that comes with the school serves (seed)"] : []),
    ...(rows.length === 0 ? [] : [terminal.renderTable(head, rows)]),
  ];
}

function modelRow(place: string, { version, kind, at, rows, bytes, figures, because }: ModelEntry): string[] {
  const known = Object.entries(figures).map(([name, value]) => `${name} ${Math.round(value * 1_000) / 1_000}`);
  return [
    place,
    short(version, 40),
    short(kind, 12),
    at,
    String(rows),
    String(Math.ceil(bytes / 1_024)),
    short(known.join(", "), 60),
    short(because, 60),
  ];
}

function memory({
  memory: { kept, hit, miss, error, hitRate, thresholds },
  complexity,
  escalated,
  training,
}: RouterReport) {
  const reasons = Object.entries(escalated).map(([reason, number]) => `${reason} ${number}`);
  return [
    kept
      ? `lookups: ${hit} found something near, ${miss} nothing, ${error} could not be made${hitRate === null ? "" : ` (hit rate ${percent(hitRate)})`}`
      : "there is no index to remember in: QDRANT_URL is not set",
    ...Object.entries(thresholds).map(([embedder, value]) => harmless(`threshold of ${embedder}: ${value.toFixed(3)}`)),
    ...(complexity.n === 0
      ? []
      : [
          `complexity: half of all under ${figure(complexity.p50, 0)}, nineteen of twenty under ${figure(complexity.p95, 0)}`,
        ]),
    ...(reasons.length === 0 ? [] : [harmless(`no cheap tier could say: ${reasons.join(", ")}`)]),
    `trained: ${training.last ?? "never"}, ${training.newLabels} new labels since`,
  ];
}

function eventLine({ at, what, because, by }: RouterReport["events"][number]): string {
  return harmless(`${at}  ${what.padEnd(12)} ${by ?? "school"}: ${because}`);
}

function shareText({ share, low, high, n }: Share): string {
  return share === null ? "no data" : `${percent(share)} (${percent(low)}-${percent(high)}, n=${n})`;
}

/** What is on the diagonal was right. */
function cell(terminal: Terminal, number: number, isRight: boolean): string {
  if (number === 0) return terminal.paint("dim", "0");
  return terminal.paint(isRight ? "green" : "red", String(number));
}

function figure(value: number | null, digits: number): string {
  return value === null ? "–" : value.toFixed(digits);
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}
