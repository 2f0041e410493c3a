/** A part of a README that follows from something else: what stands between its marks. */
import { readFile } from "node:fs/promises";

/** The README with `text` between the marks of `name`. Throws when its marks are gone. `path`: from the project's root. */
export async function withPart(path: string, name: string, text: string): Promise<string> {
  const [begin, end] = [`<!-- ${name}: written by \`npm run generate\` -->`, `<!-- end of ${name} -->`];
  const readme = await readFile(new URL(`../${path}`, import.meta.url), "utf8");
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${path} has lost its marks ${begin} and ${end}`);
  return `${before}${begin}\n\n${text}\n${end}${after}`;
}

/** One row of a table. */
export function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
