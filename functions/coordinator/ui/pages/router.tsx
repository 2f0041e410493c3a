/** How experts are chosen: which arm serves, who was right, whether confidence can be believed, and what operators may do. */
import { useEffect } from "preact/hooks";
import { Arms } from "../components/router/arms.tsx";
import { Calibration } from "../components/router/calibration.tsx";
import { Confusion } from "../components/router/confusion.tsx";
import { Models, RouterEvents } from "../components/router/models.tsx";
import { RouterMoves } from "../components/router/moves.tsx";
import { TiersOverTime } from "../components/router/over-time.tsx";
import { Experts, Tiers } from "../components/router/tiers.tsx";
import { FailureNote, Loading } from "../components/states.tsx";
import { useSchool } from "../state/school.ts";
import { useAnswer } from "../state/use-answer.ts";

/** Ten thousand rows are read for it. */
const LOOK_EVERY_MS = 30_000;

export function RouterPage() {
  const { api } = useSchool();
  const { data, failure, reload } = useAnswer("router", (signal) => api.router(signal));
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") reload();
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);

  return (
    <>
      <h1 tabIndex={-1}>Router</h1>
      <p class="lead">Who judges an improvement, and whether it was the right one.</p>
      {failure !== undefined && (data === undefined || failure.kind !== "unreachable") && (
        <FailureNote failure={failure} onRetry={reload} />
      )}
      {data === undefined ? (
        failure === undefined && <Loading what="the router" />
      ) : (
        <div class="router">
          <Arms {...data} />
          <RouterMoves answer={data} onDone={reload} />
          <Tiers {...data} />
          <TiersOverTime {...data} />
          <Experts {...data} />
          <Confusion {...data} />
          <Calibration {...data} />
          <Models {...data} />
          <RouterEvents {...data} />
        </div>
      )}
    </>
  );
}
