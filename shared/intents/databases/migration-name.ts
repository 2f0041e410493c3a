/** The name of a Deployment's migration Job: its pods carry it as a label, so it has at most 63 characters. */
import { createHash } from "node:crypto";

const MAX_NAME = 63;

/** `<name>-migrate`, shortened with a hash where it would be too long. */
export function jobName(name: string): string {
  const plain = `${name.replaceAll(".", "-")}-migrate`;
  if (plain.length <= MAX_NAME) return plain;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 6);
  return `${plain.slice(0, MAX_NAME - 15).replace(/-+$/, "")}-${hash}-migrate`;
}
