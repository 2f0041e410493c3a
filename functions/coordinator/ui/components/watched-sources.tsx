/** What the school looks at by itself: when next, and what the last look came to. Nothing where nothing is watched. */
import { useState } from "preact/hooks";
import type { Watch } from "../api/answers.ts";
import { Failure } from "../api/failure.ts";
import { useSchool } from "../state/school.ts";
import { useAnswer } from "../state/use-answer.ts";
import { Moment } from "./moment.tsx";
import { FailureNote } from "./states.tsx";

/** `empty`: what is said where nothing is watched. */
export function WatchedSources({ empty }: { empty?: string }) {
  const { api } = useSchool();
  const { data, failure, reload } = useAnswer("watches", (signal) => api.watches(signal));
  if (data === undefined) return failure === undefined ? null : <FailureNote failure={failure} onRetry={reload} />;
  if (data.length === 0) {
    if (empty === undefined) return null;
    return (
      <>
        <h2>Watched sources</h2>
        <p class="help">{empty}</p>
      </>
    );
  }
  return (
    <section aria-labelledby="watches">
      <h2 id="watches">Watched sources</h2>
      <div class="scroll" tabIndex={0} role="group" aria-label="Watched sources as a table">
        <table>
          <thead>
            <tr>
              <th scope="col">Source</th>
              <th scope="col">Kind</th>
              <th scope="col">Last look</th>
              <th scope="col">Result</th>
              <th scope="col">New today</th>
              <th scope="col">Next look</th>
            </tr>
          </thead>
          <tbody>
            {data.map((watch) => (
              <tr key={watch.name}>
                <th scope="row">
                  {watch.name}
                  <div class="evidence">{watch.address}</div>
                </th>
                <td>{watch.kind}</td>
                <td>
                  <Moment at={watch.last} />
                </td>
                <td>
                  {watch.result !== undefined && (
                    <span class={`result ${TONES[watch.result] ?? ""}`}>{watch.result.replaceAll("_", " ")}</span>
                  )}
                  {watch.because !== undefined && <div class="evidence">{watch.because}</div>}
                </td>
                <td>
                  {watch.today} of {watch.limit}
                </td>
                <td>
                  <NextLook watch={watch} onAsked={reload} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Nothing new is neither good nor bad. */
const TONES: Readonly<Record<string, string>> = { listed: "pass", read: "pass", failed: "conflict" };

/** Reviewers may have it looked at now. */
function NextLook({ watch, onAsked }: { watch: Watch; onAsked: () => void }) {
  const { api, person } = useSchool();
  const [said, setSaid] = useState<string>();
  const ask = () => {
    api.lookAt(watch.name).then(onAsked, (error: unknown) => setSaid(Failure.from(error).message));
  };
  if (watch.looking) return <span>now</span>;
  return (
    <>
      {watch.next === undefined ? "soon" : new Date(watch.next).toLocaleString()}{" "}
      {person.role !== "viewer" && (
        <button type="button" aria-label={`Look at ${watch.name} now`} onClick={ask}>
          Look now
        </button>
      )}{" "}
      <span role="status">{said}</span>
    </>
  );
}
