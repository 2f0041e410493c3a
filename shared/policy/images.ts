/** Image references: whether they are pinned, and where they come from. */

/** True for a digest, or a tag that names a version (any tag but `latest`). */
export function isPinned(image: string): boolean {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return true;
  const tag = /:([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})$/.exec(image)?.[1];
  return tag !== undefined && tag !== "latest" && !image.endsWith(`:${tag}/`);
}

/** Without tag and digest. */
export function withoutVersion(image: string): string {
  return image.replace(/@.*$/, "").replace(/:[^:/]*$/, "");
}

/** `docker.io/library` for `postgres`, `docker.io/bitnami` for `bitnami/redis`, `ghcr.io/acme` for `ghcr.io/acme/api`. */
export function registryOf(image: string): string {
  const parts = withoutVersion(image).split("/");
  const [host = ""] = parts;
  const hasHost = parts.length > 1 && (/[.:]/.test(host) || host === "localhost");
  const full = hasHost ? parts : ["docker.io", ...(parts.length === 1 ? ["library"] : []), ...parts];
  return full.slice(0, -1).join("/");
}
