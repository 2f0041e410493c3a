/** What each check measured, and what of it is still tolerated. */
import type { CheckRun, Measurement, Phase, Verification } from "../../../../shared/domain/health.ts";
import { number, span } from "../logic/time.ts";
import { inWords } from "../logic/words.ts";
import { Moment } from "./moment.tsx";

interface VerificationProps {
  readonly title: string;
  readonly verification: Verification | undefined;
}

/** Limits from here on are none. */
const NO_LIMIT = 1_000_000;
const OUTCOMES = { passed: "pass", failed: "conflict", undecided: "unknown" } as const;

export function VerificationTable({ title, verification }: VerificationProps) {
  if (verification === undefined) return null;
  const { startedAt, endsAt, extended, outcome, checks } = verification;
  const all = Object.entries(checks);
  const others = all.filter(([, { applies }]) => !applies);
  return (
    <section>
      <h2>
        {title}{" "}
        {outcome !== undefined ? (
          <span class={`result ${OUTCOMES[outcome]}`}>{outcome}</span>
        ) : (
          <span class="result unknown">watching</span>
        )}
      </h2>
      <p class="help">
        Began <Moment at={startedAt} />, window of {span(endsAt - startedAt)}
        {extended && ", extended once"}.
      </p>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Check</th>
              <th scope="col" class="figure-cell">
                Good
              </th>
              <th scope="col" class="figure-cell">
                Failed
              </th>
              <th scope="col" class="figure-cell">
                Inconclusive
              </th>
              <th scope="col" class="figure-cell">
                Error
              </th>
              <th scope="col">Last</th>
            </tr>
          </thead>
          <tbody>
            {all
              .filter(([, { applies }]) => applies)
              .map(([name, run]) => (
                <Check key={name} name={name} run={run} />
              ))}
          </tbody>
        </table>
      </div>
      {others.length > 0 && (
        <details>
          <summary>
            {others.length} {others.length === 1 ? "check does" : "checks do"} not apply
          </summary>
          <ul class="plain">
            {others.map(([name, { because }]) => (
              <li key={name}>
                {inWords(name)}: {because ?? "no reason was given"}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

const MARKS: Readonly<Record<Phase, string>> = {
  Successful: "pass",
  Failed: "conflict",
  Inconclusive: "unknown",
  Error: "unknown",
};

function Check({ name, run: { measurements, limits } }: { name: string; run: CheckRun }) {
  const count = (phase: Phase) => measurements.filter((one) => one.phase === phase).length;
  const last = measurements.at(-1);
  return (
    <tr>
      <th scope="row">{inWords(name)}</th>
      <td class="figure-cell">{count("Successful")}</td>
      <td class="figure-cell">
        {count("Failed")}
        <span class="limit"> / {limits.failureLimit}</span>
      </td>
      <td class="figure-cell">
        {count("Inconclusive")}
        {limits.inconclusiveLimit < NO_LIMIT && <span class="limit"> / {limits.inconclusiveLimit}</span>}
      </td>
      <td class="figure-cell">{count("Error")}</td>
      <td>
        <Last measurement={last} />
      </td>
    </tr>
  );
}

function Last({ measurement }: { measurement: Measurement | undefined }) {
  if (measurement === undefined) return <>Nothing measured yet</>;
  const { phase, message, value } = measurement;
  return (
    <>
      <span class={`result ${MARKS[phase]}`}>{phase}</span> {message}
      {value !== undefined && !message.includes(String(value)) && <> ({number(value)})</>}
    </>
  );
}
