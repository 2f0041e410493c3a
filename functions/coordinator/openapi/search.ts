/** The route that looks things up in what the school knows of its platform. */
import { SearchQuery } from "../api/search.ts";
import type { Operation } from "./operation.ts";
import { SearchAnswer } from "./schemas-search.ts";

export const searchRoutes: readonly Operation[] = [
  {
    method: "get",
    path: "/api/search",
    id: "search",
    area: "Knowledge",
    role: "viewer",
    summary: "What the platform's documents, manifests, known issues and past improvements say about a question",
    description:
      "Hybrid: by words (BM25) and by meaning (dense vectors), fused by ranks. An index that is away, half built or empty answers 200 with `kind` `unknown` and why; it is never an empty list.",
    query: SearchQuery,
    answer: {
      description: "The best parts first, or why nothing could be asked",
      schema: SearchAnswer,
      example: {
        kind: "found",
        hits: [
          {
            rank: 1,
            corpus: "documents",
            source: "docs",
            path: "runbooks/backups.md",
            place: "Backups > Schedule",
            from: 12,
            to: 14,
            text: "Backups of every database run at two in the morning.",
            commit: "3a2cb64f0c1d5e7a9b8c6d4e2f1a0b9c8d7e6f5a",
            highlights: [[0, 7]],
            by: { dense: 1, sparse: 1 },
            cosine: 0.71,
          },
        ],
        states: [],
        notes: [],
      },
    },
  },
];
