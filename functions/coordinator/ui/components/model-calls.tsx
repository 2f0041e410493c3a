/** What was asked of models for an improvement: which prompt, how many tokens, what it cost. */
import type { ModelCall } from "../../../../shared/domain/model-call.ts";
import { dollars } from "../logic/money.ts";
import { Scroll } from "./scroll.tsx";

export function ModelCalls({ calls }: { calls: readonly ModelCall[] }) {
  const cost = calls.reduce((sum, call) => sum + call.cost, 0);
  return (
    <details>
      <summary>
        {calls.length === 1 ? "One question" : `${calls.length} questions`} to models, {dollars(cost)}
      </summary>
      <Scroll what="Questions to models">
        <table>
          <thead>
            <tr>
              <th scope="col">Asked by</th>
              <th scope="col">Model</th>
              <th scope="col">Prompt</th>
              <th scope="col" class="figure-cell">
                Tokens in (cached)
              </th>
              <th scope="col" class="figure-cell">
                Tokens out
              </th>
              <th scope="col" class="figure-cell">
                Cost
              </th>
              <th scope="col">Answered by</th>
            </tr>
          </thead>
          <tbody>
            {calls.map((call, index) => (
              <tr key={index}>
                <th scope="row">{call.purpose}</th>
                <td>{call.model}</td>
                <td>
                  {call.prompt} <code>{call.prompt_hash}</code>
                </td>
                <td class="figure-cell">{call.cache_read === 0 ? call.input : `${call.input} (${call.cache_read})`}</td>
                <td class="figure-cell">{call.output}</td>
                <td class="figure-cell">{call.priced ? dollars(call.cost) : "not known"}</td>
                <td>{call.answered_by}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}
