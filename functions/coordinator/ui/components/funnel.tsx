/** Every stage in the order of the flow: what waits, what is being worked on, how fast it goes, whether anybody works. */
import type { StageName } from "../../../../shared/stages.ts";
import type { PipelineAnswer, StageFigures } from "../api/pipeline-answers.ts";
import { LAYERS, stagesOf, warmth } from "../logic/pipeline.ts";
import { number, span } from "../logic/time.ts";
import { inWords } from "../logic/words.ts";
import { Link } from "./link.tsx";
import { Sparkline } from "./sparkline.tsx";

export function Funnel({ answer }: { answer: PipelineAnswer }) {
  return (
    <div class="funnel">
      {LAYERS.map((layer) => {
        const { warm, words } = warmth(answer, layer);
        return (
          <div key={layer} class="layer">
            <h3>
              {inWords(layer)} <span class={warm ? "warmth warm" : "warmth"}>{words}</span>
            </h3>
            <ol>
              {stagesOf(layer).map((stage) => (
                <Stage key={stage} name={stage} figures={answer.stages[stage]} />
              ))}
            </ol>
          </div>
        );
      })}
    </div>
  );
}

function Stage({ name, figures }: { name: StageName; figures: StageFigures }) {
  const { waiting, inFlight, delayed, dead, oldestAgeMs, workers, maxWorkers, perMinute } = figures;
  const state = dead > 0 ? "dead" : inFlight > 0 ? "working" : waiting > 0 ? "waiting" : "idle";
  const hour = perMinute.reduce((sum, count) => sum + count, 0);
  return (
    <li class={`stage ${state}`}>
      <h4>{name}</h4>
      <dl>
        <Figure name="waiting" value={waiting} />
        <Figure name="in flight" value={inFlight} />
        <Figure name="delayed" value={delayed} />
        <div class={dead > 0 ? "figure some" : "figure"}>
          <dt>dead</dt>
          <dd>{dead > 0 ? <Link href="/dead-letters">{number(dead)}</Link> : "0"}</dd>
        </div>
        <div class={workers > 0 ? "figure some" : "figure"}>
          <dt>workers</dt>
          <dd>{workers > 0 ? `${number(workers)} of ${maxWorkers}` : "cold"}</dd>
        </div>
      </dl>
      {hour > 0 && (
        <p class="hour">
          <Sparkline values={perMinute} />
          {number(hour)} an hour
        </p>
      )}
      {waiting > 0 && oldestAgeMs !== null && <p class="oldest">oldest {span(oldestAgeMs)}</p>}
    </li>
  );
}

function Figure({ name, value }: { name: string; value: number }) {
  return (
    <div class={value > 0 ? "figure some" : "figure"}>
      <dt>{name}</dt>
      <dd>{number(value)}</dd>
    </div>
  );
}
