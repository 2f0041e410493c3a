/** Long work in slices: whoever shares the process is let in between them. */

export type Breathe = () => Promise<void> | undefined;

/** Returns undefined (nothing to wait for) until `sliceMs` are over since others had their turn. */
export function breather(sliceMs: number): Breathe {
  let since = performance.now();
  return () => {
    if (performance.now() - since < sliceMs) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        since = performance.now();
        resolve();
      });
    });
  };
}
