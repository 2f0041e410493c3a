/** That nothing like it is proposed again, who said so and why; and the way back, which is an operator's. */
import { useState } from "preact/hooks";
import type { Improvement } from "../../../../shared/domain/improvement.ts";
import { useSchool } from "../state/school.ts";
import { useOperating } from "../state/use-operating.ts";
import { ReasonDialog } from "./operate/reason-dialog.tsx";

interface NeverAgainProps {
  readonly improvement: Improvement;
  readonly onAllowed: () => void;
}

export function NeverAgain({ improvement, onAllowed }: NeverAgainProps) {
  const { person } = useSchool();
  const { allowAgain } = useOperating();
  const [asking, setAsking] = useState(false);
  const { id, title, tombstone } = improvement;
  if (tombstone === undefined) return null;
  return (
    <section class="never-again note" aria-label="Never again">
      <p>
        <strong>Nothing like it is proposed again.</strong> {tombstone.replace(/^person:/, "")}
      </p>
      {person.role === "operator" ? (
        <button type="button" onClick={() => setAsking(true)}>
          Allow again
        </button>
      ) : (
        <p>An operator can take that back.</p>
      )}
      {asking && (
        <ReasonDialog
          label="Allow again"
          subject={title}
          means="It stays rejected, but the next source that says the same is judged as any other."
          onSend={(reason) => allowAgain(id, reason)}
          onDone={() => {
            setAsking(false);
            onAllowed();
          }}
          onCancel={() => setAsking(false)}
        />
      )}
    </section>
  );
}
