/** Setting a flag, with how long it holds; taking one back. */
import { useState } from "preact/hooks";
import { DURATIONS, flagWords } from "../../logic/flag-words.ts";
import { useOperating } from "../../state/use-operating.ts";
import { ReasonDialog } from "./reason-dialog.tsx";

interface FlagDialogProps {
  readonly name: string;
  readonly permissive: boolean;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

export function SetFlag({ name, permissive, ...end }: FlagDialogProps) {
  const { setFlag } = useOperating();
  const [duration, setDuration] = useState<string>(DURATIONS[0][0]);
  const expiry = duration === "" ? {} : { expires_in: duration };
  return (
    <ReasonDialog
      {...end}
      label={`Set ${name}`}
      subject={flagWords(name).does}
      means={flagWords(name).means}
      tone={permissive ? "danger" : "primary"}
      onSend={(reason) => setFlag(name, { reason, ...expiry })}
    >
      {permissive && (
        <p class="note">While it holds, changes go live that nobody has looked at. Keep it as short as you can.</p>
      )}
      <label>
        For
        <select value={duration} onChange={({ currentTarget }) => setDuration(currentTarget.value)}>
          {DURATIONS.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
          {!permissive && <option value="">Until somebody takes it back</option>}
        </select>
      </label>
    </ReasonDialog>
  );
}

export function ClearFlag({ name, permissive, ...end }: FlagDialogProps) {
  const { clearFlag } = useOperating();
  return (
    <ReasonDialog
      {...end}
      label={`Take back ${name}`}
      subject={flagWords(name).does}
      means={permissive ? "Such changes wait for a person again." : "The school goes on as its rules say."}
      onSend={(reason) => clearFlag(name, reason)}
    />
  );
}
