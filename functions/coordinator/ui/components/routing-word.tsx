/** For reviewers: was the expert the right one? It moves nothing; the router learns from it. */
import { useState } from "preact/hooks";
import type { Improvement } from "../../../../shared/domain/improvement.ts";
import { Failure } from "../api/failure.ts";
import { EXPERT_NAMES, inWords } from "../logic/words.ts";
import { useSchool } from "../state/school.ts";

interface WordProps {
  readonly improvement: Improvement;
  readonly onSaid: () => void;
}

export function RoutingWord({ improvement: { id, status, expert }, onSaid }: WordProps) {
  const { api, person } = useSchool();
  const [right, setRight] = useState<boolean>();
  const [better, setBetter] = useState("");
  const [reason, setReason] = useState("");
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  if (person.role === "viewer" || expert === undefined || status === "raw") return null;

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    if (right === undefined || reason.trim() === "" || busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      const named = right || better === "" ? {} : { expert: better };
      await api.sayOfRouting(id, { right, reason: reason.trim(), ...named });
      setRight(undefined);
      setBetter("");
      setReason("");
      onSaid();
    } catch (error) {
      setFailure(Failure.from(error));
    }
    setBusy(false);
  }

  return (
    <form class="word" aria-labelledby="word" onSubmit={(event) => void send(event)}>
      <p id="word">Was the {expert} expert the right one?</p>
      <div class="choices">
        <button type="button" aria-pressed={right === true} onClick={() => setRight(true)}>
          Right
        </button>
        <button type="button" aria-pressed={right === false} onClick={() => setRight(false)}>
          Wrong
        </button>
      </div>
      {right !== undefined && (
        <>
          {!right && (
            <label>
              Who would have been right
              <select value={better} onChange={({ currentTarget }) => setBetter(currentTarget.value)}>
                <option value="">I do not know</option>
                {EXPERT_NAMES.filter((name) => name !== expert).map((name) => (
                  <option key={name} value={name}>
                    {inWords(name)}
                  </option>
                ))}
              </select>
            </label>
          )}
          <label>
            Why
            <input
              value={reason}
              maxLength={1_000}
              required
              placeholder="It goes into the audit trail, with your name."
              onInput={({ currentTarget }) => setReason(currentTarget.value)}
            />
          </label>
          <button type="submit" class="primary" disabled={reason.trim() === "" || busy}>
            {busy ? "Sending …" : "Tell the router"}
          </button>
        </>
      )}
      {failure !== undefined && (
        <p class="form-error" role="alert">
          <strong>{failure.title}.</strong> {failure.message}
        </p>
      )}
    </form>
  );
}
