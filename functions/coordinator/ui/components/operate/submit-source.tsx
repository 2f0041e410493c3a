/** Handing in a source: an address, a file or a text. The coordinator says what it refuses and why. */
import { useState } from "preact/hooks";
import { Failure } from "../../api/failure.ts";
import type { NewSource } from "../../api/operating.ts";
import { useOperating } from "../../state/use-operating.ts";

/** Bytes; the coordinator takes no more. */
const LARGEST = 5_000_000;
type Kind = "address" | "text";

export function SubmitSource({ onDone }: { onDone: () => void }) {
  const { submit } = useOperating();
  const [kind, setKind] = useState<Kind>("address");
  const [address, setAddress] = useState("");
  const [title, setTitle] = useState("");
  const [content, setContent] = useState("");
  const [said, setSaid] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const given = kind === "address" ? address.trim() : content.trim();

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    if (given === "" || busy) return;
    setBusy(true);
    setSaid(undefined);
    setFailure(undefined);
    const named = title.trim() === "" ? {} : { title: title.trim() };
    const source: NewSource = kind === "address" ? { address: given, ...named } : { content, ...named };
    try {
      await submit(source);
      setSaid("Handed in. It appears below as soon as it is looked at.");
      setAddress("");
      setTitle("");
      setContent("");
      onDone();
    } catch (error) {
      const { title: what, message } = Failure.from(error);
      setFailure(`${what}. ${message}`);
    }
    setBusy(false);
  }

  async function take(files: FileList | null): Promise<void> {
    const file = files?.[0];
    if (file === undefined) return;
    setFailure(undefined);
    if (file.size > LARGEST) {
      setFailure(`${file.name} is larger than 5 MB; hand it in as several sources.`);
      return;
    }
    try {
      setContent(new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer()));
      if (title.trim() === "") setTitle(file.name.replace(/\.\w{1,5}$/, "").slice(0, 300));
    } catch {
      setFailure(`${file.name} is not UTF-8 text; convert it first.`);
    }
  }

  return (
    <form class="submit-source" onSubmit={(event) => void send(event)}>
      <fieldset class="choices">
        <legend class="unseen">What is handed in</legend>
        {(["address", "text"] as const).map((one) => (
          <button key={one} type="button" aria-pressed={kind === one} onClick={() => setKind(one)}>
            {one === "address" ? "An address" : "A text or file"}
          </button>
        ))}
      </fieldset>
      {kind === "address" ? (
        <label>
          Address
          <input
            type="text"
            inputMode="url"
            maxLength={2_000}
            placeholder="https://… of a video, an article, a feed or a document"
            value={address}
            onInput={({ currentTarget }) => setAddress(currentTarget.value)}
          />
        </label>
      ) : (
        <>
          <label>
            File
            <input
              type="file"
              accept=".txt,.md,.vtt,.srt,.json,text/*"
              onChange={({ currentTarget }) => void take(currentTarget.files)}
            />
          </label>
          <label>
            Text
            <textarea
              rows={6}
              placeholder="A transcript or a document; at most 5 MB"
              value={content}
              onInput={({ currentTarget }) => setContent(currentTarget.value)}
            />
          </label>
        </>
      )}
      <label>
        Title, if it has none of its own
        <input maxLength={300} value={title} onInput={({ currentTarget }) => setTitle(currentTarget.value)} />
      </label>
      {failure !== undefined && (
        <p class="form-error" role="alert">
          {failure}
        </p>
      )}
      <div class="choices">
        <button type="submit" class="primary" disabled={given === "" || busy}>
          {busy ? "Sending …" : "Hand in"}
        </button>
        <span role="status">{said}</span>
      </div>
    </form>
  );
}
