/** The address bar: which page, and all that was filtered and searched, so that a reload or a link shows the same. */

/** What narrows the list; each is a parameter of GET /api/improvements, several values separated by commas. */
export interface Filters {
  readonly status?: string;
  readonly category?: string;
  readonly type?: string;
  readonly expert?: string;
  readonly application?: string;
  readonly source?: string;
  readonly review_stage?: string;
  readonly approval_rule?: string;
  readonly created_from?: string;
  readonly created_to?: string;
  readonly updated_from?: string;
  readonly updated_to?: string;
  /** Words to search for. */
  readonly q?: string;
}

/** What is searched for in the platform's own documents and manifests. */
export interface Question {
  readonly q?: string;
  readonly corpus?: string;
}

/** What a page keeps in its address; each page knows its own names. */
export type Query = Readonly<Record<string, string>>;

/** Pages whose address is their name. */
export const PLAIN_PAGES = ["review", "router", "sources", "settings", "dead-letters", "audit"] as const;
export type PlainPage = (typeof PLAIN_PAGES)[number];

export type Place =
  | { readonly page: "pipeline"; readonly query: Query }
  | { readonly page: "improvements"; readonly filters: Filters }
  // `part`: where on its page.
  | { readonly page: "improvement"; readonly id: string; readonly part?: string }
  | { readonly page: "knowledge"; readonly question: Question }
  | { readonly page: PlainPage; readonly query: Query }
  | { readonly page: "nowhere" };

export const FILTERS = [
  "status",
  "category",
  "type",
  "expert",
  "application",
  "source",
  "review_stage",
  "approval_rule",
  "created_from",
  "created_to",
  "updated_from",
  "updated_to",
  "q",
] as const satisfies readonly (keyof Filters)[];
const QUESTION = ["q", "corpus"] as const;

export function placeOf(url: URL): Place {
  const path = url.pathname;
  if (path === "/") {
    // The list was here before it had an address of its own; links to it are in people's notes.
    const filters = given(url, FILTERS);
    return Object.keys(filters).length === 0
      ? { page: "pipeline", query: all(url) }
      : { page: "improvements", filters };
  }
  if (path === "/improvements") return { page: "improvements", filters: given(url, FILTERS) };
  if (path === "/knowledge") return { page: "knowledge", question: given(url, QUESTION) };
  const plain = PLAIN_PAGES.find((page) => path === `/${page}`);
  if (plain !== undefined) return { page: plain, query: all(url) };
  const [, id] = /^\/improvements\/([\w.-]{1,64})$/.exec(path) ?? [];
  return id === undefined ? { page: "nowhere" } : { page: "improvement", id, ...given(url, ["part"]) };
}

function all(url: URL): Query {
  return given(url, [...new Set(url.searchParams.keys())]);
}

function given(url: URL, fields: readonly string[]): Query {
  const values = fields.map((field) => [field, url.searchParams.get(field)?.trim() ?? ""] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== ""));
}

/** The address of the list with these filters. */
export function listAddress(filters: Filters): string {
  return withQuery("/improvements", filterQuery(filters));
}

/** The address of a page with what it keeps there, empty values left out. */
export function pageAddress(page: PlainPage, query: Query = {}): string {
  const kept = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ""));
  return withQuery(`/${page}`, kept);
}

export function improvementAddress(id: string): string {
  return `/improvements/${encodeURIComponent(id)}`;
}

/** The address of the knowledge page with this question. */
export function knowledgeAddress(question: Question): string {
  return withQuery("/knowledge", questionQuery(question));
}

export function questionQuery(question: Question): URLSearchParams {
  return asQuery(QUESTION, question);
}

/** As a query string, empty values left out. */
export function filterQuery(filters: Filters): URLSearchParams {
  return asQuery(FILTERS, filters);
}

function asQuery<Field extends string>(
  fields: readonly Field[],
  values: Readonly<Partial<Record<Field, string>>>,
): URLSearchParams {
  const query = new URLSearchParams();
  for (const field of fields) {
    const value = values[field] ?? "";
    if (value !== "") query.set(field, value);
  }
  return query;
}

function withQuery(path: string, query: URLSearchParams): string {
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}
