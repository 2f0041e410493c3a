/** The address bar: which page, and all that was filtered and searched, so that a reload or a link shows the same. */

export interface Filters {
  readonly status?: string;
  readonly category?: string;
  /** Words to search for. */
  readonly q?: string;
}

/** What is searched for in the platform's own documents and manifests. */
export interface Question {
  readonly q?: string;
  readonly corpus?: string;
}

export type Place =
  | { readonly page: "overview"; readonly filters: Filters }
  | { readonly page: "improvement"; readonly id: string }
  | { readonly page: "knowledge"; readonly question: Question }
  | { readonly page: "router" }
  | { readonly page: "nowhere" };

const FIELDS = ["status", "category", "q"] as const;
const QUESTION = ["q", "corpus"] as const;

export function placeOf(url: URL): Place {
  if (url.pathname === "/") return { page: "overview", filters: given(url, FIELDS) };
  if (url.pathname === "/knowledge") return { page: "knowledge", question: given(url, QUESTION) };
  if (url.pathname === "/router") return { page: "router" };
  const [, id] = /^\/improvements\/([\w.-]{1,64})$/.exec(url.pathname) ?? [];
  return id === undefined ? { page: "nowhere" } : { page: "improvement", id };
}

function given(url: URL, fields: readonly string[]): Readonly<Record<string, string>> {
  const values = fields.map((field) => [field, url.searchParams.get(field)?.trim() ?? ""] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== ""));
}

/** The address of the overview with these filters. */
export function overviewAddress(filters: Filters): string {
  const query = filterQuery(filters).toString();
  return query === "" ? "/" : `/?${query}`;
}

export function improvementAddress(id: string): string {
  return `/improvements/${encodeURIComponent(id)}`;
}

/** The address of the knowledge page with this question. */
export function knowledgeAddress(question: Question): string {
  const query = questionQuery(question).toString();
  return query === "" ? "/knowledge" : `/knowledge?${query}`;
}

export function questionQuery(question: Question): URLSearchParams {
  const query = new URLSearchParams();
  for (const field of QUESTION) if ((question[field] ?? "") !== "") query.set(field, question[field] as string);
  return query;
}

/** As a query string, empty values left out. */
export function filterQuery(filters: Filters): URLSearchParams {
  const query = new URLSearchParams();
  for (const field of FIELDS) if ((filters[field] ?? "") !== "") query.set(field, filters[field] as string);
  return query;
}
