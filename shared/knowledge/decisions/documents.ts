/** Reads documents, or the parts of them that are known, into facts; what replaces what is followed across them. */
import type { StoredChunk } from "../../knowledge-ports.ts";
import { authorityOf, isDecisionRecord } from "./authority.ts";
import { clausesOf, termsIn } from "./clauses.ts";
import type { Fact, Source } from "./fact.ts";
import { namesIn } from "./names.ts";
import { NO_CONTEXT, type ReadStatement, readFacts } from "./read-facts.ts";
import { type Standing, standingOfWords, standingsOf } from "./standing.ts";
import { type Part, type Statement, statementsOf } from "./statements.ts";
import type { Technology } from "./technologies.ts";

export interface KnownDocument {
  readonly path: string;
  /** In the order of the file. */
  readonly parts: readonly Part[];
}

export interface ReadDocuments {
  readonly statements: readonly ReadStatement[];
  readonly facts: readonly Fact[];
  /** Names the decisions use that no vocabulary knows. */
  readonly names: ReadonlyMap<string, Technology>;
}

const QUOTE = 400;

export function readDocuments(documents: readonly KnownDocument[]): ReadDocuments {
  const whole = documents.map(({ path, parts }) => ({ path, text: parts.map(({ text }) => text).join("\n") }));
  const standings = standingsOf(whole);
  const taken = documents.map(({ path, parts }, index) => {
    const isRecord = isDecisionRecord(path, whole[index]?.text ?? "");
    const statements = parts.flatMap((part) => statementsOf(part)).map((statement) => withArea(statement));
    const standing = standings.get(path) ?? "unstated";
    return {
      path,
      isRecord,
      standing,
      statements,
      sources: statements.map((one) => sourceOf(one, path, isRecord, standing, statements)),
    };
  });
  const names = new Map(
    taken.flatMap(({ statements, sources }) =>
      statements.flatMap((statement, index) => {
        const { authority } = sources[index] ?? {};
        return authority === "decision" || authority === "rule" ? [...namesIn(statement)] : [];
      }),
    ),
  );
  const read = taken.flatMap(({ statements, sources }) => readAll(statements, sources, names));
  return { statements: read, facts: read.flatMap(({ facts }) => facts), names };
}

function readAll(
  statements: readonly Statement[],
  sources: readonly Source[],
  names: ReadonlyMap<string, Technology>,
): ReadStatement[] {
  const found: ReadStatement[] = [];
  let context = NO_CONTEXT;
  let section = "";
  for (const [index, statement] of statements.entries()) {
    const source = sources[index];
    if (source === undefined) continue;
    const place = statement.headings.join(" > ");
    if (place !== section || statement.form === "row") context = NO_CONTEXT;
    section = place;
    const { read, context: next } = readFacts(statement, source, context, names);
    context = next;
    found.push(read);
  }
  return withAlternatives(withOnly(found), statements, sources);
}

/** "No other relational database is operated": what the section chose of that class is the only one. */
function withOnly(read: readonly ReadStatement[]): ReadStatement[] {
  const closed = read.flatMap(({ statement, source }) =>
    source.authority === "none" || source.standing === "replaced"
      ? []
      : clausesOf(statement.text)
          .filter((clause) =>
            /\b(?:no (?:other|second|further|additional)|nothing else|not any other)\b|\b(?:do not|don't|never|not) (?:\p{L}+ )?(?:another|a second|any other)\b/iu.test(
              clause.text,
            ),
          )
          .map((clause) => ({ source, classes: termsIn(clause, "class").map(({ term }) => term.id) })),
  );
  if (closed.length === 0) return [...read];
  return read.map((one) => ({
    ...one,
    facts: one.facts.map((fact) => {
      const { subject, relation } = fact;
      if (relation.kind !== "uses" || subject.kind !== "technology") return fact;
      const isOnly = closed.some(({ source, classes }) => {
        const within = one.statement.form === "row" ? 0 : 3;
        const isNear = source.place === one.source.place && Math.abs(source.from - one.source.to) <= within;
        return isNear && (classes.length === 0 || classes.some((id) => subject.classes.includes(id)));
      });
      return isOnly ? { ...fact, relation: { kind: "uses" as const, only: true } } : fact;
    }),
  }));
}

const OPTIONS = /\b(?:considered|options|alternatives|candidates)\b/iu;

/** Options that were considered and not chosen are decided against, where one of their class was chosen. */
function withAlternatives(
  read: readonly ReadStatement[],
  statements: readonly Statement[],
  sources: readonly Source[],
): ReadStatement[] {
  const listed = statements.filter(({ headings, form }) => form === "item" && OPTIONS.test(headings.at(-1) ?? ""));
  const [path] = sources.map((source) => source.path);
  if (listed.length === 0 || path === undefined) return [...read];
  const options = listed.flatMap(({ text }) =>
    clausesOf(text)
      .slice(0, 1)
      .flatMap((clause) => termsIn(clause, "technology").slice(0, 1)),
  );
  return read.map((one) => {
    const [chosen] = one.facts.filter(
      ({ relation, subject }) => relation.kind === "uses" && subject.kind === "technology",
    );
    if (
      chosen === undefined ||
      !/\bchosen option\b|\bwe (?:chose|choose|decided|selected)\b/iu.test(one.statement.text)
    )
      return one;
    const { subject } = chosen;
    const rejected = options.flatMap(({ term: { technology } }): Fact[] => {
      const isLike =
        subject.kind === "technology" &&
        technology.id !== subject.id &&
        technology.classes.some((id) => subject.classes.includes(id));
      if (!isLike || one.facts.some((fact) => fact.subject.id === technology.id)) return [];
      const name = technology.aliases[0] ?? technology.id;
      return [
        {
          ...chosen,
          subject: { kind: "technology", id: technology.id, name, classes: technology.classes },
          relation: { kind: "forbids" },
        },
      ];
    });
    return { ...one, facts: [...one.facts, ...rejected] };
  });
}

/** "Ingress: Traefik" in a list of rules says of what it speaks before the colon. */
function withArea(statement: Statement): Statement {
  if (statement.form === "row" || statement.area !== undefined) return statement;
  const [, area, rest] = /^([^:.]{2,40}):\s+(\S.*)$/su.exec(statement.text) ?? [];
  if (area === undefined || rest === undefined) return statement;
  const [clause] = clausesOf(area);
  const isTopic =
    clause !== undefined &&
    clause.words.length <= 4 &&
    [...termsIn(clause, "class"), ...termsIn(clause, "object")].length > 0;
  return isTopic ? { ...statement, area, text: rest } : statement;
}

function sourceOf(
  statement: Statement,
  path: string,
  isRecord: boolean,
  standing: Standing,
  all: readonly Statement[],
): Source {
  const { text, area, headings, from, to, form, status } = statement;
  const own = status === undefined ? "unstated" : standingOfRow(statement, all);
  return {
    path,
    place: (form === "row" ? headings.slice(0, -1) : headings).join(" > "),
    from,
    to,
    quote: (area === undefined ? text : `${area}: ${text}`).slice(0, QUOTE),
    authority: authorityOf(statement, isRecord),
    standing: own === "unstated" ? standing : own,
  };
}

/** A row's own status; "superseded by 4" and a later row's "supersedes 3" are both heard. */
function standingOfRow({ status = "", from }: Statement, all: readonly Statement[]): Standing {
  const [number = "", words = ""] = status.split(": ");
  const replaced = all.some(
    (other) =>
      other.from !== from &&
      other.status !== undefined &&
      new RegExp(`\\bsupersedes #?0*${/^\d{1,6}$/u.test(number) ? number : "x"}\\b`, "iu").test(other.status),
  );
  return replaced ? "replaced" : standingOfWords(words);
}

/** Chunks of one file put together again where they follow each other. */
export function documentsOf(chunks: readonly StoredChunk[]): readonly KnownDocument[] {
  const paths = new Map<string, StoredChunk[]>();
  for (const chunk of new Map(chunks.map((one) => [one.id, one])).values())
    paths.set(chunk.path, [...(paths.get(chunk.path) ?? []), chunk]);
  return [...paths].map(([path, found]) => ({
    path,
    parts: partsOf(found.toSorted((a, b) => a.from - b.from || a.to - b.to)),
  }));
}

function partsOf(chunks: readonly StoredChunk[]): readonly Part[] {
  const parts: { text: string; from: number; to: number; headings: readonly string[] }[] = [];
  for (const { text, from, to, place } of chunks) {
    const last = parts.at(-1);
    if (last !== undefined && from === last.to + 1) {
      // What a chunk repeats above itself (the header of a table) stands in the one before it.
      const lines = text.split("\n");
      last.text = `${last.text}\n${lines.slice(Math.max(0, lines.length - (to - from + 1))).join("\n")}`;
      last.to = to;
    } else parts.push({ text, from, to, headings: place.split(" > ").filter((one) => one !== "") });
  }
  return parts;
}
