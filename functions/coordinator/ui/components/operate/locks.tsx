/** Which improvement holds which Application; only one changes an Application at a time. */
import { useState } from "preact/hooks";
import { improvementAddress } from "../../logic/address.ts";
import { useSchool } from "../../state/school.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useNews } from "../../state/use-news.ts";
import { useEvery, useOperating } from "../../state/use-operating.ts";
import { Link } from "../link.tsx";
import { StatusBadge } from "../status-badge.tsx";
import { Part } from "./loaded.tsx";
import { ReasonDialog } from "./reason-dialog.tsx";

const GAP_MS = 3_000;
const LOOK_EVERY_MS = 15_000;

export function Locks() {
  const { person } = useSchool();
  const { locks, unlock } = useOperating();
  const answer = useAnswer("locks", locks);
  const [opening, setOpening] = useState<string>();
  useNews(answer.reload, () => true, GAP_MS);
  useEvery(answer.reload, LOOK_EVERY_MS);
  const done = () => {
    setOpening(undefined);
    answer.reload();
  };
  return (
    <>
      <Part id="locks" title="Locks" what="the locks" answer={answer}>
        {(data) =>
          data.locks.length === 0 ? (
            <p class="help">No Application is locked. A lock is held from an improvement's commit to its verdict.</p>
          ) : (
            <ul class="switches">
              {data.locks.map(({ name, holder, status, waiting }) => (
                <li key={name}>
                  <div>
                    <strong>{name}</strong>
                    <p class="help">
                      {holder === null ? (
                        "held by nobody"
                      ) : (
                        <>
                          held by{" "}
                          <Link href={improvementAddress(holder)}>
                            <code>{holder}</code>
                          </Link>
                        </>
                      )}
                      {waiting > 0 && `, ${waiting} ${waiting === 1 ? "waits" : "wait"} behind it`}
                    </p>
                  </div>
                  {status !== null && <StatusBadge status={status} />}
                  {holder !== null && person.role === "operator" && (
                    <button type="button" aria-label={`Unlock ${name}`} onClick={() => setOpening(name)}>
                      Unlock
                    </button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Part>
      {opening !== undefined && (
        <ReasonDialog
          label="Unlock"
          subject={opening}
          means="The next that waits may change this Application, although whoever held it may not be done."
          tone="danger"
          onSend={(reason) => unlock(opening, reason)}
          onDone={done}
          onCancel={() => setOpening(undefined)}
        />
      )}
    </>
  );
}
