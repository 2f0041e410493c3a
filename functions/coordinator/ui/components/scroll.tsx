/** What may be wider than the page: it scrolls by itself, and can be reached by keyboard. */
import type { ComponentChildren } from "preact";

export function Scroll({ what, children }: { what: string; children: ComponentChildren }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section class="scroll bare" tabIndex={0} aria-label={what}>
      {children}
    </section>
  );
}
