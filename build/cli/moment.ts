/** A link to the second something was said. */
import { atMoment, sourceAddress } from "../../functions/coordinator/ui/logic/links.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";

/** Undefined where the source has no address that could be a link. */
export function momentOf(
  source: Pick<Improvement, "source_url" | "video_id">,
  at: string | undefined,
): string | undefined {
  return atMoment(sourceAddress(source), at);
}
