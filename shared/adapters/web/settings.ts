/** What the school may read from outside, and how patient it is, from the environment. */
import * as z from "zod";
import { ConfigurationError, type Environment, readSettings } from "../../runtime/config.ts";
import type { Admission } from "./admission.ts";
import { hostPatterns } from "./hosts.ts";

export interface WebSettings extends Admission {
  /** Milliseconds for one answer with all its redirects; waiting for a turn is not counted. */
  readonly timeoutMs: number;
  /** Of a decoded body. */
  readonly maxBytes: number;
  /** Milliseconds between two requests to one host. */
  readonly everyMs: number;
  readonly userAgent: string;
  /** Address of an HTTP proxy; without one nothing of the environment's proxies is used. */
  readonly proxy: string | undefined;
}

/** Where the kinds of sources the school knows by name have theirs. */
const KNOWN_HOSTS =
  "youtube.com,*.youtube.com,youtu.be,github.com,api.github.com,raw.githubusercontent.com," +
  "news.ycombinator.com,hacker-news.firebaseio.com,hn.algolia.com";

const Variables = z.object({
  SOURCE_HOSTS: z.string().default(KNOWN_HOSTS),
  SOURCE_PRIVATE_HOSTS: z.string().default(""),
  /** Seconds. */
  SOURCE_TIMEOUT: z.coerce.number().positive().max(300).default(30),
  MAX_SOURCE_BYTES: z.coerce.number().int().positive().default(5_000_000),
  /** Seconds. */
  SOURCE_INTERVAL: z.coerce.number().min(0).max(60).default(1),
  SOURCE_USER_AGENT: z
    .string()
    .regex(/^[\x20-\x7e]{1,300}$/, "must be one line of plain letters, as in name/1.0 (+https://example.org)")
    .default("cortex-online-school/1.0"),
  SOURCE_PROXY: z.optional(z.url({ protocol: /^https?$/, error: "must be http://… or https://…" })),
});

/** `hosts`: those of configured sources, which need not be allowed a second time. Throws ConfigurationError. */
export function webSettings(env: Environment, hosts: readonly string[] = []): WebSettings {
  const read = readSettings(Variables, env);
  const listed = hostPatterns(read.SOURCE_HOSTS);
  const inside = hostPatterns(read.SOURCE_PRIVATE_HOSTS);
  const given = hostPatterns(hosts.join(","));
  const all = inside.patterns.some(({ host }) => host === "*");
  const problems = [
    ...listed.wrong.map((entry) => `SOURCE_HOSTS: ${entry} is no host (blog.example.org, *.example.org, host:port)`),
    ...inside.wrong.map((entry) => `SOURCE_PRIVATE_HOSTS: ${entry} is no host (wiki.example.org, 10.0.0.5:8080)`),
    ...given.wrong.map((entry) => `the host ${entry} of a configured source is no host`),
    ...(all ? ["SOURCE_PRIVATE_HOSTS: must name hosts; * would open the whole private network to any source"] : []),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return {
    hosts: [...listed.patterns, ...given.patterns],
    privateHosts: inside.patterns,
    timeoutMs: read.SOURCE_TIMEOUT * 1_000,
    maxBytes: read.MAX_SOURCE_BYTES,
    everyMs: read.SOURCE_INTERVAL * 1_000,
    userAgent: read.SOURCE_USER_AGENT,
    proxy: read.SOURCE_PROXY,
  };
}
