/** The stand-in of Qdrant with the official client, every answer held against the published API. */
import { QdrantClient } from "@qdrant/js-client-rest";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { type Qdrant, type QdrantOptions, startQdrant } from "../../build/local/qdrant/qdrant.ts";
import { find } from "../../build/local/qdrant/routes.ts";
import { answerProblem } from "../../build/local/qdrant/schema.ts";

/** Like the school's own: one dense vector, one sparse with idf. */
export const LIKE_OURS = {
  vectors: { dense: { size: 4, distance: "Cosine" } },
  sparse_vectors: { bm25: { modifier: "idf" } },
} as const;

export interface TestQdrant {
  readonly url: string;
  readonly client: QdrantClient;
}

/** One server for a file. Call outside of tests. */
export function qdrantForFile(options: QdrantOptions = {}): TestQdrant {
  checkAnswers();
  let server: Qdrant;
  let client: QdrantClient;
  beforeAll(async () => {
    server = await startQdrant(options);
    client = clientOf(server.url, options.apiKey);
  });
  afterAll(() => server.close());
  return {
    get url() {
      return server.url;
    },
    get client() {
      return client;
    },
  };
}

/** The client asks for the version and warns where it does not fit: here that would be a failure. */
export function clientOf(url: string, apiKey?: string): QdrantClient {
  const headers = apiKey === undefined ? {} : { headers: { "api-key": apiKey } };
  return new QdrantClient({ url, ...headers, checkCompatibility: false });
}

/** What the server refused with. */
export async function refusal(asked: Promise<unknown>): Promise<{ status: number; error: string }> {
  const error = await asked.then(
    () => expect.fail("it was not refused"),
    (reason: unknown) => reason as { status: number; data: { status: { error: string } } | string },
  );
  const { status, data } = error;
  return { status, error: typeof data === "string" ? data : data.status.error };
}

/** From now on in this file an answer that the published API does not have fails the test that got it. */
export function checkAnswers(): void {
  const problems: string[] = [];
  const fetched = globalThis.fetch;
  beforeAll(() => {
    globalThis.fetch = async (input, init) => {
      const response = await fetched(input, init);
      const url = new URL(input instanceof Request ? input.url : input);
      const operation = find(init?.method ?? "GET", url.pathname)?.name;
      const isJson = response.headers.get("content-type") === "application/json";
      if (operation !== undefined && isJson) {
        const problem = answerProblem(operation, response.status, await response.clone().json());
        if (problem !== undefined) problems.push(`${operation} ${response.status}: ${problem}`);
      }
      return response;
    };
  });
  afterEach(() => expect(problems.splice(0)).toEqual([]));
  afterAll(() => {
    globalThis.fetch = fetched;
  });
}
