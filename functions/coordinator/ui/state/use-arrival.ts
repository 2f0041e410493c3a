/** Whoever reads with a screen reader or the keyboard starts at the new page's heading. */
import { useEffect, useRef } from "preact/hooks";

/** Moves the focus to the page's h1 when `address` changes, as soon as there is one, unless its reader was faster. */
export function useArrival(address: string): void {
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return undefined;
    }
    if (focusHeading()) return undefined;
    const main = document.querySelector("main");
    if (main === null) return undefined;
    const watcher = new MutationObserver(() => {
      if (focusHeading()) stop();
    });
    function stop(): void {
      watcher.disconnect();
      removeEventListener("keydown", stop);
      removeEventListener("pointerdown", stop);
    }
    watcher.observe(main, { childList: true, subtree: true });
    addEventListener("keydown", stop);
    addEventListener("pointerdown", stop);
    return stop;
  }, [address]);
}

function focusHeading(): boolean {
  const heading = document.querySelector<HTMLElement>("main h1");
  // Where a page puts the focus itself (the line somebody came back to), it stays.
  if (heading !== null && document.activeElement?.closest("main *") == null) {
    heading.focus({ preventScroll: true });
  }
  return heading !== null;
}
