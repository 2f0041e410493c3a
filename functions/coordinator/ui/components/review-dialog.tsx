/** A decision of the review queue with its reason. What the coordinator refuses stays here, field by field. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Improvement } from "../../../../shared/domain/improvement.ts";
import { Failure } from "../api/failure.ts";
import { sendFor } from "../api/review.ts";
import type { ActionName } from "../logic/actions.ts";
import type { ReviewOffer } from "../logic/review.ts";
import { lastReasons, rememberReason } from "../state/preferences.ts";
import { useSchool } from "../state/school.ts";
import { ExpertField } from "./expert-field.tsx";
import { FormError } from "./form-error.tsx";
import { type EditedIntent, IntentEditor } from "./intent-editor.tsx";
import { ReasonField } from "./reason-field.tsx";
import { RollbackPreview } from "./rollback-preview.tsx";

interface ReviewDialogProps {
  readonly offer: ReviewOffer;
  readonly improvement: Improvement;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

const SPANS: readonly (readonly [minutes: number, words: string])[] = [
  [60, "an hour"],
  [240, "four hours"],
  [1_440, "a day"],
  [4_320, "three days"],
  [10_080, "a week"],
  [43_200, "thirty days"],
];

export function ReviewDialog({ offer, improvement, onDone, onCancel }: ReviewDialogProps) {
  const { api } = useSchool();
  const { id, title, expert: present } = improvement;
  const dialog = useRef<HTMLDialogElement>(null);
  // What was on the page when it opened; the page below goes on living.
  const [seen] = useState(improvement.change_set?.hash);
  const [reasons] = useState(lastReasons);
  const [reason, setReason] = useState("");
  const [expert, setExpert] = useState("");
  const [minutes, setMinutes] = useState(1_440);
  const [edited, setEdited] = useState<EditedIntent>({ intent: improvement.intent ?? { kind: "" } });
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const complete = reason.trim() !== "" && (offer.asksExpert !== true || expert !== "");

  async function send(): Promise<void> {
    const said = { reason: reason.trim() };
    const hash = seen === undefined ? {} : { hash: seen };
    if (offer.action === "defer") return sendFor(api, id, "defer", { ...said, minutes });
    if (offer.action === "edit") return sendFor(api, id, "edit", { ...said, ...hash, intent: intentIn(edited) });
    return api.decide(id, offer.action as ActionName, { ...said, ...hash, ...(expert === "" ? {} : { expert }) });
  }
  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!complete || busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await send();
      rememberReason(reason.trim());
      onDone();
    } catch (error) {
      setFailure(Failure.from(error));
      setBusy(false);
    }
  }

  return (
    <dialog
      ref={dialog}
      class={offer.action === "rollback" || offer.action === "edit" ? "decision wide" : "decision"}
      aria-labelledby="review-dialog-title"
      onClose={onCancel}
    >
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="review-dialog-title">{offer.label}</h2>
        <p class="subject">{title}</p>
        <p>{offer.means}</p>
        {offer.action === "rollback" && <RollbackPreview id={id} />}
        {offer.action === "edit" && (
          <IntentEditor present={improvement.intent} said={failure?.problems ?? []} onEdit={setEdited} />
        )}
        {offer.action === "defer" && (
          <label>
            For
            <select value={minutes} onChange={({ currentTarget }) => setMinutes(Number(currentTarget.value))}>
              {SPANS.map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </select>
          </label>
        )}
        {offer.asksExpert === true && (
          <ExpertField value={expert} except={offer.action === "reroute" ? present : undefined} onExpert={setExpert} />
        )}
        <ReasonField value={reason} first={offer.action !== "edit"} onReason={setReason} />
        {reasons.length > 0 && (
          <div class="chips" role="group" aria-label="Reasons you gave before">
            {reasons.map((one) => (
              <button key={one} type="button" class="chip earlier-reason" onClick={() => setReason(one)}>
                {one}
              </button>
            ))}
          </div>
        )}
        <FormError
          failure={failure}
          message={
            offer.action === "edit" && (failure?.problems.length ?? 0) > 0
              ? "What is wrong stands at its field."
              : failure?.message
          }
        />
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

function intentIn(edited: EditedIntent): unknown {
  if ("trouble" in edited) throw new Failure("refused", "The intent cannot be sent", edited.trouble);
  return edited.intent;
}
