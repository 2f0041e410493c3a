/** What each check measured, and what of it is still tolerated. */
import type { CheckRun, Measurement, Phase, Verification } from "../../../../shared/domain/health.ts";
import type { Improvement } from "../../../../shared/domain/improvement.ts";
import { boundsOf } from "../logic/measured.ts";
import { number, span } from "../logic/time.ts";
import { inWords } from "../logic/words.ts";
import { MeasurementPlot } from "./measurement-plot.tsx";
import { Moment } from "./moment.tsx";
import { PartSection } from "./part.tsx";
import { Scroll } from "./scroll.tsx";

interface VerifiedProps {
  readonly title: string;
  /** What was usual before, and what the repository says of its checks. */
  readonly improvement: Improvement;
  readonly verification: Verification | undefined;
}

/** Limits from here on are none. */
const NO_LIMIT = 1_000_000;
const OUTCOMES = { passed: "pass", failed: "conflict", undecided: "unknown" } as const;

export function VerificationPart({ improvement }: { improvement: Improvement }) {
  const { verification } = improvement;
  if (verification === undefined) return null;
  return (
    <PartSection
      name="verification"
      title={
        <>
          Verification <Outcome of={verification} />
        </>
      }
    >
      <Checks improvement={improvement} verification={verification} />
    </PartSection>
  );
}

/** Another verification within a part. */
export function Verified({ title, improvement, verification }: VerifiedProps) {
  if (verification === undefined) return null;
  return (
    <>
      <h3>
        {title} <Outcome of={verification} />
      </h3>
      <Checks improvement={improvement} verification={verification} />
    </>
  );
}

function Outcome({ of: { outcome } }: { of: Verification }) {
  if (outcome === undefined) return <span class="result unknown">watching</span>;
  return <span class={`result ${OUTCOMES[outcome]}`}>{outcome}</span>;
}

function Checks({ improvement, verification }: { improvement: Improvement; verification: Verification }) {
  const { startedAt, endsAt, extended, checks } = verification;
  const all = Object.entries(checks);
  const others = all.filter(([, { applies }]) => !applies);
  return (
    <>
      <p class="help">
        Began <Moment at={startedAt} />, window of {span(endsAt - startedAt)}
        {extended && ", extended once"}.
      </p>
      <Scroll what="What the checks measured">
        <table class="checks">
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
                <Check key={name} name={name} run={run} improvement={improvement} />
              ))}
          </tbody>
        </table>
      </Scroll>
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
    </>
  );
}

const MARKS: Readonly<Record<Phase, string>> = {
  Successful: "pass",
  Failed: "conflict",
  Inconclusive: "unknown",
  Error: "unknown",
};

function Check({ name, run, improvement }: { name: string; run: CheckRun; improvement: Improvement }) {
  const { measurements, limits, dryRun } = run;
  const { baseline, check_settings: settings } = improvement;
  const count = (phase: Phase) => measurements.filter((one) => one.phase === phase).length;
  const last = measurements.at(-1);
  return (
    <tr>
      <th scope="row">
        {inWords(name)} {dryRun === true && <span class="tag">decides nothing</span>}
      </th>
      <td class="figure-cell" data-name="Good">
        {count("Successful")}
      </td>
      <td class="figure-cell" data-name="Failed">
        {count("Failed")}
        <span class="limit"> / {limits.failureLimit}</span>
      </td>
      <td class="figure-cell" data-name="Inconclusive">
        {count("Inconclusive")}
        {limits.inconclusiveLimit < NO_LIMIT && <span class="limit"> / {limits.inconclusiveLimit}</span>}
      </td>
      <td class="figure-cell" data-name="Error">
        {count("Error")}
      </td>
      <td class="with-plot">
        <Last measurement={last} />
        <MeasurementPlot run={run} bounds={boundsOf(name, baseline, settings)} />
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
