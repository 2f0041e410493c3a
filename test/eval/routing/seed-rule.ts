/**
 * `route_to_expert` of the founding platform document (cortex-online-school.md, section 3), as it stands there: substrings of
 * the description first, then the claimed category, then architecture.
 */
import { EXPERTS, type Expert } from "../../../shared/domain/improvement.ts";
import type { RoutableText } from "../../../shared/routing-ports.ts";

/** A text without a description is looked at by its title: the document's rule knows no other text. */
export function routeToExpert({ title, description, category }: RoutableText): Expert {
  const text = (description === "" ? title : description).toLowerCase();
  if (["security", "auth", "encrypt"].some((word) => text.includes(word))) return "security";
  if (["database", "postgres", "redis"].some((word) => text.includes(word))) return "database";
  return EXPERTS.find((expert) => expert === category) ?? "architecture";
}
