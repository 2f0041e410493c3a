/** How far the page is scrolled past the beginning of an element, and coming back to where one was. */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";

export interface Scrolled {
  /** Pixels of the element above the window. */
  readonly top: number;
  /** Pixels of the window. */
  readonly height: number;
}

/** Of the element, while it is there; looked at once per frame. */
export function useScrolled(element: RefObject<HTMLElement | null>, present: boolean): Scrolled {
  const [scrolled, setScrolled] = useState<Scrolled>({ top: 0, height: innerHeight });
  useLayoutEffect(() => {
    if (!present) return undefined;
    let frame = 0;
    function measure(): void {
      frame = 0;
      const top = -(element.current?.getBoundingClientRect().top ?? 0);
      setScrolled({ top: Math.round(top), height: innerHeight });
    }
    const soon = () => {
      frame ||= requestAnimationFrame(measure);
    };
    measure();
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("scroll", soon);
      removeEventListener("resize", soon);
    };
  }, [element, present]);
  return scrolled;
}

const REST_MS = 150;

/** Keeps in the history how far the page was scrolled, and scrolls there when one comes back to it. */
export function useKeptScroll(present: boolean): void {
  useLayoutEffect(() => {
    if (!present) return;
    const kept = (history.state as { scrolled?: unknown } | null)?.scrolled;
    if (typeof kept === "number") scrollTo(0, kept);
  }, [present]);
  useEffect(() => {
    const here = location.pathname + location.search;
    let timer: ReturnType<typeof setTimeout> | undefined;
    function keep(): void {
      // The address may be another page's by now.
      if (location.pathname + location.search === here) history.replaceState({ scrolled: scrollY }, "");
    }
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(keep, REST_MS);
    };
    addEventListener("scroll", soon, { passive: true });
    // Whoever follows a link at once is faster than the rest above.
    addEventListener("click", keep, { capture: true });
    addEventListener("keydown", keep, { capture: true });
    return () => {
      clearTimeout(timer);
      removeEventListener("scroll", soon);
      removeEventListener("click", keep, { capture: true });
      removeEventListener("keydown", keep, { capture: true });
    };
  }, []);
}
