/** The head of an improvement: its status, why it stands there, and the decisions its reader may take. */
import type { Improvement } from "../../../../shared/domain/improvement.ts";
import type { TrailStep } from "../api/answers.ts";
import { type Offer, offersFor } from "../logic/actions.ts";
import { actorOf, inWords, toneOf } from "../logic/words.ts";
import { useSchool } from "../state/school.ts";
import { Link } from "./link.tsx";
import { Moment } from "./moment.tsx";
import { StatusBadge } from "./status-badge.tsx";

interface StandingProps {
  readonly improvement: Improvement;
  readonly last: TrailStep | undefined;
  readonly onDecide: (offer: Offer) => void;
}

export function Standing({ improvement, last, onDecide }: StandingProps) {
  const { person } = useSchool();
  const { status, title, updated_at: moved } = improvement;
  const offers = offersFor(improvement);
  return (
    <header class={`standing ${toneOf(status)}`}>
      <p class="standing-status" aria-live="polite">
        <StatusBadge status={status} /> <Moment at={moved} />
      </p>
      <h1 tabIndex={-1}>{title}</h1>
      <Why improvement={improvement} last={last} />
      {offers.length > 0 &&
        (person.role === "viewer" ? (
          <p class="help">You may look; deciding takes the role reviewer.</p>
        ) : (
          <div class="actions">
            {offers.map((offer) => (
              <button key={offer.action} type="button" class={offer.tone} onClick={() => onDecide(offer)}>
                {offer.label}
              </button>
            ))}
          </div>
        ))}
    </header>
  );
}

function Why({ improvement, last }: Omit<StandingProps, "onDecide">) {
  const { status, review_stage: stage } = improvement;
  // The rule is the answer to "why not automatic?" only while somebody asks.
  const rule = status === "pending_review" ? improvement.approval_rule : undefined;
  const asked = status === "pending_review" && stage !== undefined ? `${inWords(stage)} asks a person` : undefined;
  if (isAwaitingIndex(improvement)) {
    return (
      <p class="because">
        <strong>Validate waits:</strong> the first index of documents and manifests is being built;{" "}
        <Link href="/knowledge">how far it is</Link>
      </p>
    );
  }
  const who = last === undefined ? undefined : actorOf(last.by).name;
  const because = reasonOf(improvement) ?? last?.because;
  if (because === undefined && asked === undefined) return null;
  return (
    <p class="because">
      <strong>{asked ?? who}:</strong>
      {rule !== undefined && !because?.startsWith(rule) && <span class="rule">{rule}</span>} {because}
    </p>
  );
}

function reasonOf(improvement: Improvement): string | undefined {
  const { status, review_reason: review, failure_reason: failure, dead_reason: dead, died_in: diedIn } = improvement;
  if (status === "pending_review") return review;
  if (status === "implementation" && isOpen(improvement))
    return "its pull request is open; it goes live when somebody merges it";
  if (status === "dead") return diedIn === undefined ? dead : `died as ${inWords(diedIn).toLowerCase()}: ${dead ?? ""}`;
  return status === "failed" || status === "rollback_blocked" ? failure : undefined;
}

/** Validate looks again by and by, and asks a person when it takes too long. */
function isAwaitingIndex({ status, index_awaited_since: since }: Improvement): boolean {
  return status === "categorized" && since !== undefined;
}

function isOpen({ request, landed }: Improvement): boolean {
  return request !== undefined && landed === undefined;
}
