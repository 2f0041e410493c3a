/** Links: to places of this page without loading it anew, and to addresses outside, which come from untrusted text. */
import type { ComponentChildren } from "preact";
import { webAddress } from "../logic/links.ts";
import { goTo } from "../state/use-place.ts";

interface LinkProps {
  readonly href: string;
  readonly class?: string;
  /** `page`: the page one is on; true: the one chosen of several. */
  readonly current?: boolean | "page";
  readonly children: ComponentChildren;
}

export function Link({ href, class: name, current, children }: LinkProps) {
  function follow(event: MouseEvent): void {
    // New tab, new window, download: the browser's own business.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(href);
  }
  const mark = current === "page" ? "page" : "true";
  return (
    <a href={href} class={name} onClick={follow} {...(current ? { "aria-current": mark } : {})}>
      {children}
    </a>
  );
}

/** A link only for http and https; any other address stays the text it is. */
export function OutsideLink({ href, children }: { href: string | undefined; children: ComponentChildren }) {
  const url = webAddress(href);
  if (url === undefined) return <>{children}</>;
  return (
    <a href={url.href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}
