/** Asking an API over HTTP and timing the answers, on connections that stay open. */
import { Agent, get } from "node:http";
import { TOKEN } from "./coordinator-process.ts";

export interface Question {
  readonly name: string;
  readonly url: string;
}

export interface Answer {
  /** Milliseconds until the last byte. */
  readonly ms: number;
  readonly text: string;
}

/** Throws when the answer is not 200: a refusal is quick and would look like a good figure. */
export function ask(agent: Agent, url: string): Promise<Answer> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { authorization: `Bearer ${TOKEN}` } }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () => {
        const ms = performance.now() - started;
        const text = Buffer.concat(pieces).toString("utf8");
        if (response.statusCode === 200) resolve({ ms, text });
        else reject(new Error(`${url} was answered with ${response.statusCode}: ${text.slice(0, 300)}`));
      });
    }).on("error", reject);
  });
}

/** Milliseconds per question, `rounds` of each. In turns, so that a busy moment of the machine hits all alike. */
export async function inTurns(questions: readonly Question[], rounds: number): Promise<Map<string, number[]>> {
  const agent = new Agent({ keepAlive: true });
  const times = new Map(questions.map(({ name }) => [name, [] as number[]]));
  // The first rounds compile and fill caches.
  for (let round = -3; round < rounds; round += 1) {
    for (const { name, url } of questions) {
      const { ms } = await ask(agent, url);
      if (round >= 0) times.get(name)?.push(ms);
    }
  }
  agent.destroy();
  return times;
}

/** `clients` at once, each asking all questions `rounds` times. Resolves with the milliseconds of every answer. */
export async function atOnce(questions: readonly Question[], clients: number, rounds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  async function client(first: number): Promise<void> {
    for (let i = 0; i < rounds * questions.length; i += 1) {
      const { url } = questions[(first + i) % questions.length] as Question;
      times.push((await ask(agent, url)).ms);
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, n) => client(n)));
  agent.destroy();
  return times;
}
