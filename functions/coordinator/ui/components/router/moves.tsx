/** For operators: the share, which model serves, training. Each needs a reason, and is noted with the name. */
import { useState } from "preact/hooks";
import { Failure } from "../../api/failure.ts";
import type { RouterAnswer, RouterMove } from "../../api/router-answers.ts";
import { useSchool } from "../../state/school.ts";

export function RouterMoves({ answer, onDone }: { answer: RouterAnswer; onDone: () => void }) {
  const { api, person } = useSchool();
  const { rollout, models } = answer;
  const [reason, setReason] = useState("");
  const [share, setShare] = useState(String(rollout.share));
  const [version, setVersion] = useState("");
  const [said, setSaid] = useState<string>();
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  if (person.role !== "operator") return null;
  const isReady = reason.trim() !== "" && !busy;
  const wanted = Number(share);
  const isShare = share.trim() !== "" && wanted >= 0 && wanted <= 1;
  const others = [models.staging, models.previous, ...models.archive].filter((entry) => entry !== null);

  async function send(move: RouterMove, done: string): Promise<void> {
    setBusy(true);
    setFailure(undefined);
    setSaid(undefined);
    try {
      await api.moveRouter(move, reason.trim());
      setSaid(done);
      setReason("");
      onDone();
    } catch (error) {
      setFailure(Failure.from(error));
    }
    setBusy(false);
  }
  const press = (move: RouterMove, done: string) => () => void send(move, done);

  return (
    <section aria-labelledby="moves" class="moves">
      <h2 id="moves">Operate</h2>
      <label>
        Reason
        <input
          value={reason}
          maxLength={1_000}
          placeholder="It is noted with your name; every move needs one."
          onInput={({ currentTarget }) => setReason(currentTarget.value)}
        />
      </label>
      <div class="choices">
        <label>
          Share of the learned arm
          <input
            type="number"
            min="0"
            max="1"
            step="any"
            value={share}
            aria-invalid={!isShare}
            onInput={({ currentTarget }) => setShare(currentTarget.value)}
          />
        </label>
        <button
          type="button"
          disabled={!isReady || !isShare}
          onClick={press({ move: "rollout", share: wanted }, "The share is set.")}
        >
          Set the share
        </button>
        {rollout.override !== null && (
          <button
            type="button"
            disabled={!isReady}
            onClick={press({ move: "rollout", share: null }, "The configuration counts again.")}
          >
            As configured
          </button>
        )}
      </div>
      <div class="choices">
        {others.length > 0 && (
          <>
            <label>
              Model
              <select value={version} onChange={({ currentTarget }) => setVersion(currentTarget.value)}>
                <option value="">Choose one</option>
                {others.map((entry) => (
                  <option key={entry.version} value={entry.version}>
                    {entry.version}
                  </option>
                ))}
              </select>
            </label>
            <button
              type="button"
              disabled={!isReady || version === ""}
              onClick={press({ move: "promote", version }, `${version} serves now.`)}
            >
              Promote
            </button>
          </>
        )}
        {models.current !== null && (
          <button
            type="button"
            class="danger"
            disabled={!isReady}
            onClick={press({ move: "step-back" }, "What served before serves again.")}
          >
            Step back
          </button>
        )}
        <button
          type="button"
          disabled={!isReady}
          onClick={press({ move: "retrain" }, "The router is being trained; what does not win changes nothing.")}
        >
          Retrain
        </button>
      </div>
      <p role="status">{said}</p>
      {failure !== undefined && (
        <p class="form-error" role="alert">
          <strong>{failure.title}.</strong> {failure.message}
        </p>
      )}
    </section>
  );
}
