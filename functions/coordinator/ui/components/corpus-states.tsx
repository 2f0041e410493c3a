/** How whole and how fresh the index of each corpus is, and what stands in its way. */
import type { CorpusState } from "../../../../shared/knowledge-ports.ts";
import { number } from "../logic/time.ts";
import { inWords } from "../logic/words.ts";
import { Moment } from "./moment.tsx";
import { Empty } from "./states.tsx";

const SHORT = 10;

export function CorpusStates({ kept, states }: { kept: boolean; states: readonly CorpusState[] }) {
  if (!kept) {
    return (
      <Empty title="This school keeps no index">
        <p>Set QDRANT_URL: until then what needs the index is unknown, and a person decides.</p>
      </Empty>
    );
  }
  if (states.length === 0)
    return (
      <Empty title="Nothing is indexed yet">
        <p>Documents and manifests appear here after the first look at them; it begins by itself within minutes.</p>
      </Empty>
    );
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="The index by corpus">
      <table>
        <thead>
          <tr>
            <th scope="col">Corpus</th>
            <th scope="col">From</th>
            <th scope="col">State</th>
            <th scope="col">Commit</th>
            <th scope="col">Files</th>
            <th scope="col">Chunks</th>
            <th scope="col">Embedder</th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          {states.map((one) => (
            <tr key={`${one.corpus} ${one.source}`}>
              <th scope="row">{inWords(one.corpus)}</th>
              <td>{one.source}</td>
              <td>
                <span class={`result ${TONES[one.state]}`}>{one.state}</span>
                {one.because !== undefined && <div class="evidence">{one.because}</div>}
              </td>
              <td>{one.commit !== undefined && <code>{one.commit.slice(0, SHORT)}</code>}</td>
              <td>{count(one.files)}</td>
              <td>{count(one.chunks)}</td>
              <td>{one.embedder}</td>
              <td>
                <Moment at={one.at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const TONES: Readonly<Record<CorpusState["state"], string>> = {
  ready: "pass",
  building: "unknown",
  absent: "unknown",
  failed: "conflict",
};

function count(value: number | undefined): string {
  return value === undefined ? "" : number(value);
}
