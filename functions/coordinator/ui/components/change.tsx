/** The change set: what policy says about it, the objects it touches, and what it does to every file. */
import type { BlastRadius } from "../../../../shared/domain/blast-radius.ts";
import type { ChangeSet, Verdict } from "../../../../shared/domain/change-set.ts";
import type { Improvement } from "../../../../shared/domain/improvement.ts";
import type { ChangeAnswer } from "../api/answers.ts";
import { DiffLayoutSwitch, useDiffLayout } from "./diff-layout.tsx";
import { FileDiffView } from "./file-diff.tsx";
import { PartSection } from "./part.tsx";

interface ChangeProps {
  readonly improvement: Improvement;
  readonly change: ChangeAnswer | undefined;
}

export function Change({ improvement, change }: ChangeProps) {
  const { change_set: set, verdict, intent, planning, other_targets: others } = improvement;
  const [layout, choose] = useDiffLayout();
  if (set === undefined) return null;
  return (
    <PartSection name="change" title="Change">
      <p class="help">
        {intent !== undefined && <>{intent.kind} in </>}Application <strong>{set.application}</strong>
      </p>
      {planning !== undefined && planning.by !== "rules" && (
        <p class="help">
          Chosen by {planning.by}: {planning.because}
        </p>
      )}
      {planning?.doubt !== undefined && <p class="note">A person decides, because {planning.doubt}</p>}
      <Policy verdict={verdict} />
      <Objects objects={set.objects} />
      <Reach radius={planning?.blast_radius} />
      {change?.note !== undefined && <p class="note">{change.note}</p>}
      {change?.files.some(({ effect, diff }) => effect === "change" && diff !== null) === true && (
        <DiffLayoutSwitch layout={layout} onChoose={choose} />
      )}
      {change?.files.map((file) => (
        <FileDiffView key={file.path} file={file} layout={layout} />
      ))}
      {others !== undefined && others.length > 0 && (
        <details>
          <summary>The same would fit {others.length} more</summary>
          <ul class="places">
            {others.map((target) => (
              <li key={target}>
                <code>{target}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </PartSection>
  );
}

/** What a person wants to know before a yes: who else notices. */
function Reach({ radius }: { radius: BlastRadius | undefined }) {
  if (radius === undefined) return null;
  const { direct, transitive, shown } = radius;
  if (direct + transitive === 0) {
    return <p class="help">By the manifests nothing depends on what is changed.</p>;
  }
  const left = direct + transitive - shown.length;
  return (
    <details>
      <summary>
        {direct} {direct === 1 ? "thing depends" : "things depend"} on what is changed, {transitive} more by way of
        others
      </summary>
      <ul class="places">
        {shown.map(({ kind, namespace, name, way }) => (
          <li key={`${kind} ${namespace} ${name}`}>
            {kind} <code>{namespace === undefined ? name : `${namespace}/${name}`}</code>{" "}
            <span class="help">{way.join(", ")}</span>
          </li>
        ))}
        {left > 0 && <li>and {left} more</li>}
      </ul>
    </details>
  );
}

const DECISIONS = { auto: "pass", human: "unknown", deny: "conflict" } as const;

function Policy({ verdict }: { verdict: Verdict | undefined }) {
  if (verdict === undefined) return <p class="note">Policy has not judged this change set.</p>;
  return (
    <>
      <h3>
        Policy says <span class={`result ${DECISIONS[verdict.decision]}`}>{verdict.decision}</span>
      </h3>
      {verdict.rules.length > 0 && (
        <ul class="findings">
          {verdict.rules.map(({ rule, decision, message, path }) => (
            <li key={`${rule} ${message} ${path}`}>
              <span class={`result ${DECISIONS[decision]}`}>{decision}</span>
              <span>
                <strong>{rule}</strong> {message} {path !== undefined && <code>{path}</code>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Objects({ objects }: { objects: ChangeSet["objects"] }) {
  if (objects.length === 0) return null;
  return (
    <ul class="objects" aria-label="Objects">
      {objects.map(({ kind, namespace, name, effect }) => (
        <li key={`${kind} ${namespace} ${name}`}>
          <span class={`effect ${effect}`}>{effect}</span> {kind}{" "}
          <code>{namespace === undefined ? name : `${namespace}/${name}`}</code>
        </li>
      ))}
    </ul>
  );
}
