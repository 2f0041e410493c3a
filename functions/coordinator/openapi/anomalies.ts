/** The route about anomalies of the stages' metrics. */
import * as z from "zod";
import type { Operation } from "./operation.ts";
import { Time } from "./schemas.ts";

const count = z.int().min(0);
const Standing = z.looseObject({
  feature: z.string().describe("`<measure>:<stage>`, or a measure of the whole school"),
  value: z.number(),
  usual: z.number().describe("beside what else was measured then"),
  by: z.number().describe("how many times the usual spread"),
});
const Alarm = z
  .looseObject({
    kind: z.string().describe("the measure that stands out most; `mixture`: only the combination does"),
    state: z.enum(["open", "over"]),
    since: Time,
    last: Time.describe("the last sample that was alarming"),
    over: Time.nullable(),
    surprise: z.number(),
    text: z.string(),
    standing: z.array(Standing),
  })
  .meta({ id: "Alarm" });
const Anomalies = z
  .looseObject({
    intervalSeconds: z.number().min(0).describe("0: switched off"),
    samples: count.describe("kept, of at most seven days"),
    newest: Time.nullable(),
    surprise: z.number().nullable().describe("-log10 of how often usual samples are like the newest"),
    learned: z.looseObject({
      samples: count,
      distinct: count.describe("below 200 nothing is alarming"),
      features: count,
      constant: count.describe("features that never change, and say nothing"),
    }),
    learnedAt: Time.nullable(),
    learnedBecause: z.string().nullable(),
    refusing: z.string().nullable().describe("why there are no alarms"),
    alarms: z.array(Alarm).describe("the last one of each kind, begun last first"),
  })
  .meta({ id: "Anomalies" });

const time = "2026-01-31T08:00:00.000Z";
const standing = [{ feature: "age:evaluate", value: 340, usual: 2.1, by: 9.4 }];

export const anomalyRoutes: readonly Operation[] = [
  {
    method: "get",
    path: "/api/anomalies",
    id: "getAnomalies",
    area: "Operating",
    role: "viewer",
    summary: "Whether the stages' metrics are as usual, and the last alarms",
    answer: {
      description: "How much was learned, why nothing is alarming if so, and the last alarm of each kind",
      schema: Anomalies,
      example: {
        intervalSeconds: 60,
        samples: 4_320,
        newest: time,
        surprise: 4.6,
        learned: { samples: 4_300, distinct: 4_122, features: 41, constant: 12 },
        learnedAt: time,
        learnedBecause: "it was learned some time ago",
        refusing: null,
        alarms: [
          {
            kind: "age",
            state: "open",
            since: time,
            last: time,
            over: null,
            surprise: 4.6,
            text: "Unusual: age of the oldest event. age of the oldest event of evaluate 340 s (usually 2.1 s)",
            standing,
          },
        ],
      },
    },
  },
];
