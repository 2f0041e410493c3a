/** Lists that come in pages: one page, or all of them by their cursors. */
import type { Client } from "./client.ts";

interface Page {
  readonly next?: string | null;
}

/** The first page with all the lines of those that follow in `field`; without `all` as it came. */
export async function pagesOf<Answer extends Page>(
  client: Client,
  path: string,
  query: Readonly<Record<string, string>>,
  field: keyof Answer,
  all: boolean,
): Promise<Answer> {
  const first = await client.get<Answer>(`${path}?${new URLSearchParams(query).toString()}`);
  if (!all) return first;
  const lines = [...(first[field] as unknown[])];
  let next = first.next ?? null;
  while (next !== null) {
    const page: Answer = await client.get(`${path}?${new URLSearchParams({ ...query, cursor: next }).toString()}`);
    lines.push(...(page[field] as unknown[]));
    next = page.next ?? null;
  }
  return { ...first, [field]: lines, next };
}

/** Options as a query: those that were given. */
export function given(options: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(options).filter((pair): pair is [string, string] => pair[1] !== undefined));
}
