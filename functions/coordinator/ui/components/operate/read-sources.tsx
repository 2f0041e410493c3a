/** What was read so far: where each source stands, what was found in it, and reading it again. */
import { useState } from "preact/hooks";
import { Failure } from "../../api/failure.ts";
import type { SourceLine } from "../../api/operating.ts";
import { improvementAddress, listAddress, pageAddress } from "../../logic/address.ts";
import { number } from "../../logic/time.ts";
import { useSchool } from "../../state/school.ts";
import { useOperating } from "../../state/use-operating.ts";
import { goTo } from "../../state/use-place.ts";
import { Link, OutsideLink } from "../link.tsx";
import { Moment } from "../moment.tsx";

const STATES = [
  ["waiting", "Waiting", "moving"],
  ["read", "Read", "good"],
  ["nothing_found", "Nothing found", "ended"],
  ["listed", "Listed others", "good"],
  ["failed", "Failed", "bad"],
] as const;
/** Those that are shown at once; the list of improvements has all of them. */
const SHOWN = 5;

export function SourceStates({ state }: { state: string }) {
  const known = state === "" || STATES.some(([name]) => name === state);
  return (
    <div class="fields">
      <select
        aria-label="State"
        value={state}
        onChange={({ currentTarget }) => goTo(pageAddress("sources", { state: currentTarget.value }))}
      >
        <option value="">All states</option>
        {STATES.map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
        {!known && <option value={state}>{state}</option>}
      </select>
    </div>
  );
}

export function SourceRow({ source, onAsked }: { source: SourceLine; onAsked: () => void }) {
  const { id, state, title, address, because, read_at: readAt, improvements, known } = source;
  const [, words, tone] = STATES.find(([name]) => name === state) ?? [state, state, "ended"];
  return (
    <li class="entry">
      <p class="line">
        <strong class="source-title">{title === "" ? (address ?? id) : title}</strong>
        <span class={`badge ${tone}`}>{words}</span>
        <Moment at={readAt} />
      </p>
      {address !== undefined && (
        <p class="help">
          <OutsideLink href={address}>{address}</OutsideLink>
        </p>
      )}
      {because !== undefined && <p class="entry-reason">{because}</p>}
      {improvements.length > 0 && (
        <p class="line">
          <span>
            {number(improvements.length)} {improvements.length === 1 ? "improvement" : "improvements"} found
            {known > 0 && `, ${number(known)} known before`}:
          </span>
          {improvements.slice(0, SHOWN).map((one) => (
            <Link key={one} href={improvementAddress(one)}>
              <code>{one}</code>
            </Link>
          ))}
          {improvements.length > SHOWN && <Link href={listAddress({ source: id })}>all</Link>}
        </p>
      )}
      <ReadAgain source={source} onAsked={onAsked} />
    </li>
  );
}

/** What came as a text is not kept: it has to be handed in once more. */
function ReadAgain({ source: { id, title, address }, onAsked }: { source: SourceLine; onAsked: () => void }) {
  const { person } = useSchool();
  const { readAgain } = useOperating();
  const [said, setSaid] = useState<string>();
  if (person.role === "viewer" || address === undefined || !/^https?:\/\//i.test(address)) return null;
  const ask = () => {
    setSaid("Asking …");
    readAgain(id, { address }).then(
      () => {
        setSaid("It is read again.");
        onAsked();
      },
      (error: unknown) => setSaid(Failure.from(error).message),
    );
  };
  return (
    <div class="choices">
      <button type="button" aria-label={`Read again: ${title === "" ? id : title}`} onClick={ask}>
        Read again
      </button>
      <span role="status">{said}</span>
    </div>
  );
}
