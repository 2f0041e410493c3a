/** Where one may go, and how the dashboard looks: in a row where there is room, behind a button where there is none. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Place } from "../logic/address.ts";
import { entryOf, PAGES } from "../logic/pages.ts";
import { Link } from "./link.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";

export function Menu({ place, onHelp }: { place: Place; onHelp: () => void }) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const close = useCallback(() => setOpen(false), []);
  useEffect(close, [place, close]);
  useEffect(() => {
    if (!open) return undefined;
    function press(event: KeyboardEvent): void {
      if (event.key !== "Escape") return;
      close();
      button.current?.focus();
    }
    function touch({ target }: PointerEvent): void {
      if (!(target instanceof Node)) return;
      if (menu.current?.contains(target) !== true && button.current?.contains(target) !== true) close();
    }
    addEventListener("keydown", press);
    addEventListener("pointerdown", touch);
    return () => {
      removeEventListener("keydown", press);
      removeEventListener("pointerdown", touch);
    };
  }, [open, close]);

  const here = entryOf(place.page)?.page;
  return (
    <>
      <button
        ref={button}
        type="button"
        class="menu-button"
        aria-expanded={open}
        aria-controls="menu"
        onClick={() => setOpen(!open)}
      >
        Menu
      </button>
      <div ref={menu} id="menu" class={open ? "menu open" : "menu"}>
        <nav aria-label="Pages">
          <ul>
            {PAGES.map(({ page, href, name }) => (
              <li key={page}>
                <Link href={href} current={page === here ? "page" : false}>
                  {name}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div class="tools">
          <ThemeSwitch />
          <button type="button" class="quiet" aria-haspopup="dialog" onClick={onHelp}>
            Help
          </button>
        </div>
      </div>
    </>
  );
}
