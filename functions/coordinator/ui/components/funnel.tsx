/** Every stage in the order of the flow, with what waits, what is being worked on, what comes back later, what died. */

import { STAGES, type StageName, stages } from "../../../../shared/stages.ts";
import type { StageLoad, StatusAnswer } from "../api/answers.ts";
import { listAddress } from "../logic/address.ts";
import { number, span } from "../logic/time.ts";
import { inWords } from "../logic/words.ts";
import { Link } from "./link.tsx";

type Layer = (typeof stages)[StageName]["layer"];
const LAYERS = [...new Set(STAGES.map((stage): Layer => stages[stage].layer))];

export function Funnel({ status }: { status: StatusAnswer }) {
  return (
    <div class="funnel">
      {LAYERS.map((layer) => (
        <div key={layer} class="layer">
          <h3>{inWords(layer)}</h3>
          <ol>
            {STAGES.filter((stage) => stages[stage].layer === layer).map((stage) => (
              <Stage key={stage} name={stage} load={status.stages[stage]} />
            ))}
          </ol>
        </div>
      ))}
    </div>
  );
}

function Stage({ name, load }: { name: StageName; load: StageLoad }) {
  const { waiting, inFlight, delayed, dead, oldestAgeMs } = load;
  const state = dead > 0 ? "dead" : inFlight > 0 ? "working" : waiting > 0 ? "waiting" : "idle";
  return (
    <li class={`stage ${state}`}>
      <h4>{name}</h4>
      <dl>
        <Figure name="waiting" value={waiting} />
        <Figure name="in flight" value={inFlight} />
        <Figure name="delayed" value={delayed} />
        <div class={dead > 0 ? "figure some" : "figure"}>
          <dt>dead</dt>
          <dd>{dead > 0 ? <Link href={listAddress({ status: "dead" })}>{number(dead)}</Link> : "0"}</dd>
        </div>
      </dl>
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
