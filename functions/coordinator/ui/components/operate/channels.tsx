/** Where people are told: how each channel does, what was sent lately, and trying one. */
import { useState } from "preact/hooks";
import { Failure } from "../../api/failure.ts";
import type { ChannelsAnswer } from "../../api/operating.ts";
import { useSchool } from "../../state/school.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useEvery, useOperating } from "../../state/use-operating.ts";
import { Moment } from "../moment.tsx";
import { Part } from "./loaded.tsx";

const LOOK_EVERY_MS = 10_000;
const TONES = { ok: "good", failing: "bad", unused: "ended" } as const;
const WORDS = { ok: "Works", failing: "Failing", unused: "Not used yet" } as const;

export function Channels() {
  const { channels } = useOperating();
  const answer = useAnswer("notifications", channels);
  useEvery(answer.reload, LOOK_EVERY_MS);
  return (
    <Part id="channels" title="Notifications" what="the channels" answer={answer}>
      {({ channels: all, sent }) => (
        <>
          {all.length === 0 ? (
            <p class="help">
              No channel has been used yet. They appear here when the layer <code>notify</code> first starts with them.
            </p>
          ) : (
            <ul class="switches">
              {all.map((channel) => (
                <Channel key={channel.name} channel={channel} />
              ))}
            </ul>
          )}
          {sent.length > 0 && <Sent sent={sent} />}
        </>
      )}
    </Part>
  );
}

function Channel({ channel }: { channel: ChannelsAnswer["channels"][number] }) {
  const { person } = useSchool();
  const { tryChannel } = useOperating();
  const [said, setSaid] = useState<string>();
  const { name, kind, state, waiting, sent, failed, because, failures } = channel;
  const ask = () => {
    setSaid("Asking …");
    tryChannel(name).then(
      () => setSaid("A test message is on its way."),
      (error: unknown) => setSaid(Failure.from(error).message),
    );
  };
  return (
    <li>
      <div>
        <strong>{name}</strong> <span class="tag">{kind}</span>
        <p class="help">
          {sent === null ? (
            "nothing sent so far"
          ) : (
            <>
              last sent <Moment at={sent} />
            </>
          )}
          {waiting > 0 && `, ${waiting} waiting`}
        </p>
        {failures > 0 && failed !== null && (
          <p class="who">
            failed {failures === 1 ? "once" : `${failures} times in a row`}, last <Moment at={failed} />: {because}
          </p>
        )}
        <p role="status" class="help">
          {said}
        </p>
      </div>
      <span class={`badge ${TONES[state]}`}>{WORDS[state]}</span>
      {person.role === "operator" && (
        <button type="button" aria-label={`Test ${name}`} onClick={ask}>
          Test
        </button>
      )}
    </li>
  );
}

function Sent({ sent }: Pick<ChannelsAnswer, "sent">) {
  return (
    <details>
      <summary>The last messages ({sent.length})</summary>
      <ol class="few">
        {sent.map((row, at) => (
          <li key={`${row.at} ${row.channel} ${at}`}>
            <Moment at={row.at} /> <span class="tag">{row.channel}</span>{" "}
            <span class={`result ${row.result === "sent" ? "pass" : "unknown"}`}>{row.result}</span> {row.headline}
            {row.because !== undefined && <div class="evidence">{row.because}</div>}
          </li>
        ))}
      </ol>
    </details>
  );
}
