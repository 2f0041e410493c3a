/** The models on the shelf, and what happened to the router. */
import type { ModelEntry } from "../../../../../shared/routing-ports.ts";
import type { RouterAnswer } from "../../api/router-answers.ts";
import { number } from "../../logic/time.ts";
import { actorOf, inWords } from "../../logic/words.ts";
import { Moment } from "../moment.tsx";

export function Models({ models, training }: Pick<RouterAnswer, "models" | "training">) {
  const { current, previous, staging, archive } = models;
  const shelf: readonly (readonly [string, ModelEntry | null])[] = [
    ["current", current],
    ["previous", previous],
    ["staging", staging],
    ...archive.map((entry) => ["archive", entry] as const),
  ];
  const there = shelf.filter((one): one is readonly [string, ModelEntry] => one[1] !== null);
  return (
    <section aria-labelledby="models">
      <h2 id="models">Models</h2>
      <p class="help">
        {current === null && "The model that comes with the school serves. "}
        {training.last === null ? (
          "Never trained here"
        ) : (
          <>
            Last trained <Moment at={training.last} />
          </>
        )}
        , {number(training.newLabels)} new labels since.
      </p>
      {there.length > 0 && (
        <div class="scroll" tabIndex={0} role="group" aria-label="The shelf of models">
          <table>
            <thead>
              <tr>
                <th scope="col">Place</th>
                <th scope="col">Version</th>
                <th scope="col">Kind</th>
                <th scope="col">Trained</th>
                <th scope="col" class="figure-cell">
                  Rows
                </th>
                <th scope="col">Figures</th>
                <th scope="col">Because</th>
              </tr>
            </thead>
            <tbody>
              {there.map(([place, { version, kind, at, rows, figures, because }]) => (
                <tr key={`${place} ${version}`}>
                  <th scope="row">{inWords(place)}</th>
                  <td>
                    <code>{version}</code>
                  </td>
                  <td>{kind}</td>
                  <td>
                    <Moment at={at} />
                  </td>
                  <td class="figure-cell">{number(rows)}</td>
                  <td>
                    {Object.entries(figures).map(([name, value]) => (
                      <div key={name} class="evidence">
                        {name} {number(value)}
                      </div>
                    ))}
                  </td>
                  <td>{because}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

export function RouterEvents({ events }: Pick<RouterAnswer, "events">) {
  if (events.length === 0) return null;
  return (
    <section aria-labelledby="events">
      <h2 id="events">What happened</h2>
      <ul class="findings">
        {events.map(({ at, what, because, by }) => (
          <li key={`${at} ${what} ${because}`}>
            <span class="result">{what}</span>
            <span>
              <strong>{by === undefined ? "school" : actorOf(by).name}</strong> {because}{" "}
              <span class="evidence">
                <Moment at={at} />
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
