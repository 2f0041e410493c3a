/** Who is signed in on the dashboard; operators may end a session. */
import { useState } from "preact/hooks";
import type { SessionLine } from "../../api/operating.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useEvery, useOperating } from "../../state/use-operating.ts";
import { Moment } from "../moment.tsx";
import { Part } from "./loaded.tsx";
import { ReasonDialog } from "./reason-dialog.tsx";

const LOOK_EVERY_MS = 30_000;

export function Sessions() {
  const { sessions, endSession } = useOperating();
  const answer = useAnswer("sessions", sessions);
  const [ending, setEnding] = useState<SessionLine>();
  useEvery(answer.reload, LOOK_EVERY_MS);
  const done = () => {
    setEnding(undefined);
    answer.reload();
  };
  return (
    <>
      <Part id="sessions" title="Sessions" what="the sessions" answer={answer}>
        {(data) =>
          data.sessions.length === 0 ? (
            <p class="help">Nobody is signed in with a session.</p>
          ) : (
            <ul class="switches">
              {data.sessions.map((one) => (
                <li key={one.session}>
                  <div>
                    <strong>{one.name}</strong> <span class="tag">{one.role}</span>{" "}
                    {one.own && <span class="tag">this one</span>}
                    <p class="help">
                      began <Moment at={one.began_at} />, last seen <Moment at={one.seen_at} />, ends{" "}
                      <Moment at={one.ends_at} />
                    </p>
                    <p class="evidence">{one.agent}</p>
                  </div>
                  <button type="button" aria-label={`End the session of ${one.name}`} onClick={() => setEnding(one)}>
                    End
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Part>
      {ending !== undefined && (
        <ReasonDialog
          label="End the session"
          subject={ending.name}
          means={ending.own ? "You will be signed out." : "At their next request they are asked to sign in again."}
          tone="danger"
          onSend={(reason) => endSession(ending.session, reason)}
          onDone={done}
          onCancel={() => setEnding(undefined)}
        />
      )}
    </>
  );
}
