/** What each check measured, and what of it is still tolerated. */
import type { CheckRun, Measurement, Phase, Verification } from "../../../../shared/domain/health.ts";
import { number, span } from "../logic/time.ts";
import { inWords } from "../logic/words.ts";
import { Moment } from "./moment.tsx";

interface VerificationProps {
  readonly title: string;
  readonly verification: Verification | undefined;
}

const OUTCOMES = { passed: "pass", failed: "conflict", undecided: "unknown" } as const;

export function VerificationTable({ title, verification }: VerificationProps) {
  if (verification === undefined) return null;
  const { startedAt, endsAt, extended, outcome, checks } = verification;
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
            {Object.entries(checks).map(([name, run]) => (
              <Check key={name} name={name} run={run} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const MARKS: Readonly<Record<Phase, string>> = {
  Successful: "pass",
  Failed: "conflict",
  Inconclusive: "unknown",
  Error: "unknown",
};

function Check({ name, run: { applies, because, measurements, limits } }: { name: string; run: CheckRun }) {
  const count = (phase: Phase) => measurements.filter((one) => one.phase === phase).length;
  const last = measurements.at(-1);
  return (
    <tr class={applies ? undefined : "off"}>
      <th scope="row">{inWords(name)}</th>
      <td class="figure-cell">{count("Successful")}</td>
      <td class="figure-cell">
        {count("Failed")}
        <span class="limit"> / {limits.failureLimit}</span>
      </td>
      <td class="figure-cell">
        {count("Inconclusive")}
        <span class="limit"> / {limits.inconclusiveLimit}</span>
      </td>
      <td class="figure-cell">{count("Error")}</td>
      <td>{applies ? <Last measurement={last} /> : `Does not apply: ${because ?? "no reason was given"}`}</td>
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
