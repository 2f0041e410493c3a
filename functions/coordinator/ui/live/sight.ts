/** Whether anybody looks at this page: a browser has six connections to one host over HTTP/1.1, and tabs stay open for days. */

/** Calls `then` once the page has been out of sight for so long, in milliseconds. Ends with the function it returns. */
export function whenLongHidden(ms: number, then: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  function look(): void {
    clearTimeout(timer);
    timer = document.hidden ? setTimeout(then, ms) : undefined;
  }
  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}

/** Until the page is in sight, or the signal ends the wait. */
export function untilVisible(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    function look(): void {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener("visibilitychange", look);
      signal.removeEventListener("abort", look);
      resolve();
    }
    document.addEventListener("visibilitychange", look);
    signal.addEventListener("abort", look);
    look();
  });
}
