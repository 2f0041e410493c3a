/** The whole school at a glance: what is restricted, what moves where, what gets lost on the way, what needs a person. */
import { useEffect } from "preact/hooks";
import type { PipelineAnswer } from "../api/pipeline-answers.ts";
import { Alerts } from "../components/alerts.tsx";
import { AskedPeople } from "../components/asked.tsx";
import { Chart } from "../components/chart.tsx";
import { LostOnTheWay } from "../components/drop-offs.tsx";
import { Funnel } from "../components/funnel.tsx";
import { FailureNote, Loading } from "../components/states.tsx";
import type { Query } from "../logic/address.ts";
import { LAYERS, layerMinutes, minutesBefore, throughputSentence } from "../logic/pipeline.ts";
import { inWords } from "../logic/words.ts";
import { useSchool } from "../state/school.ts";
import { useAnswer } from "../state/use-answer.ts";
import { useNews } from "../state/use-news.ts";

/** Claims and retries make no event: their numbers are looked at again now and then. */
const LOOK_EVERY_MS = 5_000;
const GAP_MS = 1_000;
const TONES = { reasoning: "accent", execution: "good", telemetry: "ended" } as const;

export function Pipeline({ query }: { query: Query }) {
  const { api } = useSchool();
  const { data, failure, reload } = useAnswer("pipeline", (signal) => api.pipeline(signal));
  useNews(reload, () => true, GAP_MS);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") reload();
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);

  return (
    <div class="pipeline">
      <h1 tabIndex={-1}>Pipeline</h1>
      {failure !== undefined && (data === undefined || failure.kind !== "unreachable") && (
        <FailureNote failure={failure} onRetry={reload} />
      )}
      {data === undefined && failure === undefined && <Loading what="the pipeline" />}
      {data !== undefined && (
        <>
          <Alerts status={data} />
          <AskedPeople answer={data} />
          <section aria-labelledby="stages">
            <h2 id="stages">Stages</h2>
            <Funnel answer={data} />
          </section>
          <Throughput answer={data} />
          <LostOnTheWay answer={data} week={query["span"] === "week"} />
        </>
      )}
    </div>
  );
}

function Throughput({ answer }: { answer: PipelineAnswer }) {
  // What keeps up the school's knowledge and tells people moves nothing: it would be a line of zeros.
  const series = LAYERS.map((layer) => ({
    name: inWords(layer),
    values: layerMinutes(answer, layer),
    tone: TONES[layer],
  })).filter(({ name, values }) => name !== inWords("telemetry") || values.some((count) => count > 0));
  return (
    <section aria-labelledby="throughput">
      <h2 id="throughput">Throughput</h2>
      <Chart
        title="The last hour"
        unit="moves a minute"
        says={throughputSentence(answer)}
        times={minutesBefore(answer.time)}
        series={series}
      />
    </section>
  );
}
