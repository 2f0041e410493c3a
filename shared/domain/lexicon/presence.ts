/** Which technologies of a topic a repository names: overlap with what somebody really runs. */
import type { Topic } from "./topic.ts";

/** Files by path, as the repository has them; contents may be absent for what is not text. */
export type NamedFiles = ReadonlyMap<string, { readonly content: string | null }>;

const vocabularies = new WeakMap<NamedFiles, { words: ReadonlySet<string>; text: string }>();

/** A technology this long also matches as the beginning of a word: `postgres` in `postgresql`. */
const STEM = 5;

/** The topic's technologies found in paths or contents, on word boundaries and in any case. */
export function technologiesNamed(topic: Topic, files: NamedFiles): readonly string[] {
  const { words, text } = vocabularyOf(files);
  return topic.technologies.filter((technology) => {
    const wanted = technology.toLowerCase();
    if (/[^\p{L}\p{N}]/u.test(wanted)) return text.includes(wanted);
    if (words.has(wanted)) return true;
    return wanted.length >= STEM && [...words].some((word) => word.startsWith(wanted));
  });
}

function vocabularyOf(files: NamedFiles): { words: ReadonlySet<string>; text: string } {
  const known = vocabularies.get(files);
  if (known !== undefined) return known;
  const text = [...files]
    .map(([path, { content }]) => `${path}\n${content ?? ""}`)
    .join("\n")
    .toLowerCase();
  const vocabulary = { words: new Set(text.split(/[^\p{L}\p{N}]+/u)), text };
  vocabularies.set(files, vocabulary);
  return vocabulary;
}
