/** Where one may go: what the navigation, the shortcuts and the help say of each page. */
import type { Place } from "./address.ts";

export interface PageEntry {
  readonly page: Place["page"];
  readonly href: string;
  readonly name: string;
  /** After `g`: a letter of its own. */
  readonly key: string;
}

export const PAGES: readonly PageEntry[] = [
  { page: "pipeline", href: "/", name: "Pipeline", key: "p" },
  { page: "improvements", href: "/improvements", name: "Improvements", key: "i" },
  { page: "review", href: "/review", name: "Review", key: "r" },
  { page: "router", href: "/router", name: "Router", key: "o" },
  { page: "knowledge", href: "/knowledge", name: "Knowledge", key: "k" },
  { page: "sources", href: "/sources", name: "Sources", key: "s" },
  { page: "dead-letters", href: "/dead-letters", name: "Dead letters", key: "d" },
  { page: "audit", href: "/audit", name: "Audit", key: "a" },
  { page: "settings", href: "/settings", name: "Settings", key: "t" },
];

/** The page of the navigation somebody is on: one improvement belongs to the list of all. */
export function entryOf(page: Place["page"]): PageEntry | undefined {
  const own = page === "improvement" ? "improvements" : page;
  return PAGES.find((entry) => entry.page === own);
}
