/** Which shortcut a row of pressed keys means: single keys (`j`, `?`, `Enter`) and two after each other (`g p`). */

/** `match`: the one that is meant; `begun`: the first key of one or more, the next key decides. */
export type Meaning<T> =
  | { readonly kind: "match"; readonly shortcut: T }
  | { readonly kind: "begun" }
  | { readonly kind: "none" };

/**
 * `pressed` after `before` (what was begun, if anything). Of several with the same keys the last one counts: the page's
 * own goes before the shell's. A second key that leads nowhere counts as a first one.
 */
export function meaningOf<T extends { readonly keys: string }>(
  shortcuts: readonly T[],
  pressed: string,
  before?: string,
): Meaning<T> {
  const wanted = before === undefined ? pressed : `${before} ${pressed}`;
  const shortcut = shortcuts.findLast(({ keys }) => keys === wanted);
  if (shortcut !== undefined) return { kind: "match", shortcut };
  if (before !== undefined) return meaningOf(shortcuts, pressed);
  return shortcuts.some(({ keys }) => keys.startsWith(`${pressed} `)) ? { kind: "begun" } : { kind: "none" };
}
