/** Several changes of one kind that were read, decided together: each with a reason of its own, each refused by itself. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Failure } from "../api/failure.ts";
import { decideTogether, type ReviewRow, type Together } from "../api/review.ts";
import { rememberReason } from "../state/preferences.ts";
import { useSchool } from "../state/school.ts";
import { FormError } from "./form-error.tsx";

interface TogetherProps {
  readonly action: "approve" | "reject";
  readonly rows: readonly ReviewRow[];
  /** Id -> hash of the change set that was read. */
  readonly read: ReadonlyMap<string, string>;
  readonly onClose: (decided: number) => void;
}

export function TogetherDialog({ action, rows, read, onClose }: TogetherProps) {
  const { api } = useSchool();
  const dialog = useRef<HTMLDialogElement>(null);
  const [chosen] = useState(rows);
  const [reasons, setReasons] = useState<Readonly<Record<string, string>>>({});
  const [result, setResult] = useState<Together>();
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const complete = chosen.every(({ id }) => (reasons[id] ?? "").trim() !== "");
  const name = action === "approve" ? "Approve" : "Reject";

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!complete || busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      const items = chosen.map(({ id }) => ({ id, hash: read.get(id) ?? "", reason: (reasons[id] ?? "").trim() }));
      setResult(await decideTogether(api, action, items));
      rememberReason(items[0]?.reason ?? "");
    } catch (error) {
      setFailure(Failure.from(error));
    }
    setBusy(false);
  }
  return (
    <dialog
      ref={dialog}
      class="decision wide"
      aria-labelledby="together-title"
      onClose={() => onClose(result?.decided.length ?? 0)}
    >
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="together-title">
          {name} {chosen.length} together
        </h2>
        {result === undefined ? (
          chosen.map(({ id, title }) => (
            <label key={id}>
              {title ?? id}: reason
              <input
                maxLength={1_000}
                required
                value={reasons[id] ?? ""}
                onInput={({ currentTarget }) => setReasons((all) => ({ ...all, [id]: currentTarget.value }))}
              />
            </label>
          ))
        ) : (
          <div role="status">
            <p>
              {result.decided.length} decided, {result.refused.length} refused.
            </p>
            <ul class="places">
              {result.refused.map(({ id, because }) => (
                <li key={id}>
                  <code>{id}</code> {because}
                </li>
              ))}
            </ul>
          </div>
        )}
        <FormError failure={failure} />
        <div class="dialog-actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            {result === undefined ? "Cancel" : "Close"}
          </button>
          {result === undefined && (
            <button type="submit" class={action === "approve" ? "primary" : "danger"} disabled={!complete || busy}>
              {busy ? "Sending …" : `${name} ${chosen.length}`}
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}
