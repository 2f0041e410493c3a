/** Where the school learns from: what it watches, what people hand in, what came of it. */
import type { SourceLine } from "../api/operating.ts";
import { Loaded, More } from "../components/operate/loaded.tsx";
import { SourceRow, SourceStates } from "../components/operate/read-sources.tsx";
import { SourcePause } from "../components/operate/source-pause.tsx";
import { SubmitSource } from "../components/operate/submit-source.tsx";
import { Empty } from "../components/states.tsx";
import { WatchedSources } from "../components/watched-sources.tsx";
import type { Query } from "../logic/address.ts";
import { useSchool } from "../state/school.ts";
import { useNews } from "../state/use-news.ts";
import { useEvery, useOperating } from "../state/use-operating.ts";
import { usePages } from "../state/use-pages.ts";

const GAP_MS = 3_000;
const LOOK_EVERY_MS = 5_000;
interface Answer {
  readonly sources: readonly SourceLine[];
  readonly next: string | null;
}

export function SourcesPage({ query }: { query: Query }) {
  const { person } = useSchool();
  const { sources } = useOperating();
  const state = query["state"] ?? "";
  const answer = usePages<Answer, SourceLine>(
    `sources ${state}`,
    (cursor, signal) => {
      const asked = new URLSearchParams({ limit: "50", ...(state === "" ? {} : { state }) });
      if (cursor !== undefined) asked.set("cursor", cursor);
      return sources(asked, signal);
    },
    (page) => page.sources,
  );
  // Whoever reads on a later page keeps their place.
  const look = () => {
    if (!answer.isLong) answer.reload();
  };
  useNews(look, () => true, GAP_MS);
  useEvery(look, LOOK_EVERY_MS);
  return (
    <>
      <h1 tabIndex={-1}>Sources</h1>
      <p class="lead">Where the school learns from: what it watches, what people hand in, and what came of it.</p>
      {person.role !== "viewer" && (
        <section aria-labelledby="submit" class="panel">
          <h2 id="submit">Hand in a source</h2>
          <SubmitSource onDone={answer.reload} />
        </section>
      )}
      <section class="panel" aria-label="Watching">
        <WatchedSources empty="No source is watched. SOURCES in the configuration names the file that lists them." />
        <SourcePause />
      </section>
      <section aria-labelledby="read" class="read">
        <h2 id="read">Sources read</h2>
        <SourceStates state={state} />
        <Loaded what="the sources" answer={answer}>
          {() =>
            answer.rows.length === 0 && answer.more === undefined ? (
              <Empty title={state === "" ? "Nothing was read yet" : "No source is in this state"}>
                <p>A source appears here as soon as somebody hands it in, or a watched one gives something new.</p>
              </Empty>
            ) : (
              <>
                <ul class="entries">
                  {answer.rows.map((source) => (
                    <SourceRow key={source.id} source={source} onAsked={answer.reload} />
                  ))}
                </ul>
                <More more={answer.more} what="sources" />
              </>
            )
          }
        </Loaded>
      </section>
    </>
  );
}
