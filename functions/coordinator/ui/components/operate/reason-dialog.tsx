/** Anything an operator does, with its reason. What the coordinator refuses stays in the dialog, in its own words. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Failure } from "../../api/failure.ts";
import { FormError } from "../form-error.tsx";
import { ReasonField } from "../reason-field.tsx";

interface ReasonDialogProps {
  /** What will be done, as its button says it. */
  readonly label: string;
  /** To what; may be untrusted text. */
  readonly subject?: string | undefined;
  /** What follows from it. */
  readonly means: string;
  readonly tone?: "primary" | "danger";
  /** Further fields, and whether they are filled in. */
  readonly children?: ComponentChildren;
  readonly complete?: boolean;
  readonly onSend: (reason: string) => Promise<unknown>;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

export function ReasonDialog(props: ReasonDialogProps) {
  const { label, subject, means, tone = "primary", children, complete = true, onSend, onDone, onCancel } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const [reason, setReason] = useState("");
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const ready = reason.trim() !== "" && complete && !busy;

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!ready) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await onSend(reason.trim());
      onDone();
    } catch (error) {
      setFailure(Failure.from(error));
      setBusy(false);
    }
  }
  return (
    <dialog ref={dialog} class="decision" aria-labelledby={title} onClose={onCancel}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id={title}>{label}</h2>
        {subject !== undefined && <p class="subject">{subject}</p>}
        <p>{means}</p>
        {children}
        <ReasonField value={reason} onReason={setReason} />
        <FormError failure={failure} />
        <div class="dialog-actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class={tone} disabled={!ready}>
            {busy ? "Sending …" : label}
          </button>
        </div>
      </form>
    </dialog>
  );
}
