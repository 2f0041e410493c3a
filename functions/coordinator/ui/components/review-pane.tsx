/** One improvement beside the queue: what it would change, who notices, what speaks against it, and what may be decided. */
import { useEffect } from "preact/hooks";
import type { Whole } from "../api/answers.ts";
import type { Failure } from "../api/failure.ts";
import { improvementAddress } from "../logic/address.ts";
import { type ReviewOffer, reviewOffers } from "../logic/review.ts";
import { useSchool } from "../state/school.ts";
import { useShortcuts } from "../state/use-shortcuts.ts";
import { Change } from "./change.tsx";
import { ForecastFacts } from "./forecast.tsx";
import { Judgement } from "./judgement.tsx";
import { Link } from "./link.tsx";
import { Proposal } from "./proposal.tsx";
import { FailureNote, Loading } from "./states.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { Validation } from "./validation.tsx";

interface ReviewPaneProps {
  readonly data: Whole | undefined;
  readonly failure: Failure | undefined;
  readonly onRetry: () => void;
  readonly onDecide: (offer: ReviewOffer) => void;
  /** Of the change set that is on the page now. */
  readonly onRead: (id: string, hash: string) => void;
}

export function ReviewPane({ data, failure, onRetry, onDecide, onRead }: ReviewPaneProps) {
  const { person } = useSchool();
  const improvement = data?.improvement;
  const hash = data?.change === undefined ? undefined : improvement?.change_set?.hash;
  const id = improvement?.id;
  const offers = improvement === undefined || person.role === "viewer" ? [] : reviewOffers(improvement);
  useEffect(() => {
    if (id !== undefined && hash !== undefined) onRead(id, hash);
  }, [id, hash]);
  useShortcuts(
    offers.flatMap((offer) =>
      offer.key === undefined
        ? []
        : [{ keys: offer.key, does: offer.label, group: "This improvement", run: () => onDecide(offer) }],
    ),
  );
  if (data === undefined || improvement === undefined) {
    return failure === undefined ? (
      <Loading what="the improvement" />
    ) : (
      <FailureNote failure={failure} onRetry={onRetry} />
    );
  }
  const past = improvement.expert_evaluation?.sources?.filter(({ outcome }) => outcome !== undefined) ?? [];
  const why = improvement.review_reason ?? improvement.failure_reason ?? improvement.dead_reason;
  return (
    <>
      <header>
        <p class="standing-status">
          <StatusBadge status={improvement.status} /> <Link href={improvementAddress(improvement.id)}>All of it</Link>
        </p>
        <h2 tabIndex={-1} id="review-open">
          {improvement.title}
        </h2>
        {why !== undefined && <p class="because">{why}</p>}
        {person.role === "viewer" && <p class="help">You may look; deciding takes the role reviewer.</p>}
        <div class="actions">
          {offers.map((offer) => (
            <button key={offer.action} type="button" class={offer.tone} onClick={() => onDecide(offer)}>
              {offer.label} {offer.key !== undefined && <kbd aria-hidden="true">{offer.key}</kbd>}
            </button>
          ))}
        </div>
      </header>
      {failure !== undefined && <FailureNote failure={failure} onRetry={onRetry} />}
      <div class="reading">
        <Change improvement={improvement} change={data.change} />
        <Validation findings={improvement.conflicts_found ?? improvement.validation} />
        <ForecastFacts forecast={improvement.forecast} />
        {past.length > 0 && (
          <section>
            <h2>How others like it went</h2>
            <ul class="places">
              {past.map(({ path, place, outcome }) => (
                <li key={path}>
                  <Link href={improvementAddress(path)}>{place}</Link>{" "}
                  <span class="help">{outcome?.replaceAll("_", " ")}</span>
                </li>
              ))}
            </ul>
          </section>
        )}
        <Judgement evaluation={improvement.expert_evaluation} />
        <Proposal improvement={improvement} />
      </div>
    </>
  );
}
