/** What somebody threw away, who it was and why; the last ones. */
import { number } from "../../logic/time.ts";
import { actorOf } from "../../logic/words.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useOperating } from "../../state/use-operating.ts";
import { Moment } from "../moment.tsx";
import { Loaded } from "./loaded.tsx";

const LONGEST = 4_000;

export function Discarded() {
  const { discarded } = useOperating();
  const answer = useAnswer("discarded", discarded);
  return (
    <Loaded what="what was discarded" answer={answer}>
      {(data) =>
        data.discarded.length === 0 ? (
          <p class="help">Nothing was discarded so far. What is, stays here with who did it and why; the last 1,000.</p>
        ) : (
          <ol class="entries">
            {data.discarded.map(({ letter, stage, at, by, reason, bytes, entry }) => (
              <li key={`${letter} ${at}`} class="entry">
                <p class="line">
                  <span class="tag">{stage}</span>
                  <strong>{actorOf(by).name}</strong>
                  <Moment at={at} />
                  <span class="help">{number(bytes)} bytes</span>
                </p>
                <p class="entry-reason">{reason}</p>
                <details>
                  <summary>What it was</summary>
                  <section class="event-text" tabIndex={0} aria-label="The discarded entry as text">
                    <pre>{entry.slice(0, LONGEST)}</pre>
                  </section>
                  {entry.length > LONGEST && <p class="help">and {number(entry.length - LONGEST)} further signs</p>}
                </details>
              </li>
            ))}
          </ol>
        )
      }
    </Loaded>
  );
}
