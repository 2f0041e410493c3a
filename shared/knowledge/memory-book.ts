/** The book in memory: for commands that run without a school, and for tests. */
import type { Corpus, CorpusState, FitRecord, IndexBook, IndexLedger } from "../knowledge-ports.ts";

export interface MemoryBook extends IndexBook {
  /** What was counted, by `corpus:result` and `tokens:purpose`. */
  readonly counts: ReadonlyMap<string, number>;
}

export function memoryBook(): MemoryBook {
  const states = new Map<string, CorpusState>();
  const ledgers = new Map<string, IndexLedger>();
  const models = new Map<string, Uint8Array>();
  const runs = new Map<string, number>();
  const counts = new Map<string, number>();
  let newest: string | undefined;
  let fit: FitRecord | undefined;
  const key = (corpus: Corpus, source: string) => `${corpus}/${source}`;
  const add = (name: string, some: number) => counts.set(name, (counts.get(name) ?? 0) + some);
  return {
    counts,
    async states() {
      return [...states.values()];
    },
    async note(state) {
      states.set(key(state.corpus, state.source), state);
    },
    async forget(corpus, source) {
      states.delete(key(corpus, source));
      ledgers.delete(key(corpus, source));
    },
    async model(id = newest) {
      const bytes = id === undefined ? undefined : models.get(id);
      return id === undefined || bytes === undefined ? undefined : { id, bytes };
    },
    async keepModel({ id, bytes }) {
      models.set(id, bytes);
      newest = id;
    },
    async keepOnlyModel(id) {
      for (const other of models.keys()) if (other !== id) models.delete(other);
    },
    async count(corpus, result) {
      add(`${corpus}:${result}`, 1);
    },
    async countTokens(purpose, tokens) {
      add(`tokens:${purpose}`, tokens);
    },
    async ledger(corpus, source) {
      return ledgers.get(key(corpus, source));
    },
    async keepLedger(corpus, source, ledger) {
      ledgers.set(key(corpus, source), ledger);
    },
    async fit() {
      return fit;
    },
    async keepFit(record) {
      fit = record;
    },
    async lastRun(source) {
      return runs.get(source);
    },
    async keepRun(source, startedAt) {
      runs.set(source, startedAt);
    },
  };
}
