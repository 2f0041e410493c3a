/** One improvement: where it stands, how it came there, and its story from the quote to the verdict. */
import { useEffect, useState } from "preact/hooks";
import { Change } from "../components/change.tsx";
import { Cost } from "../components/cost.tsx";
import { DecisionDialog } from "../components/decision-dialog.tsx";
import { Delivery, Facts, TakenBack } from "../components/facts.tsx";
import { ForecastFacts } from "../components/forecast.tsx";
import { Judgement } from "../components/judgement.tsx";
import { Link } from "../components/link.tsx";
import { ModelCalls } from "../components/model-calls.tsx";
import { NeverAgain } from "../components/never-again.tsx";
import { PartSection, PartsNav, showPart } from "../components/part.tsx";
import { Proposal } from "../components/proposal.tsx";
import { RawRecord } from "../components/raw-record.tsx";
import { Routed } from "../components/routed.tsx";
import { Standing } from "../components/standing.tsx";
import { FailureNote, Loading } from "../components/states.tsx";
import { Trail } from "../components/trail.tsx";
import { Validation } from "../components/validation.tsx";
import { VerificationPart } from "../components/verification.tsx";
import { WaterfallView } from "../components/waterfall.tsx";
import type { Offer } from "../logic/actions.ts";
import { partNamed, partsOf } from "../logic/parts.ts";
import { useSchool } from "../state/school.ts";
import { useAnswer } from "../state/use-answer.ts";
import { useNews } from "../state/use-news.ts";

const GAP_MS = 500;

/** `part`: where on the page somebody wants to begin. */
export function ImprovementPage({ id, part }: { id: string; part?: string | undefined }) {
  const { api } = useSchool();
  const { data, failure, reload } = useAnswer(`improvement ${id}`, (signal) => api.whole(id, signal));
  const [deciding, setDeciding] = useState<Offer>();
  useNews(reload, (news) => news.kind === "resumed" || news.moved.improvement === id, GAP_MS);
  const title = data?.improvement.title;
  useEffect(() => {
    if (title !== undefined) document.title = `${title} · Cortex Online School`;
  }, [title]);
  const here = partNamed(part);
  const isThere = data !== undefined;
  useEffect(() => {
    // Once, when there is something to show; what is said of it later leaves its reader where he is.
    if (isThere && here !== undefined) showPart(here);
  }, [isThere, here]);

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
      <NeverAgain improvement={improvement} onAllowed={reload} />
      <PartsNav id={id} names={partsOf(improvement)} current={here} />
      <div class="columns whole-width">
        <PartSection name="timeline" title="Timeline">
          <WaterfallView trail={trail} />
        </PartSection>
      </div>
      <div class="columns">
        <div class="reading">
          <Proposal improvement={improvement} />
          <Routed improvement={improvement} onSaid={reload} />
          <Judgement evaluation={improvement.expert_evaluation} />
          <Validation findings={improvement.validation ?? improvement.conflicts_found} />
          <Change improvement={improvement} change={change} />
          <Delivery improvement={improvement} />
          <VerificationPart improvement={improvement} />
          <TakenBack improvement={improvement} />
          <PartSection name="cost" title="Tokens and cost">
            <Cost calls={improvement.model_calls} />
            {improvement.model_calls !== undefined && improvement.model_calls.length > 0 && (
              <ModelCalls calls={improvement.model_calls} />
            )}
          </PartSection>
        </div>
        <aside aria-label="Facts and trail">
          <Facts improvement={improvement} />
          <ForecastFacts forecast={improvement.forecast} />
          <Trail trail={trail} />
          <RawRecord improvement={improvement} />
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
      <Link href="/improvements">← All improvements</Link>
    </p>
  );
}
