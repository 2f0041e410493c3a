/** Tokens and money, by the stage that asked. */
import type { ModelCall } from "../../../../shared/domain/model-call.ts";
import { costByStage, type StageCost, sumOf } from "../logic/cost.ts";
import { dollars } from "../logic/money.ts";
import { number, span } from "../logic/time.ts";
import { inWords } from "../logic/words.ts";
import { Scroll } from "./scroll.tsx";

export function Cost({ calls = [] }: { calls: readonly ModelCall[] | undefined }) {
  if (calls.length === 0) return <p class="help">No model was asked: it cost nothing.</p>;
  const stages = costByStage(calls);
  return (
    <Scroll what="Tokens and cost by stage">
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col" class="figure-cell">
              Questions
            </th>
            <th scope="col" class="figure-cell">
              Tokens in
            </th>
            <th scope="col" class="figure-cell">
              Tokens out
            </th>
            <th scope="col" class="figure-cell">
              Waited
            </th>
            <th scope="col" class="figure-cell">
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {stages.map((one) => (
            <CostRow key={one.stage} of={one} />
          ))}
          {stages.length > 1 && <CostRow of={sumOf("together", calls)} />}
        </tbody>
      </table>
    </Scroll>
  );
}

function CostRow({ of: { stage, questions, input, output, cost, ms, unpriced } }: { of: StageCost }) {
  return (
    <tr>
      <th scope="row">{inWords(stage)}</th>
      <td class="figure-cell">{questions}</td>
      <td class="figure-cell">{number(input)}</td>
      <td class="figure-cell">{number(output)}</td>
      <td class="figure-cell">{span(ms)}</td>
      <td class="figure-cell">
        {dollars(cost)}
        {unpriced > 0 && <span class="limit"> {unpriced} without a price</span>}
      </td>
    </tr>
  );
}
