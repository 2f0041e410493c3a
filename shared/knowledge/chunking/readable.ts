/** Which files of a repository are read, and why the others are not. */

/** Characters: what is longer was written by a machine, and would bury what people wrote. */
const LONGEST = 1_000_000;
/** Of one line, on average: nobody writes so. */
const MINIFIED = 2_000;
const GENERATED =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|composer\.lock|yarn\.lock|pnpm-lock\.yaml|go\.sum|Cargo\.lock|poetry\.lock|uv\.lock|flake\.lock|\.terraform\.lock\.hcl)$|\.(min\.(js|css)|map|svg|drawio|excalidraw|ipynb|csv|tsv|patch|diff)$/i;
const ELSEWHERE =
  /(^|\/)(\.git|\.github|\.gitlab|node_modules|vendor|third_party|\.obsidian|\.terraform|__pycache__)\//;
const BINARY =
  /\.(png|jpe?g|gif|webp|ico|bmp|tiff?|heic|pdf|docx?|xlsx?|pptx?|od[tsp]|zip|gz|tgz|bz2|xz|zst|7z|tar|jar|war|class|exe|dll|so|dylib|bin|iso|img|woff2?|ttf|otf|eot|mp[34]|m4a|mov|avi|mkv|webm|wav|ogg|flac|pyc|wasm|db|sqlite3?|parquet|p12|pfx|jks|der|gpg|asc|age|kdbx)$/i;

/** Told by its name before it is fetched; undefined when the file is to be read. */
export function leftOutByName(path: string): string | undefined {
  if (ELSEWHERE.test(path)) return "not written for this platform, or settings of a tool";
  if (GENERATED.test(path)) return "generated or drawn";
  return BINARY.test(path) ? "not text" : undefined;
}

/** Told by what is in it (null: not UTF-8); undefined when it is to be read. */
export function leftOutByContent(text: string | null): string | undefined {
  if (text === null || text.includes("\u0000")) return "not text in UTF-8";
  if (text.length > LONGEST) return `longer than ${LONGEST} characters`;
  const lines = text.split("\n").length;
  return text.length > 100_000 && text.length / lines > MINIFIED
    ? "generated: its lines are not for people"
    : undefined;
}
