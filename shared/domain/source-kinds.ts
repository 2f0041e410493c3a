/** The kinds of sources the school can read; each has a reader. */
export const SOURCE_KINDS = ["youtube", "feed", "github", "hackernews", "page", "folder"] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];
