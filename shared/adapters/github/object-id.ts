/** Git's names for contents. GitHub keeps SHA-1 repositories only. */
import { createHash } from "node:crypto";

/** The id Git gives a blob with these contents; a text counts as its UTF-8 bytes. */
export function blobId(content: string | Buffer): string {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
