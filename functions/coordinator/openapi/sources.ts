/** The routes about sources and about dead letters. */
import { SubmittedSource } from "../../../shared/domain/events.ts";
import { STAGES } from "../../../shared/stages.ts";
import { DiscardedQuery, LettersBody, LettersQuery } from "../api/dead-letters.ts";
import { SourcesQuery, TEXT_TYPES, TextQuery } from "../api/sources.ts";
import type { Operation } from "./operation.ts";
import { Accepted, Discarded, DiscardedCount, Letter, LetterPage, Redriven, Source, SourcePage } from "./schemas.ts";

const source = {
  id: "9d3e5a0c71b84f26",
  state: "read",
  title: "Running databases on Kubernetes",
  read_at: "2026-01-31T08:00:00.000Z",
  improvements: ["3f9c1a7be0d24c55"],
  known: 0,
};
const submission = {
  schema: SubmittedSource,
  example: { title: source.title, content: "WEBVTT\n\n00:01.000 --> 00:04.000\nSet memory limits on every container." },
  texts: Object.keys(TEXT_TYPES),
  required: true,
};
const accepted = {
  status: 202,
  description: "It lies in the list of ingest",
  schema: Accepted,
  example: { event: "0b0f6a5e-8d5e-4f6e-9f3a-5a3cf1f7a1d2" },
} as const;

export const sourceRoutes: readonly Operation[] = [
  {
    method: "get",
    path: "/api/sources",
    id: "listSources",
    area: "Sources",
    role: "viewer",
    summary: "A page of what was read, newest first",
    query: SourcesQuery,
    answer: { description: "The page", schema: SourcePage, example: { sources: [source], next: null }, paged: true },
  },
  {
    method: "get",
    path: "/api/sources/:id",
    id: "getSource",
    area: "Sources",
    role: "viewer",
    summary: "One source with its improvements",
    answer: {
      description: "The source",
      schema: Source,
      example: { ...source, improvements: [{ id: "3f9c1a7be0d24c55", status: "raw" }] },
    },
    problems: [404],
  },
  {
    method: "post",
    path: "/api/sources",
    id: "submitSource",
    area: "Sources",
    role: "reviewer",
    summary: "Hand in something to learn from",
    description: "As JSON, or the text itself with its title in the query. At most 5 MB of text.",
    query: TextQuery,
    body: submission,
    answer: accepted,
    problems: [413, 415, 422],
  },
  {
    method: "post",
    path: "/api/sources/:id/again",
    id: "readAgain",
    area: "Sources",
    role: "reviewer",
    summary: "Have a source read again",
    description: "The school keeps no text of what it read, so the text comes with the request.",
    query: TextQuery,
    body: submission,
    answer: accepted,
    problems: [404, 413, 415, 422],
  },
];

const letter = {
  id: "b6589fc6ab0dc82cf12099d1c2d40ab994e8410c",
  stage: "plan",
  reason: "the repository cannot be read",
  attempts: 5,
  at: "2026-01-31T08:00:00.000Z",
};
const event = {
  event: "3f9c1a7be0d24c55:validated:1769846400000-0",
  type: "ai.cortex.school.improvement.validated",
  improvement: "3f9c1a7be0d24c55",
  bytes: 412,
};
const body = { required: true, schema: LettersBody, example: { reason: "the repository is back", all: true } };

export const deadLetterRoutes: readonly Operation[] = [
  {
    method: "get",
    path: "/api/dead-letters",
    id: "listDeadLetters",
    area: "Dead letters",
    role: "viewer",
    summary: "A page of events no stage could work on, newest first",
    query: LettersQuery,
    answer: {
      description: "The page, and how many each stage has",
      schema: LetterPage,
      example: {
        letters: [{ ...letter, ...event }],
        next: null,
        counts: Object.fromEntries(STAGES.map((stage) => [stage, stage === "plan" ? 1 : 0])),
      },
      paged: true,
    },
  },
  {
    method: "get",
    path: "/api/dead-letters/discarded",
    id: "listDiscarded",
    area: "Dead letters",
    role: "viewer",
    summary: "The last 1,000 dead letters somebody discarded",
    query: DiscardedQuery,
    answer: {
      description: "Newest first",
      schema: Discarded,
      example: {
        discarded: [
          {
            letter: letter.id,
            stage: "plan",
            at: letter.at,
            by: "person:otto",
            reason: "of no use any more",
            bytes: 412,
            entry: "{…}",
          },
        ],
      },
    },
  },
  {
    method: "get",
    path: "/api/dead-letters/:stage/:letter",
    id: "getDeadLetter",
    area: "Dead letters",
    role: "viewer",
    summary: "One dead letter with its event",
    answer: { description: "The letter", schema: Letter, example: { ...letter, event: { specversion: "1.0" } } },
    problems: [404],
  },
  {
    method: "post",
    path: "/api/dead-letters/:stage/redrive",
    id: "redrive",
    area: "Dead letters",
    role: "operator",
    summary: "Put one dead letter back, or all of a stage",
    description: "An improvement that died of it returns to the status it died in, with all attempts anew.",
    body,
    answer: {
      description: "What became of them",
      schema: Redriven,
      example: { redriven: 1, refused: [], left: 0 },
    },
    problems: [404, 409],
  },
  {
    method: "post",
    path: "/api/dead-letters/:stage/discard",
    id: "discard",
    area: "Dead letters",
    role: "operator",
    summary: "Discard one dead letter, or all of a stage",
    description:
      "They go to a history of the last 1,000. Their improvements stay dead until somebody retries or closes them.",
    body: { ...body, example: { reason: "of no use any more", letter: letter.id } },
    answer: {
      description: "What became of them",
      schema: DiscardedCount,
      example: { discarded: 1, refused: [], left: 0 },
    },
    problems: [404, 409],
  },
];
