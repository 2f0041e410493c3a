/** What came of a round, for people. */
import type { SuiteReport } from "./suite.ts";

export function report(found: SuiteReport): string {
  const faults = Object.values(found.faults).reduce((sum, n) => sum + n, 0);
  const largest = Object.entries(found.memory).sort(([, a], [, b]) => b - a)[0];
  const lines = [
    "",
    `seed ${found.seed}, ${found.minutes} minutes: ${faults} faults of ${Object.keys(found.faults).length} kinds, ${found.starts} starts of processes, wall clocks up to ${Math.round(found.skew / 60_000)} minutes apart`,
    `${found.handedIn} proposals handed in, ${found.improvements} improvements: ${told(found.statuses)}`,
    `${found.settled} events settled, ${found.moves} moves, ${found.commits} commits, ${found.reverts} reverts, ${found.notifications} notifications`,
    `people: ${told(found.decisions)}; looks at what must hold: ${found.looks}`,
    `at rest ${(found.restedAfter / 1_000).toFixed(1)} s after the last fault; the largest process: ${largest?.[0]} with ${Math.round((largest?.[1] ?? 0) / 1_048_576)} MiB`,
    `ended by themselves: ${told(found.endedByThemselves) || "none"}`,
    "",
    `${"fault".padEnd(28)}${"times".padStart(6)}${"p50 ms".padStart(9)}${"p95 ms".padStart(9)}${"max ms".padStart(9)}`,
    ...Object.entries(found.recovery).map(([kind, { faults: n, p50, p95, max }]) => {
      return `${kind.padEnd(28)}${[String(n).padStart(6), ...[p50, p95, max].map((ms) => String(ms).padStart(9))].join("")}`;
    }),
    "",
  ];
  if (found.broken.length === 0) return [...lines, "0 lost, 0 doubled, nothing left, nothing broken"].join("\n");
  const trails = Object.entries(found.trails).map(([id, trail]) => `${id}: ${JSON.stringify(trail)}`);
  const broken = found.broken.map(({ what, id }) => `BROKEN ${id ?? ""}: ${what}`);
  return [...lines, ...broken, "", ...trails, "", `kept: ${found.dataDir}`].join("\n");
}

function told(figures: Readonly<Record<string, number>>): string {
  return Object.entries(figures)
    .map(([name, n]) => `${name} ${n}`)
    .join(", ");
}
