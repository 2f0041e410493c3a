/** A list that comes in pages: the first by itself, the next when somebody asks for more. */
import { useEffect, useState } from "preact/hooks";
import { Failure } from "../api/failure.ts";
import { useAnswer } from "./use-answer.ts";

interface Paged {
  readonly next: string | null;
}
type Ask<T> = (cursor: string | undefined, signal?: AbortSignal) => Promise<T>;

/** `rows` of the pages that are there; `more` is undefined at the end. A look at the first page puts the others away. */
export function usePages<T extends Paged, Row>(key: string, ask: Ask<T>, rowsOf: (page: T) => readonly Row[]) {
  const first = useAnswer(key, (signal) => ask(undefined, signal));
  const { data } = first;
  const [further, setFurther] = useState<readonly T[]>([]);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Failure>();
  // What was asked for behind an older first page fits no more.
  useEffect(() => {
    setFurther([]);
    setTrouble(undefined);
  }, [data, key]);
  const last = further.at(-1) ?? data;
  const cursor = last?.next ?? null;

  async function load(): Promise<void> {
    if (cursor === null || busy) return;
    setBusy(true);
    setTrouble(undefined);
    try {
      const page = await ask(cursor);
      setFurther((before) => [...before, page]);
    } catch (error) {
      setTrouble(Failure.from(error));
    }
    setBusy(false);
  }
  const pages = data === undefined ? [] : [data, ...further];
  return {
    ...first,
    rows: pages.flatMap(rowsOf),
    more: cursor === null ? undefined : { load: () => void load(), busy, trouble },
    isLong: further.length > 0,
  };
}
