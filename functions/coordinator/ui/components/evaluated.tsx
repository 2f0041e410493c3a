/** What the experts judged: every word with what it rests on, who said it, and what they were shown. */
import type { Advice, Evaluation, Opinion, Risk, SecondOpinion } from "../../../../shared/domain/evaluation.ts";
import { inWords } from "../logic/words.ts";
import { ShownSources } from "./shown-sources.tsx";

export function Evaluated({ evaluation }: { evaluation: Evaluation }) {
  const { doubt, notes = [], second_opinion: second, sources = [], passed_on: passed } = evaluation;
  return (
    <>
      {passed !== undefined && (
        <p class="note">
          <strong>Passed on by the {passed.from} expert:</strong> {passed.because}
        </p>
      )}
      <OpinionOf opinion={evaluation} />
      {doubt !== undefined && (
        <p class="note">
          <strong>A person decides:</strong> {doubt}
        </p>
      )}
      {notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
      {second !== undefined && <Second second={second} />}
      {sources.length > 0 && <ShownSources sources={sources} />}
    </>
  );
}

function OpinionOf({ opinion }: { opinion: Opinion }) {
  const { expert, by, feasibility, impact, effort, priority, complexity, confidence, risks } = opinion;
  const judged = Object.entries({ feasibility, impact, effort, priority, complexity, confidence });
  const { out_of_scope: scope } = opinion;
  return (
    <>
      <p class="help">
        By the {expert} expert, {by === "rules" ? <span class="tag">rule-based</span> : <code>{by}</code>}
      </p>
      {scope !== undefined && (
        <p class="note">
          <strong>Not its field{scope.better === undefined ? "" : `, but ${scope.better}`}:</strong> {scope.because}
        </p>
      )}
      <dl class="judged">
        {judged.map(
          ([name, one]) =>
            one !== undefined && (
              <div key={name}>
                <dt>{inWords(name)}</dt>
                <dd>
                  <span class={`level ${one.value}`}>{one.value}</span> <span class="evidence">{one.evidence}</span>
                </dd>
              </div>
            ),
        )}
      </dl>
      {risks.length > 0 && <Risks risks={risks} />}
      <Advised title="Recommendations" advice={opinion.recommendations} />
      <Advised title="Dependencies" advice={opinion.dependencies} />
    </>
  );
}

function Risks({ risks }: { risks: readonly Risk[] }) {
  return (
    <>
      <h3>Risks</h3>
      <ul class="findings">
        {risks.map(({ risk, mitigated, evidence, severity }) => (
          <li key={`${risk} ${evidence}`}>
            <span class={mitigated ? "result pass" : "result conflict"}>{mitigated ? "mitigated" : "open"}</span>
            <span>
              {risk} {severity !== undefined && <span class="tag">{severity}</span>}{" "}
              <span class="evidence">{evidence}</span>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Advised({ title, advice = [] }: { title: string; advice?: readonly Advice[] | undefined }) {
  if (advice.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="places">
        {advice.map(({ text, evidence }) => (
          <li key={`${text} ${evidence}`}>
            {text} <span class="evidence">{evidence}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Second({ second: { because, missing, disagreement, opinions = [] } }: { second: SecondOpinion }) {
  return (
    <details open={disagreement !== undefined}>
      <summary>{missing === undefined ? "Two opinions" : "No second opinion"}</summary>
      <p class="help">{because}</p>
      {missing !== undefined && <p class="note">{missing}</p>}
      {disagreement !== undefined && (
        <p class="note">
          <strong>The experts disagree:</strong> {disagreement}
        </p>
      )}
      {opinions.map((opinion) => (
        <div key={`${opinion.expert} ${opinion.by}`} class="second">
          <OpinionOf opinion={opinion} />
        </div>
      ))}
    </details>
  );
}
