/** The whole school at a glance: what is restricted, what moves where, and every improvement. */
import { useEffect, useRef } from "preact/hooks";
import { Alerts } from "../components/alerts.tsx";
import { Funnel } from "../components/funnel.tsx";
import { ImprovementList } from "../components/improvement-list.tsx";
import { FailureNote, Loading } from "../components/states.tsx";
import type { Filters } from "../logic/address.ts";
import { useSchool } from "../state/school.ts";
import { useAnswer } from "../state/use-answer.ts";
import { useNews } from "../state/use-news.ts";

/** Claims and retries make no event: their numbers are looked at again now and then. */
const LOOK_EVERY_MS = 5_000;
const GAP_MS = 1_000;

export function Overview({ filters }: { filters: Filters }) {
  const { api } = useSchool();
  const status = useAnswer("status", (signal) => api.status(signal));
  const { reload } = status;
  useNews(reload, () => true, GAP_MS);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") reload();
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);

  const before = useRef(document.title);
  useEffect(() => {
    document.title = "Cortex Online School";
    return () => {
      document.title = before.current;
    };
  }, []);

  return (
    <>
      <h1 class="unseen" tabIndex={-1}>
        Overview
      </h1>
      {status.data !== undefined && <Alerts status={status.data} />}
      <section aria-labelledby="pipeline">
        <h2 id="pipeline">Pipeline</h2>
        {status.data !== undefined ? (
          <Funnel status={status.data} />
        ) : status.failure !== undefined ? (
          <FailureNote failure={status.failure} onRetry={reload} />
        ) : (
          <Loading what="the pipeline" />
        )}
      </section>
      <section aria-labelledby="improvements">
        <h2 id="improvements">Improvements</h2>
        <ImprovementList filters={filters} counts={status.data?.counts} />
      </section>
    </>
  );
}
