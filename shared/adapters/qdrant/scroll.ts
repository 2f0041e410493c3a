/** A whole collection, one page after the other. */
import type { QdrantClient } from "@qdrant/js-client-rest";
import { written } from "./faults.ts";
import type { QdrantAccess } from "./settings.ts";

export type Scrolled = Awaited<ReturnType<QdrantClient["scroll"]>>["points"];

/** Throws what `written` throws. */
export async function* scroll(
  qdrant: Pick<QdrantClient, "scroll">,
  access: QdrantAccess,
  name: string,
  request: NonNullable<Parameters<QdrantClient["scroll"]>[1]>,
): AsyncGenerator<Scrolled> {
  let offset: Awaited<ReturnType<QdrantClient["scroll"]>>["next_page_offset"];
  do {
    const from = offset;
    const page = await written(access, () =>
      qdrant.scroll(name, { ...request, ...(from === undefined || from === null ? {} : { offset: from }) }),
    );
    yield page.points;
    offset = page.next_page_offset;
  } while (offset !== undefined && offset !== null);
}
