/** Looks again when something happened, at most once in a while however much happens. */
import { useEffect, useRef } from "preact/hooks";
import { type News, useSchool } from "./school.ts";

/** `look` is called soon after news that `concerns` it, then not again for `gapMs`; what came meanwhile counts once. */
export function useNews(look: () => void, concerns: (news: News) => boolean, gapMs: number): void {
  const { subscribe } = useSchool();
  const latest = useRef({ look, concerns });
  latest.current = { look, concerns };
  useEffect(() => {
    let resting = false;
    let missed = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    function now(): void {
      latest.current.look();
      resting = true;
      missed = false;
      timer = setTimeout(() => {
        resting = false;
        if (missed) now();
      }, gapMs);
    }
    const leave = subscribe((news) => {
      if (news.kind === "moved" && !latest.current.concerns(news)) return;
      if (resting) missed = true;
      else now();
    });
    return () => {
      clearTimeout(timer);
      leave();
    };
  }, [subscribe, gapMs]);
}
