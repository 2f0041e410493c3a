/** Whether watched sources rest, and having them rest. */
import { useState } from "preact/hooks";
import { useSchool } from "../../state/school.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useEvery, useOperating } from "../../state/use-operating.ts";
import { ClearFlag, SetFlag } from "./flag-dialogs.tsx";

const NAME = "pause_sources";
const LOOK_EVERY_MS = 15_000;

export function SourcePause() {
  const { person } = useSchool();
  const { flags } = useOperating();
  const { data, reload } = useAnswer("flags", flags);
  const [asked, setAsked] = useState(false);
  useEvery(reload, LOOK_EVERY_MS);
  if (data === undefined) return null;
  const on = data.on.includes(NAME);
  const flag = data.details[NAME];
  const end = {
    name: NAME,
    permissive: false,
    onDone: () => {
      setAsked(false);
      reload();
    },
    onCancel: () => setAsked(false),
  };
  return (
    <div class={on ? "note line" : "line"}>
      <span>
        {on ? "Watched sources rest" : "Watched sources are looked at by themselves."}
        {on && (flag === undefined ? "." : `: ${flag.author}, ${flag.reason}`)}
      </span>
      {person.role === "operator" && (
        <button type="button" onClick={() => setAsked(true)}>
          {on ? "Let them go on" : "Pause them"}
        </button>
      )}
      {asked && (on ? <ClearFlag {...end} /> : <SetFlag {...end} />)}
    </div>
  );
}
