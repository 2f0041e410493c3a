/** GitHub's webhooks: whether one is genuine, and which branch it is about. Pure; nothing in it is believed otherwise. */
import { createHmac, timingSafeEqual } from "node:crypto";
import * as z from "zod";

/**
 * True when `signature`, the header X-Hub-Signature-256, is the HMAC-SHA256 of the body's bytes by `secret` (docs.github.com,
 * Validating webhook deliveries). An empty secret proves nothing.
 */
export function verifyWebhook(secret: string, signature: string | undefined, body: Uint8Array): boolean {
  const [, hex] = /^sha256=([0-9a-f]{64})$/.exec(signature ?? "") ?? [];
  if (secret === "" || hex === undefined) return false;
  const expected = createHmac("sha256", secret).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(hex, "hex"));
}

const Repository = z.object({ id: z.number() });
const Delivery = z.object({
  action: z.string().min(1).max(100),
  pull_request: z.object({
    head: z.object({ ref: z.string().min(1).max(1_000), repo: Repository }),
    base: z.object({ repo: Repository }),
  }),
  repository: Repository,
});

const Addresses = z.object({
  html_url: z.string().max(1_000).optional(),
  clone_url: z.string().max(1_000).optional(),
  ssh_url: z.string().max(1_000).optional(),
});
const Change = z.object({ ref: z.string().max(1_000).optional(), repository: Addresses });

/**
 * The repository, by all its addresses, that was pushed to, and the branch; without a branch its issues changed. Undefined
 * for other events.
 */
export function changedRepository(
  event: string,
  body: unknown,
): { addresses: readonly string[]; branch: string | undefined } | undefined {
  if (!/^(push|issues)$/.test(event)) return undefined;
  const change = Change.safeParse(body);
  if (!change.success) return undefined;
  const { ref, repository } = change.data;
  const addresses = Object.values(repository).filter((address) => address !== undefined);
  if (event === "issues") return { addresses, branch: undefined };
  const [, branch] = /^refs\/heads\/(.+)$/s.exec(ref ?? "") ?? [];
  return branch === undefined ? undefined : { addresses, branch };
}

/**
 * The branch of the pull request that something happened to, by the header X-GitHub-Event and the parsed body; undefined for
 * other events and for requests from a fork, whose branches may be called anything.
 */
export function pullRequestBranch(event: string, body: unknown): { branch: string; action: string } | undefined {
  if (!/^pull_request(_review)?$/.test(event)) return undefined;
  const delivery = Delivery.safeParse(body);
  if (!delivery.success) return undefined;
  const { action, pull_request, repository } = delivery.data;
  const { head, base } = pull_request;
  if (head.repo.id !== repository.id || base.repo.id !== repository.id) return undefined;
  return { branch: head.ref, action };
}
