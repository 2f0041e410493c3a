/**
 * LanguageModel over chat completions: OpenAI's own and whatever speaks like it (llm-d, vLLM, Ollama, gateways). Servers
 * differ in how an answer can be given a form; what one refuses is not asked of it again.
 */
import OpenAI from "openai";
import * as z from "zod";
import type { LanguageModel, ModelAnswer, ModelQuestion } from "../../model-ports.ts";
import { isCutShort, NotTheVendor, objectIn, statusOf, withinLimit } from "./answers.ts";
import type { ModelSettings } from "./settings.ts";

/** From the strongest to the weakest: the server keeps to the schema, it takes a function, it was only told. */
const FORMS = ["schema", "function", "text"] as const;
type Form = (typeof FORMS)[number];
/** What a refusal of a form speaks of. */
const ABOUT: Readonly<Record<Form, RegExp>> = {
  schema: /response_format|json_schema|schema|grammar|structured|guided/i,
  function: /tool|function|schema/i,
  text: /(?!)/,
};
const LENGTH = /max_completion_tokens|max_tokens|context.?length/i;

const Completion = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          tool_calls: z
            .array(z.object({ function: z.object({ name: z.string(), arguments: z.string() }).optional() }))
            .nullish(),
        }),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});

/** Opens nothing; the first question does. */
export function openAiModel(settings: ModelSettings): LanguageModel {
  const { vendor, apiKey, baseUrl, timeoutMs } = settings;
  const client = new OpenAI({
    // The SDK wants one even where the server does not.
    apiKey: apiKey ?? "none",
    // Not the environment: what is not in the settings is not configured.
    baseURL: baseUrl ?? "https://api.openai.com/v1",
    organization: null,
    project: null,
    timeout: timeoutMs,
    logLevel: "off",
  });
  let model = settings.model;
  let form = 0;
  let limited = true;

  async function ask(question: ModelQuestion, signal: AbortSignal): Promise<unknown> {
    model ??= await firstModel(client, signal);
    for (;;) {
      const chosen = FORMS[form] ?? "text";
      try {
        return await client.chat.completions.create(request(model, question, chosen, limited), { signal });
      } catch (error) {
        const status = statusOf(error);
        const said = error instanceof Error ? error.message : "";
        if (status !== 400 && status !== 422) throw error;
        if (limited && LENGTH.test(said)) limited = false;
        else if (ABOUT[chosen].test(said)) form += 1;
        else throw error;
      }
    }
  }

  return {
    answer: (question, signal) =>
      withinLimit(settings, signal, async (limit) => {
        try {
          return read(await ask(question, limit), question, `${vendor}:${model}`);
        } catch (error) {
          if (!isCutShort(error)) throw error;
          const usage = { input: 0, output: 0 };
          return { kind: "unusable", because: "its answer was cut short", model: `${vendor}:${model}`, usage };
        }
      }),
  };
}

const Models = z.object({ data: z.array(z.object({ id: z.string() })).min(1) });

async function firstModel(client: OpenAI, signal: AbortSignal): Promise<string> {
  const listed = Models.safeParse(await client.models.list({ signal }));
  if (!listed.success) throw new NotTheVendor("it names no model it serves");
  return listed.data.data[0]?.id ?? "";
}

function request(
  model: string,
  { system, prompt, name, schema, maxTokens }: ModelQuestion,
  form: Form,
  limited: boolean,
): OpenAI.ChatCompletionCreateParamsNonStreaming {
  const told = `${system}\n\nAnswer with one JSON object and nothing else. It must fit this JSON Schema:\n${JSON.stringify(schema)}`;
  return {
    model,
    messages: [
      { role: "system", content: form === "text" ? told : system },
      { role: "user", content: prompt },
    ],
    ...(limited ? { max_completion_tokens: maxTokens } : {}),
    // Strict schemas know neither optional fields nor lengths; the answer is checked here anyway.
    ...(form === "schema"
      ? { response_format: { type: "json_schema", json_schema: { name, schema: { ...schema }, strict: false } } }
      : {}),
    ...(form === "function"
      ? {
          tools: [
            { type: "function", function: { name, description: "Takes your answer.", parameters: { ...schema } } },
          ],
          tool_choice: { type: "function", function: { name } },
        }
      : {}),
  };
}

function read(answer: unknown, { name }: ModelQuestion, model: string): ModelAnswer {
  const parsed = Completion.safeParse(answer);
  const choice = parsed.data?.choices[0];
  if (!parsed.success || choice === undefined) throw new NotTheVendor("this is no chat completion");
  const counted = parsed.data.usage;
  const usage = { input: counted?.prompt_tokens ?? 0, output: counted?.completion_tokens ?? 0 };
  const unusable = (because: string): ModelAnswer => ({ kind: "unusable", because, model, usage });
  const { message, finish_reason: finished } = choice;
  if ((message.refusal ?? "") !== "" || finished === "content_filter") return unusable("the model refuses to answer");
  if (finished === "length") return unusable(`its answer was cut off after ${usage.output} tokens`);
  const call = message.tool_calls?.find((one) => one.function?.name === name)?.function;
  const value = objectIn(call?.arguments ?? message.content ?? "");
  return value === undefined ? unusable("it holds no JSON object") : { kind: "answered", value, model, usage };
}
