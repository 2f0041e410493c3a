/** Rows of tables that decide: one statement each, with what it is about and how things stand with it. */
import type { Statement } from "./statements.ts";
import { plain } from "./words.ts";

interface Table {
  /** Line of the file its head is. */
  readonly from: number;
  readonly lines: readonly string[];
  readonly headings: readonly string[];
}

const AREA =
  /^(?:area|topic|subject|concern|component|aspect|what|category|domain|question|scope|item|resource|layer)\b/iu;
const SAYS =
  /^(?:decisions?|choice|chosen|standard|rule|policy|convention|we use|what we (?:use|chose)|outcome|resolution|requirement)\b/iu;
const STATUS = /^(?:status|state)\b/iu;

/** Only tables with a column that decides; the column before it, or the one called so, says about what. */
export function rowsOf({ from, lines, headings }: Table): Statement[] {
  const [head, rule, ...rows] = lines.map(cellsOf);
  if (head === undefined || rule === undefined || !rule.every((cell) => /^:?-+:?$/u.test(cell))) return [];
  const says = head.findIndex((cell) => SAYS.test(cell));
  if (says < 0) return settingsOf(head, rows, { from, headings });
  const named = head.findIndex((cell) => AREA.test(cell));
  const area = named >= 0 ? named : says === 0 ? -1 : says - 1;
  const status = head.findIndex((cell) => STATUS.test(cell));
  return rows.flatMap((cells, index) => {
    const text = cells[says] ?? "";
    if (text === "") return [];
    const line = from + 2 + index;
    return [
      {
        text,
        from: line,
        to: line,
        headings: [...headings, head[says] ?? ""],
        form: "row" as const,
        ...(area >= 0 && area !== says ? { area: cells[area] ?? "" } : {}),
        ...(status >= 0 ? { status: [cells[0] ?? "", cells[status] ?? ""].join(": ") } : {}),
      },
    ];
  });
}

const SETTING =
  /^(?:settings?|parameters?|keys?|options?|property|name|metrics?|variables?|fields?|items?|limits?|what)$/iu;
const VALUE =
  /^(?:(?:required |agreed |allowed )?values?|(?:at )?(?:min|max|least|most)(?:imum)?(?: value)?|limits?)$/iu;
const SUBJECT =
  /^(?:services?|workloads?|apps?|applications?|components?|deployments?|teams?|databases?|queues?|systems?|environments?|for|scope)$/iu;
const NUMBER = /^(?:[<>≥≤]=?\s*|at (?:least|most) |(?:no|not) (?:more|less) than |up to )?\d/iu;

/** A table of settings and their values: "timeout: 30s", each with the subject its row names. */
function settingsOf(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { from, headings }: Pick<Table, "from" | "headings">,
): Statement[] {
  const named = head.findIndex((cell) => SETTING.test(cell));
  const subject = head.findIndex((cell) => SUBJECT.test(cell));
  // Without a column of names the heads are the names: "Service | Timeout | Replicas".
  if (named < 0 && subject < 0) return [];
  return rows.flatMap((cells, index) =>
    head.flatMap((title, column): Statement[] => {
      const value = cells[column] ?? "";
      const setting = named < 0 ? title : (cells[named] ?? "");
      const isValue = named < 0 ? column !== subject : column !== named && VALUE.test(title);
      if (!isValue || !NUMBER.test(value) || setting === "") return [];
      const end = /^(?:at )?(min|max|least|most)/iu.exec(title)?.[1]?.toLowerCase();
      const bound = end === undefined || named < 0 ? "" : end === "min" || end === "least" ? "minimum " : "maximum ";
      const line = from + 2 + index;
      const under = subject >= 0 && (cells[subject] ?? "") !== "" ? { under: [cells[subject] ?? ""] } : {};
      const text = `${bound}${setting}: ${value}`;
      return [{ text, from: line, to: line, headings: [...headings, title], form: "row", ...under }];
    }),
  );
}

function cellsOf(line: string): string[] {
  const cells = line.trim().slice(0, 4_000).replace(/^\|/u, "").replace(/\|$/u, "").split("|");
  return cells.map((cell) => plain(cell.trim()));
}
