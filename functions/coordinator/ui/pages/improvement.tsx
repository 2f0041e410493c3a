/** One improvement: where it stands and why, what it would change, what it rests on, and what a person may do. */
import { useEffect, useState } from "preact/hooks";
import { Change } from "../components/change.tsx";
import { DecisionDialog } from "../components/decision-dialog.tsx";
import { Delivery, Facts } from "../components/facts.tsx";
import { ForecastFacts } from "../components/forecast.tsx";
import { Judgement } from "../components/judgement.tsx";
import { Link } from "../components/link.tsx";
import { Proposal } from "../components/proposal.tsx";
import { Routed } from "../components/routed.tsx";
import { Standing } from "../components/standing.tsx";
import { FailureNote, Loading } from "../components/states.tsx";
import { Trail } from "../components/trail.tsx";
import { Validation } from "../components/validation.tsx";
import { VerificationTable } from "../components/verification.tsx";
import type { Offer } from "../logic/actions.ts";
import { useSchool } from "../state/school.ts";
import { useAnswer } from "../state/use-answer.ts";
import { useNews } from "../state/use-news.ts";

const GAP_MS = 500;

export function ImprovementPage({ id }: { id: string }) {
  const { api } = useSchool();
  const { data, failure, reload } = useAnswer(`improvement ${id}`, (signal) => api.whole(id, signal));
  const [deciding, setDeciding] = useState<Offer>();
  useNews(reload, (news) => news.kind === "resumed" || news.moved.improvement === id, GAP_MS);
  const title = data?.improvement.title;
  useEffect(() => {
    if (title !== undefined) document.title = `${title} · Cortex Online School`;
  }, [title]);

  if (data === undefined) {
    return (
      <>
        <Back />
        {failure === undefined ? (
          <Loading what="the improvement" />
        ) : (
          <FailureNote failure={failure} onRetry={reload} />
        )}
      </>
    );
  }
  const { improvement, trail, change } = data;
  return (
    <article class="improvement">
      <Back />
      {failure !== undefined && failure.kind !== "unreachable" && <FailureNote failure={failure} onRetry={reload} />}
      <Standing improvement={improvement} last={trail.at(-1)} onDecide={setDeciding} />
      <div class="columns">
        <div class="reading">
          <Proposal improvement={improvement} />
          <Change improvement={improvement} change={change} />
          <VerificationTable title="Verification" verification={improvement.verification} />
          <VerificationTable title="After the rollback" verification={improvement.rollback_verification} />
          <Validation findings={improvement.validation ?? improvement.conflicts_found} />
          <Judgement evaluation={improvement.expert_evaluation} calls={improvement.model_calls} />
          <Routed improvement={improvement} onSaid={reload} />
        </div>
        <aside aria-label="Facts and trail">
          <Facts improvement={improvement} />
          <ForecastFacts forecast={improvement.forecast} />
          <Delivery improvement={improvement} />
          <Trail trail={trail} />
        </aside>
      </div>
      {deciding !== undefined && (
        <DecisionDialog
          offer={deciding}
          id={id}
          title={improvement.title}
          hash={improvement.change_set?.hash}
          expert={improvement.expert}
          onDone={() => {
            setDeciding(undefined);
            reload();
          }}
          onCancel={() => setDeciding(undefined)}
        />
      )}
    </article>
  );
}

function Back() {
  return (
    <p class="back">
      <Link href="/">← All improvements</Link>
    </p>
  );
}
