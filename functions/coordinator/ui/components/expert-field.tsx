/** Which expert somebody sends it to. */
import { EXPERT_NAMES, inWords } from "../logic/words.ts";

export function ExpertField({
  value,
  except,
  onExpert,
}: {
  value: string;
  except?: string | undefined;
  onExpert: (name: string) => void;
}) {
  return (
    <label>
      Expert
      <select value={value} onChange={({ currentTarget }) => onExpert(currentTarget.value)}>
        <option value="">Choose one</option>
        {EXPERT_NAMES.filter((name) => name !== except).map((name) => (
          <option key={name} value={name}>
            {inWords(name)}
          </option>
        ))}
      </select>
    </label>
  );
}
