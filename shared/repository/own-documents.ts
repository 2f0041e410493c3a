/** Documents over the Markdown of the GitOps repository itself: read at the commit, cut by headings, ranked by words. */
import type { Documents, Excerpt } from "../model-ports.ts";
import type { GitReader } from "../ports.ts";
import type { Ranked } from "./ranking.ts";
import { redactText } from "./redact.ts";
import { markdownSections } from "./sections.ts";

/** Characters of one excerpt, and of a document: what is longer was written by a machine. */
const SECTION = 1_600;
const DOCUMENT = 300_000;
/** Documents read of one repository, those nearest its root first. */
const MOST = 400;
/** Share of the best score below which a section only has common words with what is asked. */
const RELATED = 0.25;

type Find = (about: string) => readonly Ranked<Excerpt>[];

/** Nothing is read before the first question; the index of the newest commit is kept. */
export function ownDocuments(git: Pick<GitReader, "tree" | "read">): Documents {
  let known: { readonly commit: string; readonly find: Find } | undefined;
  return {
    async find({ commit, about, characters }) {
      if (known?.commit !== commit) known = { commit, find: await indexOf(git, commit) };
      const ranked = known.find(about);
      const least = (ranked[0]?.score ?? 0) * RELATED;
      let left = characters;
      return ranked
        .filter(({ score }) => score >= least)
        .map(({ item }) => item)
        .filter(({ text }) => {
          const fits = text.length <= left;
          if (fits) left -= text.length;
          return fits;
        });
    },
  };
}

async function indexOf(git: Pick<GitReader, "tree" | "read">, commit: string): Promise<Find> {
  const { rankingOf } = await import("./ranking.ts");
  const tree = await git.tree(commit);
  const paths = [...tree.keys()].filter(isDocument).sort(nearerTheRoot).slice(0, MOST);
  const blobs = new Set(paths.map((path) => tree.get(path) ?? ""));
  const contents = await git.read([...blobs]);
  const excerpts = paths.flatMap((path): Excerpt[] => {
    const content = contents.get(tree.get(path) ?? "");
    if (content === undefined || content === null || content.length > DOCUMENT) return [];
    // Before it is cut, so that no half of a secret is left over.
    return markdownSections(redactText(content), SECTION).map((section) => ({ path, ...section }));
  });
  return rankingOf(
    excerpts,
    ({ path, place }) => `${path} ${place}`,
    ({ text }) => text,
  );
}

function isDocument(path: string): boolean {
  return /\.(md|markdown)$/i.test(path) && !/(^|\/)(node_modules|vendor|\.github)\//.test(path);
}

function nearerTheRoot(a: string, b: string): number {
  const depth = (path: string) => path.split("/").length;
  return depth(a) - depth(b) || (a < b ? -1 : 1);
}
