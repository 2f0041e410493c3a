/** What a dry run of a rollback answers. */
import * as z from "zod";
import { Time } from "./schemas.ts";

const Text = z.string().nullable();

export const RollbackPreview = z
  .looseObject({
    id: z.string(),
    possible: z.boolean().describe("false: asked for now, it would be refused, or end in rollback_blocked"),
    because: Text.describe("why it is not possible, with the options"),
    way: z
      .enum(["push", "pull-request"])
      .nullable()
      .describe("how the revert reaches the branch; null: nothing is written"),
    commit: Text.describe("what is taken back: everything after `since`, or after its first parent, up to it"),
    since: Text,
    head: Text.describe("the branch as it was looked at"),
    application: Text,
    lock: z
      .looseObject({ name: z.string(), holder: Text, status: Text, waiting: z.int().min(0) })
      .nullable()
      .describe("of its Application; behind another holder the rollback waits"),
    conflicts: z.array(z.string()).describe("files whose lines were changed again since"),
    files: z.array(
      z.looseObject({
        path: z.string(),
        effect: z.enum(["create", "change", "delete"]),
        diff: Text.describe("unified, against `head`; null when the old text could not be read"),
        content: z.string().optional(),
      }),
    ),
    objects: z.array(
      z.looseObject({
        apiVersion: z.string(),
        kind: z.string(),
        namespace: z.string().optional(),
        name: z.string(),
        effect: z.enum(["create", "change", "delete"]),
        fate: z
          .enum(["applied", "kept", "lost", "refused", "unknown"])
          .describe(
            "kept: it stays in the cluster though Git no longer names it; lost: data would go with it, so the rollback does not push; refused: Kubernetes would not take it; unknown: the cluster could not be asked",
          ),
        because: z.string().optional(),
      }),
    ),
    later: z
      .array(z.looseObject({ commit: z.string(), subject: z.string(), author: z.string(), at: Time }))
      .describe("commits on the same files since, newest first; what they wrote stays"),
    warnings: z.array(z.string()),
  })
  .meta({ id: "RollbackPreview" });
