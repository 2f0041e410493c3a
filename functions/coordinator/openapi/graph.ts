/** The route that shows who talks to whom in the GitOps repository. */
import * as z from "zod";
import { EDGE_TYPES, type EdgeType, STATES } from "../../../shared/graph/graph.ts";
import { GraphQuery } from "../api/graph.ts";
import type { Operation } from "./operation.ts";

const GraphNode = z
  .looseObject({
    id: z.string().describe("`Deployment/shop/web`; `StorageClass/fast` where there is no namespace"),
    kind: z.string(),
    namespace: z.string().optional(),
    name: z.string(),
    state: z.enum(STATES).describe("only `absent` says that it is missing"),
    because: z.string().describe("why it has this state: the end of a sentence that begins with its name"),
    path: z.string().optional().describe("its manifest; absent for what is only named"),
  })
  .meta({ id: "GraphNode" });

const GraphEdge = z
  .looseObject({
    from: z.string(),
    to: z.string(),
    type: z.enum(Object.keys(EDGE_TYPES) as [EdgeType, ...EdgeType[]]),
    evidence: z.array(z.looseObject({ path: z.string(), line: z.int().min(1).optional() })),
    optional: z.literal(true).optional().describe("a pod starts without it"),
    detail: z.string().optional().describe("what selectors and policies say, in words"),
  })
  .meta({ id: "GraphEdge" });

export const graphRoutes: readonly Operation[] = [
  {
    method: "get",
    path: "/api/graph",
    id: "getGraph",
    area: "Knowledge",
    role: "viewer",
    summary: "Who talks to whom in the GitOps repository, what is missing, and where it is written",
    description:
      "All of the repository at its head, or what `of` needs and what needs it. 404 when there is nothing called so, 422 when it may be several, 503 when Git is out of reach.",
    query: GraphQuery,
    problems: [404, 503],
    answer: {
      description: "Nodes, and edges with the places they are written in",
      schema: z
        .object({ commit: z.string(), nodes: z.array(GraphNode), edges: z.array(GraphEdge) })
        .meta({ id: "GraphAnswer" }),
      example: {
        commit: "3a2cb64f0c1d5e7a9b8c6d4e2f1a0b9c8d7e6f5a",
        nodes: [
          {
            id: "Deployment/shop/web",
            kind: "Deployment",
            namespace: "shop",
            name: "web",
            state: "present",
            because: "is applied from apps/shop/web.yaml",
            path: "apps/shop/web.yaml",
          },
          {
            id: "Service/shop/db",
            kind: "Service",
            namespace: "shop",
            name: "db",
            state: "absent",
            because: "is made by no manifest that is applied",
          },
        ],
        edges: [
          {
            from: "Deployment/shop/web",
            to: "Service/shop/db",
            type: "calls",
            evidence: [{ path: "apps/shop/web.yaml", line: 24 }],
          },
        ],
      },
    },
  },
];
