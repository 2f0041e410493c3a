/** The school's API as a patient user asks it: a coordinator that was killed is there again in a moment. */
import { setTimeout as wait } from "node:timers/promises";
import { type DemoClient, demoClient } from "../demo/client.ts";
import type { LocalSchool } from "../school.ts";

export interface Lock {
  readonly name: string;
  readonly holder: string | null;
}

export interface ScenarioClient extends DemoClient {
  locks(): Promise<readonly Lock[]>;
}

const LOOK_MS = 200;
const PATIENCE_MS = 30_000;

export function scenarioClient(school: LocalSchool): ScenarioClient {
  const client = demoClient(school);
  async function locks(): Promise<readonly Lock[]> {
    const headers = { authorization: `Bearer ${school.tokens.viewer}` };
    const response = await fetch(`${school.url}/api/locks`, { headers });
    if (!response.ok) throw new Error(`GET /api/locks answered ${response.status}`);
    return ((await response.json()) as { locks: readonly Lock[] }).locks;
  }
  return {
    ...client,
    list: () => patiently(() => client.list()),
    show: (id) => patiently(() => client.show(id)),
    trail: (id) => patiently(() => client.trail(id)),
    sourcesRead: () => patiently(() => client.sourcesRead()),
    doctor: () => patiently(() => client.doctor()),
    locks: () => patiently(locks),
  };
}

/** Reads may be repeated: only those whose connection broke are. */
async function patiently<T>(read: () => Promise<T>): Promise<T> {
  for (const deadline = performance.now() + PATIENCE_MS; ; await wait(LOOK_MS)) {
    try {
      return await read();
    } catch (error) {
      // undici reports every broken connection as a TypeError; an answer of the API is another error.
      if (!(error instanceof TypeError) || performance.now() > deadline) throw error;
    }
  }
}
