/** What the experts were shown, by the labels their evidence cites, with the way to it. */
import type { ShownSource } from "../../../../shared/domain/evaluation.ts";
import { improvementAddress, knowledgeAddress } from "../logic/address.ts";
import { CORPUS_NAMES, inWords } from "../logic/words.ts";
import { Link } from "./link.tsx";

export function ShownSources({ sources }: { sources: readonly ShownSource[] }) {
  return (
    <details>
      <summary>What the experts were shown</summary>
      <ul class="findings">
        {sources.map((source) => (
          <li key={`${source.label} ${source.path} ${source.from}`}>
            <span class="tag">{source.label}</span>
            <span>
              {inWords(source.corpus)} <Where {...source} /> <span class="evidence">{source.place}</span>{" "}
              {source.outcome !== undefined && <span class="tag">{inWords(source.outcome)}</span>}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** A past improvement has a page of its own; what is indexed is found again by its place. */
function Where({ corpus, path, place, from, to }: ShownSource) {
  if (corpus === "improvements") return <Link href={improvementAddress(path)}>{path}</Link>;
  const lines = from === undefined ? "" : to === undefined || to === from ? `:${from}` : `:${from}-${to}`;
  const written = <code>{`${path}${lines}`}</code>;
  const searched = corpus === "decisions" ? "documents" : corpus;
  if (!(CORPUS_NAMES as readonly string[]).includes(searched)) return written;
  return <Link href={knowledgeAddress({ q: place, corpus: searched })}>{written}</Link>;
}
