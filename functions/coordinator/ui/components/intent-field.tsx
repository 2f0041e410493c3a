/** One field of an intent's form, with what is wrong about it beside it. */
import { useId } from "preact/hooks";
import { type Field, nameOfField } from "../logic/intent-form.ts";

interface FieldProps {
  readonly field: Field;
  readonly value: string;
  readonly problem: string | undefined;
  readonly onChange: (text: string) => void;
}

export function IntentField({ field, value, problem, onChange }: FieldProps) {
  const { path, control, required } = field;
  const id = useId();
  const said = `${id}-problem`;
  const wrong = problem === undefined ? {} : { "aria-invalid": true, "aria-describedby": said };
  return (
    <div class={control === "json" ? "intent-field whole" : "intent-field"}>
      <label for={id}>
        {nameOfField(path)}
        {!required && <span class="help"> optional</span>}
        {control === "json" && <span class="help"> as JSON</span>}
      </label>
      <Control id={id} field={field} value={value} wrong={wrong} onChange={onChange} />
      {problem !== undefined && (
        <p class="field-problem" id={said}>
          {problem}
        </p>
      )}
    </div>
  );
}

interface ControlProps extends Omit<FieldProps, "problem"> {
  readonly id: string;
  readonly wrong: object;
}

function Control({ id, field: { control, choices, required, longest }, value, wrong, onChange }: ControlProps) {
  if (control === "choice") {
    const offered = choices.map(String);
    // What stands there stays in sight, also when it is none of them.
    const all = value === "" || offered.includes(value) ? offered : [...offered, value];
    return (
      <select id={id} value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)} {...wrong}>
        {(!required || value === "") && <option value="">{required ? "Choose one" : "none"}</option>}
        {all.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    );
  }
  const common = { id, value, spellcheck: false, ...wrong };
  if (control === "json") {
    const rows = Math.min(10, Math.max(3, value.split("\n").length));
    return (
      <textarea
        {...common}
        class="intent-text"
        rows={rows}
        maxLength={20_000}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
    );
  }
  return (
    <input
      {...common}
      inputMode={control === "number" ? "numeric" : "text"}
      maxLength={longest ?? 1_000}
      onInput={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}
