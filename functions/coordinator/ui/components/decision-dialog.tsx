/** A decision with its reason. What the coordinator refuses stays in the dialog, in the coordinator's words. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Failure } from "../api/failure.ts";
import type { Offer } from "../logic/actions.ts";
import { EXPERT_NAMES, inWords } from "../logic/words.ts";
import { useSchool } from "../state/school.ts";
import { RollbackPreview } from "./rollback-preview.tsx";

interface DialogProps {
  readonly offer: Offer;
  readonly id: string;
  readonly title: string;
  /** Of the change set that stands behind this dialog. */
  readonly hash: string | undefined;
  /** Who has judged it: to send it away from there names somebody else. */
  readonly expert: string | undefined;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

export function DecisionDialog({ offer, id, title, hash, expert: present, onDone, onCancel }: DialogProps) {
  const { api } = useSchool();
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState("");
  const [expert, setExpert] = useState("");
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  // The one that was on the page when the dialog opened; the page below goes on living.
  const [seen] = useState(hash);
  useEffect(() => dialog.current?.showModal(), []);
  const complete = reason.trim() !== "" && (offer.asksExpert !== true || expert !== "");

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!complete || busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      const chosen = { ...(expert === "" ? {} : { expert }), ...(seen === undefined ? {} : { hash: seen }) };
      await api.decide(id, offer.action, { reason: reason.trim(), ...chosen });
      onDone();
    } catch (error) {
      setFailure(Failure.from(error));
      setBusy(false);
    }
  }

  return (
    <dialog
      ref={dialog}
      class={offer.action === "rollback" ? "decision wide" : "decision"}
      aria-labelledby="decision-title"
      onClose={onCancel}
    >
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="decision-title">{offer.label}</h2>
        <p class="subject">{title}</p>
        <p>{offer.means}</p>
        {offer.action === "rollback" && <RollbackPreview id={id} />}
        {offer.asksExpert === true && (
          <label>
            Expert
            <select value={expert} onChange={({ currentTarget }) => setExpert(currentTarget.value)}>
              <option value="">Choose one</option>
              {EXPERT_NAMES.filter((name) => offer.action !== "reroute" || name !== present).map((name) => (
                <option key={name} value={name}>
                  {inWords(name)}
                </option>
              ))}
            </select>
          </label>
        )}
        <label>
          Reason
          <textarea
            rows={3}
            maxLength={1_000}
            required
            value={reason}
            placeholder="It goes into the audit trail, with your name."
            onInput={({ currentTarget }) => setReason(currentTarget.value)}
          />
        </label>
        {failure !== undefined && (
          <p class="form-error" role="alert">
            <strong>{failure.title}.</strong> {failure.message}
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class={offer.tone === "plain" ? "primary" : offer.tone} disabled={!complete || busy}>
            {busy ? "Sending …" : offer.label}
          </button>
        </div>
      </form>
    </dialog>
  );
}
