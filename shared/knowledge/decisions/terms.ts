/** Finds the words that carry meaning in a clause: technologies, classes, aspects, things, environments and cues. */
import { ASPECTS, type Aspect, ENVIRONMENTS, OBJECTS } from "./aspects.ts";
import { CUES, type Cue } from "./cues.ts";
import { CLASS_NOUNS, type Technology, technologies } from "./technologies.ts";
import { stemOf, type Word, wordsOf } from "./words.ts";

export type Term =
  | { readonly kind: "technology"; readonly technology: Technology }
  | { readonly kind: "class"; readonly id: string }
  | { readonly kind: "aspect"; readonly aspect: Aspect; readonly sense: 1 | -1; readonly needsNumber: boolean }
  | { readonly kind: "object"; readonly id: string }
  | { readonly kind: "environment"; readonly id: string }
  | { readonly kind: "cue"; readonly cue: Cue; readonly phrase: string };

/** Terms at the words `from` up to before `to`. */
export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly terms: readonly Term[];
}

/** Names that are everyday words in lower case. */
const EVERYDAY = new Set(
  (
    "Phoenix Harbor Vault Helm Flux Tempo Loki Drone Temporal Garage Triton Prefect Druid Vespa Canal Kong Contour Skipper Caddy Stash Dragonfly Garnet " +
    "Concourse Fission Slack Discord Matrix Rust Ruby Java Python Borg Doppler Nexus Dex Ory Bun Puppet Spinnaker Flagger Unleash Pinot Snowflake Chroma " +
    "Percona Calico Istio Keep Alloy Pulsar Solr Talos Clair Falco Gatekeeper Thanos Mimir Graphite Zeebe Goldilocks Kuma Camunda Dagster Jib ko NATS " +
    "Zot Quay Gremlin Litmus Ambassador Emissary Cockroach Druid Neo4j Honeycomb Conjur Windmill Inlets EBS S3 HPA VPA ECR ACR GCR GCS OPA PGO TGI FRP SOAP Dagger Recreate Sysdig Dgraph Vector Spin"
  ).split(" "),
);

interface Dictionary {
  readonly phrases: ReadonlyMap<string, readonly Term[]>;
  /** Words of the longest phrase that begins with a word. */
  readonly longest: ReadonlyMap<string, number>;
}

let dictionary: Dictionary | undefined;

/** Longest phrases first, each word once; `names` are further names to look for, by their stems. */
export function marksIn(words: readonly Word[], names: ReadonlyMap<string, Technology> = new Map()): readonly Mark[] {
  dictionary ??= compile();
  const marks: Mark[] = [];
  for (let from = 0; from < words.length; ) {
    const mark = longestAt(words, from, dictionary, names);
    if (mark !== undefined) marks.push(mark);
    from = mark?.to ?? from + 1;
  }
  return marks;
}

function longestAt(
  words: readonly Word[],
  from: number,
  known: Dictionary,
  names: ReadonlyMap<string, Technology>,
): Mark | undefined {
  const first = words[from]?.stem ?? "";
  const longest = known.longest.get(first) ?? (names.has(first) ? 1 : 0);
  for (let length = Math.min(longest, words.length - from); length > 0; length--) {
    const to = from + length;
    const phrase = words
      .slice(from, to)
      .map(({ stem }) => stem)
      .join(" ");
    // A name is written as one: "Cases" is none where "cases" stands.
    const name = /^\p{Lu}/u.test(words[from]?.text ?? "") ? names.get(phrase) : undefined;
    const terms = known.phrases.get(phrase)?.filter((term) => isWritten(term, words, from, to)) ?? [];
    const all: readonly Term[] = name === undefined ? terms : [{ kind: "technology", technology: name }, ...terms];
    if (all.length > 0) return { from, to, terms: all };
  }
  return undefined;
}

/** An everyday word is a name only where it is written as one. */
function isWritten(term: Term, words: readonly Word[], from: number, to: number): boolean {
  if (term.kind !== "technology" || to - from > 1) return true;
  const written = words[from]?.text ?? "";
  const plain = term.technology.aliases.find((alias) => alias.toLowerCase() === written.toLowerCase());
  if (plain === undefined || !EVERYDAY.has(plain)) return true;
  return written === plain || (from > 0 && written === plain.toUpperCase());
}

function compile(): Dictionary {
  const found = new Map<string, Term[]>();
  const put = (phrase: string, term: Term): void => {
    if (phrase === "") return;
    const stems = wordsOf(phrase).map(({ stem }) => stem);
    const keys = [stems.join(" ")];
    if (stems.length === 2 && term.kind !== "cue") keys.push(stemOf(stems.join("")));
    for (const key of new Set(keys)) {
      const before = found.get(key) ?? [];
      if (!before.some((one) => isSame(one, term))) found.set(key, [...before, term]);
    }
  };
  for (const technology of technologies()) {
    for (const alias of technology.aliases) put(alias, { kind: "technology", technology });
  }
  for (const [id, nouns] of Object.entries(CLASS_NOUNS)) for (const noun of nouns) put(noun, { kind: "class", id });
  for (const aspect of ASPECTS) {
    for (const phrase of aspect.has) {
      const needsNumber = phrase.startsWith("?");
      put(needsNumber ? phrase.slice(1) : phrase, { kind: "aspect", aspect, sense: 1, needsNumber });
    }
    for (const phrase of aspect.lacks ?? []) put(phrase, { kind: "aspect", aspect, sense: -1, needsNumber: false });
  }
  for (const [id, nouns] of Object.entries(OBJECTS)) for (const noun of nouns) put(noun, { kind: "object", id });
  for (const [id, nouns] of Object.entries(ENVIRONMENTS))
    for (const noun of nouns) put(noun, { kind: "environment", id });
  for (const [cue, phrases] of Object.entries(CUES)) {
    for (const phrase of phrases.split(", ")) put(phrase, { kind: "cue", cue: cue as Cue, phrase });
  }
  const longest = new Map<string, number>();
  for (const phrase of found.keys()) {
    const stems = phrase.split(" ");
    const [first = ""] = stems;
    longest.set(first, Math.max(longest.get(first) ?? 0, stems.length));
  }
  return { phrases: found, longest };
}

function isSame(one: Term, other: Term): boolean {
  if (one.kind === "technology") return other.kind === "technology" && one.technology === other.technology;
  if (one.kind === "aspect") return other.kind === "aspect" && one.aspect === other.aspect;
  return false;
}
