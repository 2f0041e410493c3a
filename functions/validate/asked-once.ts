/** The index as the checks of one improvement ask it: the same question goes out once. */
import type { Found, Knowledge } from "../../shared/knowledge-ports.ts";

export interface AskedOnce extends Knowledge {
  /** Some question got no answer because the index is being built for the first time. */
  isSoon(): boolean;
}

export function askedOnce(knowledge: Knowledge): AskedOnce {
  const asked = new Map<string, Promise<Found>>();
  let soon = false;

  async function ask(query: Parameters<Knowledge["search"]>[0], signal: AbortSignal | undefined): Promise<Found> {
    const found = await knowledge.search(query, signal);
    if (found.kind === "unknown" && found.soon === true) soon = true;
    return found;
  }
  return {
    search(query, signal) {
      const key = JSON.stringify(Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1)));
      const answer = asked.get(key) ?? ask(query, signal);
      asked.set(key, answer);
      return answer;
    },
    states: () => knowledge.states(),
    isSoon: () => soon,
  };
}
