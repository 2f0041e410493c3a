/** The circuit breaker: too many rollbacks in an hour, and nothing is approved automatically until somebody has looked. */
import { useState } from "preact/hooks";
import { improvementAddress, pageAddress } from "../../logic/address.ts";
import { useSchool } from "../../state/school.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useEvery, useOperating } from "../../state/use-operating.ts";
import { Link } from "../link.tsx";
import { Moment } from "../moment.tsx";
import { Part } from "./loaded.tsx";
import { ReasonDialog } from "./reason-dialog.tsx";

const LOOK_EVERY_MS = 10_000;

export function Breaker() {
  const { person } = useSchool();
  const { breaker, closeBreaker } = useOperating();
  const answer = useAnswer("breaker", breaker);
  const [closing, setClosing] = useState(false);
  useEvery(answer.reload, LOOK_EVERY_MS);
  const done = () => {
    setClosing(false);
    answer.reload();
  };
  return (
    <Part id="breaker" title="Circuit breaker" what="the circuit breaker" answer={answer}>
      {({ open, because, opened_at, closes_at, closed_by_hand_at, rollbacks, ...limits }) => (
        <>
          <p class="line">
            <span class={`badge ${open ? "bad" : "good"}`}>{open ? "Open" : "Closed"}</span>
            {open ? because : "Automatic approval is not held back by rollbacks."}
          </p>
          <p class="help">
            It opens at {limits.rollbacks_per_hour} rollbacks in an hour, and closes by itself {limits.timeout_minutes}{" "}
            minutes after the last one that was too many.
          </p>
          {open && opened_at !== null && closes_at !== null && (
            <p>
              Opened <Moment at={opened_at} />, closes <Moment at={closes_at} />.
            </p>
          )}
          {open && person.role === "operator" && (
            <button type="button" onClick={() => setClosing(true)}>
              Close it now
            </button>
          )}
          {rollbacks.length === 0 ? (
            <p class="help">Nothing was ever taken back.</p>
          ) : (
            <details open={open}>
              <summary>The last rollbacks ({rollbacks.length})</summary>
              <ul class="few">
                {rollbacks.map((one) => (
                  <li key={one.improvement}>
                    <Link href={improvementAddress(one.improvement)}>
                      <code>{one.improvement}</code>
                    </Link>{" "}
                    <Moment at={one.at} />
                  </li>
                ))}
              </ul>
            </details>
          )}
          {closed_by_hand_at !== null && (
            <p class="help">
              Last closed by hand <Moment at={closed_by_hand_at} />:{" "}
              <Link href={pageAddress("audit", { action: "breaker.close" })}>by whom and why</Link>
            </p>
          )}
          {closing && (
            <ReasonDialog
              label="Close the breaker"
              means="The rollbacks so far no longer count, and automatic approval goes on."
              tone="danger"
              onSend={closeBreaker}
              onDone={done}
              onCancel={() => setClosing(false)}
            />
          )}
        </>
      )}
    </Part>
  );
}
