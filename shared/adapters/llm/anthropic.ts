/**
 * An endpoint of Anthropic's Messages API. The answer is the input of one tool: a union of many kinds is larger than the
 * grammar the API would compile for a strict schema.
 */
import Anthropic from "@anthropic-ai/sdk";
import * as z from "zod";
import type { ModelUsage } from "../../domain/model-call.ts";
import type { ModelQuestion } from "../../model-ports.ts";
import type { Endpoint, EndpointReply } from "../../models/endpoint.ts";
import { spentFor } from "../../models/rates.ts";
import { NotTheVendor, objectIn, statusOf } from "./answers.ts";
import { CACHING, type Caching, systemBlocks } from "./breakpoints.ts";
import { oneTry } from "./one-try.ts";
import { keysOf, type ModelSettings, nameOf } from "./settings.ts";

/** What is read of an answer; a proxy in between may send anything. */
const tokens = z.number().nullish();
const Message = z.object({
  stop_reason: z.string().nullish(),
  content: z.array(
    z.object({
      type: z.string(),
      name: z.string().optional(),
      input: z.unknown().optional(),
      text: z.string().optional(),
    }),
  ),
  usage: z.object({
    input_tokens: z.number(),
    output_tokens: z.number(),
    cache_creation_input_tokens: tokens,
    cache_read_input_tokens: tokens,
  }),
});

/** What this server is known not to take. */
interface Habits {
  /** A model that thinks before it answers cannot be made to call a tool, only asked to. */
  readonly force: boolean;
  readonly caching: Caching;
}

/** Opens nothing; the first question does. */
export function anthropicEndpoint(settings: ModelSettings): Endpoint {
  const { apiKey, baseUrl, model = "", timeoutMs } = settings;
  const client = new Anthropic({
    apiKey: apiKey ?? null,
    authToken: null,
    // Not the environment: what is not in the settings is not configured.
    baseURL: baseUrl ?? "https://api.anthropic.com",
    timeout: timeoutMs,
    // The pool knows better where and when to ask again.
    maxRetries: 0,
    logLevel: "off",
  });
  let habits: Habits = { force: true, caching: "lifetimes" };

  async function ask(question: ModelQuestion, signal: AbortSignal): Promise<EndpointReply> {
    for (;;) {
      const tried = habits;
      try {
        const { data, response } = await client.messages
          .create(request(model, question, tried), { signal })
          .withResponse();
        const answer = read(data, question, `anthropic:${model}`);
        return { answer, spentForMs: spentFor(response.headers, Date.now()) };
      } catch (error) {
        const next = weaker(tried, error);
        if (next === undefined) throw error;
        habits = next;
      }
    }
  }

  return {
    name: nameOf(settings),
    ask: (question, signal) =>
      oneTry(settings, { apiKey, keys: keysOf(settings) }, signal, (limit) => ask(question, limit)),
  };
}

/** What to do without after a refusal; undefined when it is about something else. */
function weaker({ force, caching }: Habits, error: unknown): Habits | undefined {
  const said = statusOf(error) === 400 && error instanceof Error ? error.message : "";
  if (force && /tool_choice|thinking/i.test(said)) return { force: false, caching };
  const next = CACHING[CACHING.indexOf(caching) + 1];
  return next !== undefined && /cache_control|\bttl\b/i.test(said) ? { force, caching: next } : undefined;
}

function request(model: string, question: ModelQuestion, { force, caching }: Habits) {
  const { prompt, name, schema, maxTokens } = question;
  return {
    model,
    max_tokens: maxTokens,
    system: systemBlocks(question, caching),
    messages: [{ role: "user", content: prompt }],
    tools: [{ name, description: "Takes your answer.", input_schema: { ...schema, type: "object" } }],
    tool_choice: force
      ? { type: "tool", name, disable_parallel_tool_use: true }
      : { type: "auto", disable_parallel_tool_use: true },
  } as const satisfies Anthropic.MessageCreateParams;
}

function read(data: unknown, { name, maxTokens }: ModelQuestion, model: string): EndpointReply["answer"] {
  const parsed = Message.safeParse(data);
  if (!parsed.success) throw new NotTheVendor("this is no message");
  const { content, stop_reason: stopped, usage: counted } = parsed.data;
  const usage = usageOf(counted);
  const unusable = (because: string) => ({ kind: "unusable", because, model, usage }) as const;
  if (stopped === "refusal") return unusable("the model refuses to answer");
  if (stopped === "max_tokens") return unusable(`its answer was cut off at ${maxTokens} tokens`);
  if (stopped === "model_context_window_exceeded") return unusable("its answer was cut off: the question is too long");
  const call = content.find((block) => block.type === "tool_use" && block.name === name);
  const value = call?.input ?? objectIn(content.map(({ text = "" }) => text).join(""));
  if (value === undefined) return unusable(`it does not call ${name}`);
  return { kind: "answered", value, model, usage };
}

/** The vendor counts what it read from its cache or wrote to it beside the other tokens, we among them. */
function usageOf(counted: z.infer<typeof Message>["usage"]): ModelUsage {
  const cacheRead = counted.cache_read_input_tokens ?? 0;
  const cacheWrite = counted.cache_creation_input_tokens ?? 0;
  const input = counted.input_tokens + cacheRead + cacheWrite;
  return { input, output: counted.output_tokens, cacheRead, cacheWrite };
}
