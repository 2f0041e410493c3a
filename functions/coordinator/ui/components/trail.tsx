/** The audit trail: every transition with who, when and why; the evidence unfolds. Newest first. */
import type { TrailStep } from "../api/answers.ts";
import { actorOf, toneOf } from "../logic/words.ts";
import { Moment } from "./moment.tsx";
import { PartSection } from "./part.tsx";
import { StatusBadge } from "./status-badge.tsx";

export function Trail({ trail }: { trail: readonly TrailStep[] }) {
  return (
    <PartSection name="trail" title="Trail">
      <ol class="trail" reversed>
        {trail.toReversed().map((step) => (
          <Step key={step.entry} step={step} />
        ))}
      </ol>
    </PartSection>
  );
}

function Step({ step: { to, by, at, because, evidence } }: { step: TrailStep }) {
  const { name, person } = actorOf(by);
  return (
    <li class={toneOf(to)}>
      <p>
        <StatusBadge status={to} />
        <span class={person ? "actor person" : "actor"}>{name}</span>
        <Moment at={at} />
      </p>
      <p class="because">{because}</p>
      {evidence !== undefined && (
        <details>
          <summary>Evidence</summary>
          <pre>{typeof evidence === "string" ? evidence : JSON.stringify(evidence, null, 2)}</pre>
        </details>
      )}
    </li>
  );
}
