/** An intent to be written anew: a form by the schema of its kind, or the whole as JSON. */
import { useState } from "preact/hooks";
import { askIntents } from "../api/review.ts";
import {
  type Field,
  fieldsOf,
  intentOf,
  nameOfField,
  problemsAt,
  type Schema,
  valuesOf,
} from "../logic/intent-form.ts";
import { useSchool } from "../state/school.ts";
import { useAnswer } from "../state/use-answer.ts";
import { IntentField } from "./intent-field.tsx";
import { Loading } from "./states.tsx";

/** What is to be sent, or why it cannot be. */
export type EditedIntent = { readonly intent: unknown } | { readonly trouble: string };

interface EditorProps {
  /** Absent: none could be found, the person writes the first. */
  readonly present: Schema | undefined;
  /** What the coordinator found wrong, a line for each field. */
  readonly said: readonly string[];
  readonly onEdit: (edited: EditedIntent) => void;
}

export function IntentEditor({ present, said, onEdit }: EditorProps) {
  const { api } = useSchool();
  const { data, failure } = useAnswer("intents", (signal) => askIntents(api, signal));
  const [intent, setIntent] = useState<Schema>(() => present ?? { kind: "" });
  const [raw, setRaw] = useState<string>();
  const [begun, setBegun] = useState<Readonly<Record<string, string>>>({});
  if (data === undefined && failure === undefined) return <Loading what="the kinds of change" />;

  const kind = typeof intent["kind"] === "string" ? intent["kind"] : "";
  const known = data?.find((one) => one.kind === kind);
  const fields = known === undefined ? [] : fieldsOf(known.schema);
  const values = { ...valuesOf(fields, intent), ...begun };
  const { problems: unsendable } = intentOf(kind, fields, values);
  const told = { ...problemsAt(fields, said), ...unsendable };
  // What no form can be made for is written as it is.
  const asText = raw !== undefined || failure !== undefined || (present !== undefined && known === undefined);

  function write(text: string): void {
    setRaw(text);
    onEdit(parsed(text));
  }
  function change(field: Field, text: string): void {
    const now = { ...values, [field.path]: text };
    const written = intentOf(kind, fields, now);
    setBegun(now);
    const [first] = Object.entries(written.problems);
    onEdit(first === undefined ? { intent: written.intent } : { trouble: `${nameOfField(first[0])} ${first[1]}` });
  }
  function choose(chosen: string): void {
    setIntent({ kind: chosen });
    setBegun({});
    onEdit({ intent: { kind: chosen } });
  }
  function toText(): void {
    write(JSON.stringify(intentOf(kind, fields, values).intent, null, 2));
  }
  function toForm(): void {
    const edited = parsed(raw ?? "");
    if ("trouble" in edited) return;
    setIntent(edited.intent as Schema);
    setBegun({});
    setRaw(undefined);
  }

  if (asText) {
    const text = raw ?? JSON.stringify(intent, null, 2);
    const edited = parsed(text);
    const back =
      failure === undefined && !("trouble" in edited) && data?.some((one) => one.kind === kindIn(edited.intent));
    return (
      <>
        <label>
          Intent
          <textarea
            class="intent-text"
            rows={12}
            spellcheck={false}
            maxLength={20_000}
            value={text}
            onInput={({ currentTarget }) => write(currentTarget.value)}
          />
        </label>
        {failure !== undefined && <p class="help">There is no form: {failure.message}</p>}
        {said.length > 0 && <Said lines={said} />}
        {back === true && (
          <button type="button" class="quiet as-json" onClick={toForm}>
            As a form
          </button>
        )}
      </>
    );
  }
  return (
    <>
      {present === undefined && (
        <label>
          Kind of change
          <select value={kind} onChange={({ currentTarget }) => choose(currentTarget.value)}>
            <option value="">Choose one</option>
            {data?.map((one) => (
              <option key={one.kind} value={one.kind}>
                {one.kind}
              </option>
            ))}
          </select>
        </label>
      )}
      {known !== undefined && (
        <p class="help">
          <code>{known.kind}</code> {known.purpose}
        </p>
      )}
      <div class="intent-fields">
        {fields.map((field) => (
          <IntentField
            key={field.path}
            field={field}
            value={values[field.path] ?? ""}
            problem={told[field.path]}
            onChange={(text) => change(field, text)}
          />
        ))}
      </div>
      {told[""] !== undefined && <Said lines={[told[""]]} />}
      <button type="button" class="quiet as-json" onClick={toText}>
        As JSON
      </button>
    </>
  );
}

function Said({ lines }: { lines: readonly string[] }) {
  return (
    <ul class="form-error">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function parsed(text: string): EditedIntent {
  try {
    const intent: unknown = JSON.parse(text);
    return kindIn(intent) === undefined ? { trouble: 'The intent is an object with a "kind".' } : { intent };
  } catch (error) {
    return { trouble: `The intent is not JSON: ${(error as Error).message}` };
  }
}

function kindIn(intent: unknown): string | undefined {
  const kind = typeof intent === "object" && intent !== null ? (intent as { kind?: unknown }).kind : undefined;
  return typeof kind === "string" ? kind : undefined;
}
