/** Secrets in Markdown tables: under a telling column, or in a row with a telling name. */
import { REDACTED } from "./redact-formats.ts";
import { isValue, namesSecret } from "./redact-names.ts";

const DELIMITER = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const VALUE_COLUMN = /^(?:value|default|current|setting|content|example)s?$/i;

/** The same lines with such cells taken out. */
export function redactTables(lines: readonly string[]): readonly string[] {
  let columns: readonly string[] | undefined;
  return lines.map((line, at) => {
    const isTable = line.includes("|") && (columns !== undefined || /^\s*[>*-]?\s*\|/.test(line));
    if (!isTable) {
      columns = line.includes("|") && DELIMITER.test(lines[at + 1] ?? "") ? titlesOf(line) : undefined;
      return line;
    }
    if (DELIMITER.test(line)) return line;
    if (columns === undefined || DELIMITER.test(lines[at + 1] ?? "")) {
      columns = titlesOf(line);
      if (DELIMITER.test(lines[at + 1] ?? "")) return line;
    }
    return redactRow(line, columns);
  });
}

function titlesOf(line: string): readonly string[] {
  return cellsOf(line).map((cell) => bare(cell));
}

function redactRow(line: string, columns: readonly string[]): string {
  const cells = cellsOf(line);
  const first = cells.findIndex((cell) => cell.trim() !== "");
  const isNamed = namesSecret(bare(cells[first] ?? ""));
  return cells
    .map((cell, at) => {
      const value = bare(cell);
      const title = columns[at] ?? "";
      const isSecret =
        (namesSecret(title) && at !== first) ||
        (isNamed && at > first && (VALUE_COLUMN.test(title) || !/\s/.test(value)));
      return isSecret && isValue(value) ? cell.replace(/\S(?:.*\S)?/, REDACTED) : cell;
    })
    .join("|");
}

function cellsOf(line: string): readonly string[] {
  return line.split("|");
}

function bare(cell: string): string {
  return cell.trim().replaceAll(/^[*_`]+|[*_`]+$/g, "");
}
