/** The flags: what holds the school back, what lets it go further, who said so, why and until when. */
import { useState } from "preact/hooks";
import type { FlagsAnswer } from "../../api/operating.ts";
import { flagWords } from "../../logic/flag-words.ts";
import { useSchool } from "../../state/school.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useEvery, useOperating } from "../../state/use-operating.ts";
import { Moment } from "../moment.tsx";
import { ClearFlag, SetFlag } from "./flag-dialogs.tsx";
import { Part } from "./loaded.tsx";

const BIG = "auto_approve_none";
const LOOK_EVERY_MS = 10_000;

export function Flags() {
  const { flags } = useOperating();
  const answer = useAnswer("flags", flags);
  const [asked, setAsked] = useState<{ readonly name: string; readonly on: boolean }>();
  useEvery(answer.reload, LOOK_EVERY_MS);
  const done = () => {
    setAsked(undefined);
    answer.reload();
  };
  const ask = (name: string, on: boolean) => setAsked({ name, on });
  const end = { onDone: done, onCancel: () => setAsked(undefined) };
  const permissive = asked !== undefined && answer.data?.permissive.includes(asked.name) === true;
  return (
    <Part id="flags" title="Flags" what="the flags" answer={answer}>
      {(data) => (
        <>
          <Automatic data={data} onAsk={ask} />
          {data.warnings.map((warning) => (
            <p key={warning} class="note">
              {warning}
            </p>
          ))}
          <h3>Brakes</h3>
          <List names={data.restricting.filter((name) => name !== BIG)} tone="person" data={data} onAsk={ask} />
          <h3>Licences</h3>
          <p class="help">They let changes through that would wait for a person, so each has to end by itself.</p>
          <List names={data.permissive} tone="bad" data={data} onAsk={ask} />
          {asked?.on === true && <SetFlag name={asked.name} permissive={permissive} {...end} />}
          {asked?.on === false && <ClearFlag name={asked.name} permissive={permissive} {...end} />}
        </>
      )}
    </Part>
  );
}

interface Offered {
  readonly data: FlagsAnswer;
  readonly onAsk: (name: string, on: boolean) => void;
}

/** Whether the school changes anything by itself at all: the first thing somebody in a hurry looks for. */
function Automatic({ data, onAsk }: Offered) {
  const { person } = useSchool();
  const stopped = data.on.includes(BIG);
  return (
    <div class={`automatic ${stopped ? "person" : "good"}`}>
      <p class="automatic-state">
        Automatic approval <strong>{stopped ? "is stopped" : "is on"}</strong>
      </p>
      <p>
        {stopped
          ? "Every change waits for a person."
          : "What the rules of policy find harmless goes live without a person."}
      </p>
      {stopped && <Who name={BIG} data={data} />}
      {person.role === "operator" && (
        <button type="button" class={stopped ? "" : "danger"} onClick={() => onAsk(BIG, !stopped)}>
          {stopped ? "Allow it again" : "Stop all automatic approval"}
        </button>
      )}
    </div>
  );
}

function List({ names, tone, data, onAsk }: Offered & { readonly names: readonly string[]; readonly tone: string }) {
  const { person } = useSchool();
  return (
    <ul class="switches">
      {names.map((name) => {
        const on = data.on.includes(name);
        return (
          <li key={name} class={on ? tone : ""}>
            <div>
              <strong>{flagWords(name).does}</strong> <code>{name}</code>
              <p class="help">{flagWords(name).means}</p>
              {on && <Who name={name} data={data} />}
            </div>
            <span class={`badge ${on ? tone : "ended"}`}>{on ? "On" : "Off"}</span>
            {person.role === "operator" && (
              <button type="button" aria-label={`${on ? "Take back" : "Set"} ${name}`} onClick={() => onAsk(name, !on)}>
                {on ? "Take back" : "Set"}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Who({ name, data }: { name: string; data: FlagsAnswer }) {
  const flag = data.details[name];
  if (flag === undefined) return <p class="who">Set as a bare key in Redis: nobody said who, why or until when.</p>;
  return (
    <p class="who">
      <strong>{flag.author}</strong>: {flag.reason}{" "}
      {flag.expires_at === undefined ? (
        "(until somebody takes it back)"
      ) : (
        <>
          (ends <Moment at={flag.expires_at} />, {new Date(flag.expires_at).toLocaleString()})
        </>
      )}
    </p>
  );
}
