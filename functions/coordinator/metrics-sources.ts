/** What is measured of the sources the school looks at by itself. */
import type { Sink } from "./metrics.ts";
import type { School } from "./school.ts";

const RESULTS = ["listed", "unchanged", "read", "nothing_found", "failed"] as const;

export function collectSources(
  { watches }: Pick<School, "watches">,
  count: (field: string) => number,
  sink: Sink,
): void {
  sink.counter(
    "school_source_looks_total",
    "Looks at a watched source, by what they came to",
    watches.flatMap(({ name }) =>
      RESULTS.map((result) => [{ name, result }, count(`look:${name}:${result}`)] as const),
    ),
  );
  sink.counter("school_sources_new_total", "Sources found in listings: feeds, channels, folders", [
    [{}, count("sources_new")],
  ]);
}
