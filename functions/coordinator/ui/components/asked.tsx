/** What needs a person now, and for how long it has. */

import type { PipelineAnswer } from "../api/pipeline-answers.ts";
import { improvementAddress, listAddress } from "../logic/address.ts";
import { askedOf } from "../logic/pipeline.ts";
import { number } from "../logic/time.ts";
import { toneOf } from "../logic/words.ts";
import { Link } from "./link.tsx";

export function AskedPeople({ answer }: { answer: PipelineAnswer }) {
  const asked = askedOf(answer);
  return (
    <section aria-labelledby="asked">
      <h2 id="asked">For a person</h2>
      {asked.length === 0 ? (
        <p class="help">Nobody is waited for: what moves, moves by itself.</p>
      ) : (
        <ul class="asked">
          {asked.map(({ status, words, count, oldest, id }) => (
            <li key={status} class={`asking ${toneOf(status)}`}>
              <Link href={status === "pending_review" ? "/review" : listAddress({ status })}>
                <strong>{number(count)}</strong> {words.toLowerCase()}
              </Link>
              {id !== undefined && oldest !== undefined && (
                <span class="help">
                  the <Link href={improvementAddress(id)}>first</Link> for {oldest}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
