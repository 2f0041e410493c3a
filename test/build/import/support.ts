/** What the founding platform may have left in a Redis, in its forms. */
import type { Redis } from "ioredis";

/** One record as the bridge and the later stages leave it. */
export const stored = (description: string, over: object = {}) => ({
  title: `Implementation: ${description}`,
  relevance: 0.95,
  category: "security",
  type: "implementation",
  description,
  implementation_notes: "as said",
  auto_approve: true,
  status: "approved",
  source_video: "abc123def45",
  source_title: "Securing clusters",
  source_type: "youtube",
  proposed_at: "2026-01-23T10:00:00+00:00",
  improvement_type: "active",
  created_by: "youtube-school-bridge",
  ...over,
});
export const verified = (description: string) =>
  stored(description, {
    status: "verified",
    implementation: { status: "deployed", commit_hash: "0123456789abcdef0123456789abcdef01234567" },
    implemented_at: "2026-01-24T10:00:00Z",
    health_monitoring: { status: "healthy", checks: [{ prometheus: true }] },
    verified_at: "2026-01-24T10:05:00Z",
  });
export const failed = (description: string) =>
  stored(description, {
    status: "failed",
    implementation: { status: "deployed", commit_hash: "0123456789abcdef0123456789abcdef01234567" },
    rollback: { status: "success", reason: "pods\u001b[31m crashed\n---\nkind: Secret" },
    failed_at: "2026-01-24T10:05:00Z",
  });

export async function put(redis: Redis, id: string, record: unknown, ...places: string[]): Promise<void> {
  await redis.set(`improvement:${id}`, typeof record === "string" ? record : JSON.stringify(record));
  for (const place of places) await redis.zadd(`improvements:${place}`, 1_769_248_800, `improvement:${id}`);
}

/** One of everything the platform may have left. */
export async function everything(redis: Redis): Promise<void> {
  await put(redis, "000000000001", stored("Add policies"), "raw");
  await put(redis, "000000000002", stored("Add backups"), "categorized");
  await put(redis, "000000000003", stored("Add limits"), "pending_review");
  await put(redis, "000000000004", stored("Add probes"), "approved");
  await put(redis, "000000000005", stored("Add quotas"), "deployed");
  await put(redis, "000000000006", verified("Add dashboards"), "deployed", "verified");
  await put(redis, "000000000007", failed("Add a mesh"), "failed");
  await put(redis, "000000000008", { ...verified("Add alerts"), health_monitoring: { checks: [] } }, "verified");
  await put(redis, "000000000009", stored("Add nothing"));
  await put(redis, "00000000000a", "{not json", "raw");
  await put(redis, "00000000000b", '["a"]', "raw");
  await put(redis, "00000000000c", { relevance: 1 }, "raw");
  await put(redis, "00000000000d", stored("x".repeat(300_000)), "raw");
  await put(redis, "a/b:c d", verified("Odd name"), "verified");
  await put(redis, "__proto__", { ["__proto__"]: { description: "x" } }, "raw");
  await redis.zadd("improvements:raw", 1_769_248_800, "improvement:evicted00000");
  await redis.hset("improvement:hash", "title", "not the platform's");
  await redis.xadd("improvement:stream", "*", "a", "b");
  await redis.lpush("youtube:improvements", "{}", "{}");
  await redis.set("auto_approve_none", "true");
}
