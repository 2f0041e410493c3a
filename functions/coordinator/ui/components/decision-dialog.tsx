/** A decision with its reason. What the coordinator refuses stays in the dialog, in the coordinator's words. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Failure } from "../api/failure.ts";
import type { Offer } from "../logic/actions.ts";
import { useSchool } from "../state/school.ts";
import { ExpertField } from "./expert-field.tsx";
import { FormError } from "./form-error.tsx";
import { ReasonField } from "./reason-field.tsx";
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
          <ExpertField value={expert} except={offer.action === "reroute" ? present : undefined} onExpert={setExpert} />
        )}
        <ReasonField value={reason} onReason={setReason} />
        <FormError failure={failure} />
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
