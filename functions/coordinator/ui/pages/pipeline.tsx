/** The whole school at a glance: what is restricted, what moves where, what gets lost on the way, what needs a person. */
import { useEffect } from "preact/hooks";
import { Alerts } from "../components/alerts.tsx";
import { Funnel } from "../components/funnel.tsx";
import { FailureNote, Loading } from "../components/states.tsx";
import { useSchool } from "../state/school.ts";
import { useAnswer } from "../state/use-answer.ts";
import { useNews } from "../state/use-news.ts";

/** Claims and retries make no event: their numbers are looked at again now and then. */
const LOOK_EVERY_MS = 5_000;
const GAP_MS = 1_000;

export function Pipeline() {
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

  return (
    <>
      <h1 tabIndex={-1}>Pipeline</h1>
      {status.data !== undefined && <Alerts status={status.data} />}
      {status.data !== undefined ? (
        <Funnel status={status.data} />
      ) : status.failure !== undefined ? (
        <FailureNote failure={status.failure} onRetry={reload} />
      ) : (
        <Loading what="the pipeline" />
      )}
    </>
  );
}
