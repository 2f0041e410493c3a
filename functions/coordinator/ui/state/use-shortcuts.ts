/**
 * Keyboard shortcuts: every component says which it has while it is on the page, `?` lists them all. They rest while
 * somebody writes, while a dialog is open, and with Ctrl, Alt or Meta, which belong to the browser.
 */
import { useEffect, useRef } from "preact/hooks";
import { meaningOf } from "../logic/shortcut-keys.ts";
import { shortcutsWanted } from "./preferences.ts";

export interface Shortcut {
  /** As KeyboardEvent.key has it: `j`, `?`, `Enter`; two after each other with a space: `g p`. */
  readonly keys: string;
  /** What it does, as the help says it: "Go to the pipeline". */
  readonly does: string;
  /** Heading in the help. */
  readonly group: string;
  readonly run: () => void;
}

/** The second key of two comes soon or not at all. */
const PATIENCE_MS = 1_500;

const registered = new Set<{ readonly current: readonly Shortcut[] }>();
let begun: string | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** All that work now, in the order their components came. */
export function shortcutsNow(): Shortcut[] {
  return [...registered].flatMap(({ current }) => current);
}

/** Has `shortcuts` while the component is on the page; the same keys of a later component go before an earlier one's. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    if (registered.size === 0) addEventListener("keydown", press);
    registered.add(latest);
    return () => {
      registered.delete(latest);
      if (registered.size === 0) removeEventListener("keydown", press);
    };
  }, []);
}

function press(event: KeyboardEvent): void {
  const { key } = event;
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (key === "Shift" || !shortcutsWanted() || isTaken(event.target, key)) return;
  const meaning = meaningOf(shortcutsNow(), key, begun);
  clearTimeout(timer);
  begun = undefined;
  if (meaning.kind === "none") return;
  event.preventDefault();
  if (meaning.kind === "match") {
    meaning.shortcut.run();
    return;
  }
  begun = key;
  timer = setTimeout(() => {
    begun = undefined;
  }, PATIENCE_MS);
}

/** Whether the key is for what has the focus: a field, a button that Enter presses, or a dialog. */
function isTaken(target: EventTarget | null, key: string): boolean {
  if (document.querySelector("dialog[open]") !== null) return true;
  if (!(target instanceof Element)) return false;
  if (target.closest("input, textarea, select, [contenteditable]") !== null) return true;
  return (key === "Enter" || key === " ") && target.closest("a, button, summary, [role=button]") !== null;
}
