/** An improvement that was committed, with a change set of one file; tests change what they are about. */
import { changeSet, type ObjectRef } from "../../shared/domain/change-set.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";

export function committedImprovement(
  commit: string,
  objects: readonly ObjectRef[],
  over: Partial<Improvement> = {},
): Improvement {
  return {
    id: "0123456789abcdef",
    status: "implementation",
    title: "Limit the memory of the api",
    description: "d",
    category: "architecture",
    type: "limits",
    implementation_notes: "",
    relevance: 0.95,
    quotes: [],
    source_id: "talk-1",
    source_title: "A talk",
    created_at: "2026-03-01T09:00:00.000Z",
    updated_at: "2026-03-01T09:00:00.000Z",
    change_set: changeSet([{ path: "apps/shop/api.yaml", before: "1", after: "x" }], objects, "shop"),
    git_commit: commit,
    landed: { kind: "commit", first: commit, last: commit },
    ...over,
  };
}
