/** The address bar: which page, and all that was filtered and searched, so that a reload or a link shows the same. */

export interface Filters {
  readonly status?: string;
  readonly category?: string;
  /** Words to search for. */
  readonly q?: string;
}

export type Place =
  | { readonly page: "overview"; readonly filters: Filters }
  | { readonly page: "improvement"; readonly id: string }
  | { readonly page: "nowhere" };

const FIELDS = ["status", "category", "q"] as const;

export function placeOf(url: URL): Place {
  if (url.pathname === "/") {
    const filters: Record<string, string> = {};
    for (const field of FIELDS) {
      const value = url.searchParams.get(field)?.trim();
      if (value !== undefined && value !== "") filters[field] = value;
    }
    return { page: "overview", filters };
  }
  const [, id] = /^\/improvements\/([\w.-]{1,64})$/.exec(url.pathname) ?? [];
  return id === undefined ? { page: "nowhere" } : { page: "improvement", id };
}

/** The address of the overview with these filters. */
export function overviewAddress(filters: Filters): string {
  const query = filterQuery(filters).toString();
  return query === "" ? "/" : `/?${query}`;
}

export function improvementAddress(id: string): string {
  return `/improvements/${encodeURIComponent(id)}`;
}

/** As a query string, empty values left out. */
export function filterQuery(filters: Filters): URLSearchParams {
  const query = new URLSearchParams();
  for (const field of FIELDS) if ((filters[field] ?? "") !== "") query.set(field, filters[field] as string);
  return query;
}
