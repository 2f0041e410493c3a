/** The way of an improvement: a row for each turn, with the time it lay in a queue apart from the time it was worked on. */
import { useEffect, useId, useState } from "preact/hooks";
import type { TrailStep } from "../api/answers.ts";
import { duration } from "../logic/time.ts";
import { nameOf, type Part, type PartKind, type Row, waterfallOf } from "../logic/waterfall.ts";
import { actorOf, inWords } from "../logic/words.ts";

const EVERY_MS = 1_000;
/** Units of the drawing. */
const WIDTH = 1_000;
const KINDS: Readonly<Record<PartKind, string>> = {
  queue: "Queued",
  work: "Worked on",
  watch: "Watched",
  person: "With a person",
  either: "Queued or worked on",
};

export function WaterfallView({ trail }: { trail: readonly TrailStep[] }) {
  const [now, setNow] = useState(() => Date.now());
  const { rows, ms, totals } = waterfallOf(trail, now);
  const goesOn = rows.at(-1)?.ended === undefined && rows.length > 0;
  useEffect(() => {
    if (!goesOn) return undefined;
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, [goesOn]);
  if (rows.length === 0) return <p class="help">Nobody had a turn yet.</p>;
  const kinds = (Object.keys(KINDS) as PartKind[]).filter((kind) => totals[kind] > 0);
  return (
    <>
      <ul class="waterfall-legend" aria-label={`${duration(ms)} in all`}>
        <li class="whole">{duration(ms)} in all</li>
        {kinds.map((kind) => (
          <li key={kind} class={`part-${kind}`}>
            {KINDS[kind]} {duration(totals[kind])}
          </li>
        ))}
      </ul>
      <table class="waterfall">
        <thead>
          <tr>
            <th scope="col">Turn</th>
            <th scope="col" class="bars">
              <span class="unseen">Drawn</span>
            </th>
            <th scope="col" class="figure-cell">
              Queued
            </th>
            <th scope="col" class="figure-cell">
              Then
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Turn key={row.entry} row={row} />
          ))}
        </tbody>
      </table>
      {rows.some(({ parts }) => parts.some(({ cut }) => cut)) && (
        <p class="help">Hatched: a wait that is drawn shorter than it was.</p>
      )}
    </>
  );
}

function Turn({ row }: { row: Row }) {
  const [open, setOpen] = useState(false);
  const told = useId();
  const queued = row.parts.find(({ kind }) => kind === "queue");
  const then = row.parts.find(({ kind }) => kind !== "queue");
  return (
    <>
      <tr>
        <th scope="row">
          <button
            type="button"
            class="turn"
            aria-expanded={open}
            aria-controls={told}
            title={saidOf(row)}
            onClick={() => setOpen(!open)}
          >
            {nameOf(row)}
          </button>
        </th>
        <td class="bars" aria-hidden="true">
          <svg viewBox={`0 0 ${WIDTH} 10`} preserveAspectRatio="none">
            <title>{saidOf(row)}</title>
            {row.parts.map((part) => (
              <Bar key={part.kind} part={part} />
            ))}
          </svg>
        </td>
        <td class="figure-cell">{queued === undefined ? "–" : duration(queued.ms)}</td>
        <td class="figure-cell">
          {then === undefined ? "–" : duration(then.ms)}
          {row.ended === undefined && " so far"}
        </td>
      </tr>
      <tr id={told} class="told" hidden={!open}>
        <td colSpan={4}>{open && saidOf(row)}</td>
      </tr>
    </>
  );
}

function Bar({ part: { kind, from, width, cut } }: { part: Part }) {
  if (width === 0) return null;
  const place = { x: from * WIDTH, width: width * WIDTH, y: 0, height: 10 };
  return (
    <>
      <rect class={`part-${kind}`} {...place} />
      {cut && (
        <line class="cut" x1={place.x} x2={place.x + place.width} y1={5} y2={5} vector-effect="non-scaling-stroke" />
      )}
    </>
  );
}

/** The row in words: what is drawn, when, and what came of it. */
function saidOf(row: Row): string {
  const parts = row.parts.map(({ kind, ms }) => `${KINDS[kind].toLowerCase()} ${duration(ms)}`).join(", ");
  const since = new Date(row.began).toLocaleString();
  const outcome =
    row.left === undefined
      ? "it stands there still"
      : `${inWords(row.left.to)} by ${actorOf(row.left.by).name}: ${row.left.because}`;
  return `${inWords(row.status)} since ${since}: ${parts}. ${outcome}`;
}
