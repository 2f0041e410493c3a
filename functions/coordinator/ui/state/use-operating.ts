/** The routes for operating the school, and looking at what no event tells of. */
import { useEffect, useMemo, useRef } from "preact/hooks";
import { type Operating, operating } from "../api/operating.ts";
import { useSchool } from "./school.ts";

export function useOperating(): Operating {
  const { api } = useSchool();
  return useMemo(() => operating(api), [api]);
}

/** Calls `look` every so many milliseconds while somebody sees the page. */
export function useEvery(look: () => void, everyMs: number): void {
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") latest.current();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
}
