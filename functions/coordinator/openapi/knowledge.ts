/** The routes about the index itself: how far it is, and having it brought up to date. */
import * as z from "zod";
import { KNOWLEDGE_SOURCES } from "../../../shared/domain/events.ts";
import { IndexBody } from "../api/knowledge.ts";
import type { Operation } from "./operation.ts";
import { Time } from "./schemas.ts";
import { CorpusState } from "./schemas-search.ts";

const time = "2026-01-31T08:00:00.000Z";

const KnowledgeStates = z
  .object({
    kept: z.boolean().describe("false: QDRANT_URL is not set, so nothing is indexed"),
    states: z.array(CorpusState),
    runs: z
      .partialRecord(z.enum(KNOWLEDGE_SOURCES), Time)
      .describe("when the last run began that found a source, or all of them, to be up to date"),
  })
  .meta({ id: "KnowledgeStates" });

const IndexRequested = z
  .object({
    event: z.string(),
    source: z.enum(KNOWLEDGE_SOURCES),
    at: Time.describe("a run that begins later has seen all there was"),
    waiting: z.boolean().describe("somebody asked before, and that is still waiting"),
  })
  .meta({ id: "IndexRequested" });

export const knowledgeRoutes: readonly Operation[] = [
  {
    method: "get",
    path: "/api/knowledge",
    id: "getKnowledge",
    area: "Knowledge",
    role: "viewer",
    summary: "How far the index is with every source of what the school knows its platform by",
    answer: {
      description: "One state for each source of each corpus",
      schema: KnowledgeStates,
      example: {
        kept: true,
        states: [
          {
            corpus: "documents",
            source: "docs",
            state: "ready",
            commit: "3a2cb64f0c1d5e7a9b8c6d4e2f1a0b9c8d7e6f5a",
            files: 42,
            chunks: 310,
            at: time,
            collection: "school_documents__hash-1024__1024__v1",
            embedder: "hash-1024",
            redacted: 1,
          },
        ],
        runs: { all: time },
      },
    },
  },
  {
    method: "post",
    path: "/api/knowledge/index",
    id: "bringIndexUpToDate",
    area: "Knowledge",
    role: "operator",
    summary: "Has the index brought up to date now",
    description: "However many ask meanwhile, one further run follows. Only what changed is embedded and written.",
    body: { schema: IndexBody, example: { source: "docs", reason: "the handbook was moved" } },
    answer: {
      status: 202,
      description: "The event that will do it",
      schema: IndexRequested,
      example: { event: "0f8c7a52-6f6c-4d0c-9a51-3c1f3f0f7f5e", source: "docs", at: time, waiting: false },
    },
    problems: [409],
  },
];
