/** A link to the second something was said. */
import { atMoment } from "../../functions/coordinator/ui/logic/links.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";

/** Undefined where the source has no address that could be a link. */
export function momentOf(
  { source_url: address, video_id: video }: Pick<Improvement, "source_url" | "video_id">,
  at: string | undefined,
): string | undefined {
  const watched =
    video !== undefined && /^[\w-]{11}$/.test(video) ? `https://www.youtube.com/watch?v=${video}` : undefined;
  return atMoment(address ?? watched, at);
}
