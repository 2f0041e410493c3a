/** The routes about sources the school looks at by itself. */
import * as z from "zod";
import { SOURCE_KINDS } from "../../../shared/domain/source-kinds.ts";
import type { Operation } from "./operation.ts";
import { Time } from "./schemas.ts";

const Watch = z
  .looseObject({
    name: z.string(),
    kind: z.enum(SOURCE_KINDS),
    address: z.string(),
    next: Time.optional().describe("when it is looked at next; absent: as soon as the clock comes by"),
    last: Time.optional().describe("when the last look ended"),
    result: z.string().optional().describe("of the last look: listed, unchanged, read, nothing_found or failed"),
    because: z.string().optional().describe("what the last look came to"),
    looking: z.boolean().describe("an event that has it looked at waits or is worked on"),
    today: z.int().min(0).describe("new sources it gave since midnight UTC"),
    limit: z.int().min(1).describe("how many a day it may give"),
  })
  .meta({ id: "Watch" });
const Watches = z.looseObject({ watches: z.array(Watch) }).meta({ id: "Watches" });
const LookAsked = z
  .looseObject({
    watch: z.string(),
    event: z.string(),
    waiting: z.boolean().describe("a look was on its way already"),
  })
  .meta({ id: "LookAsked" });

export const watchRoutes: readonly Operation[] = [
  {
    method: "get",
    path: "/api/watches",
    id: "listWatches",
    area: "Sources",
    role: "viewer",
    summary: "The sources the school looks at by itself",
    answer: {
      description: "In the order of their file",
      schema: Watches,
      example: {
        watches: [
          {
            name: "kubernetes-blog",
            kind: "feed",
            address: "https://kubernetes.io/feed.xml",
            next: "2026-01-31T14:00:00.000Z",
            last: "2026-01-31T08:00:00.000Z",
            result: "listed",
            because: "10 entries: 2 new, 8 known",
            looking: false,
            today: 2,
            limit: 5,
          },
        ],
      },
    },
  },
  {
    method: "post",
    path: "/api/watches/:name/look",
    id: "lookAtWatch",
    area: "Sources",
    role: "reviewer",
    summary: "Have a watched source looked at now",
    description: "However many ask, one look follows. Its daily limit holds all the same.",
    answer: {
      status: 202,
      description: "The event that will do it",
      schema: LookAsked,
      example: { watch: "kubernetes-blog", event: "watch:kubernetes-blog:1769846400000", waiting: false },
    },
    problems: [404],
  },
];
