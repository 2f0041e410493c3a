/** A moment: how long ago, exactly on pointing at it. All moments of a page move on together. */
import { useEffect, useState } from "preact/hooks";
import { ago } from "../logic/time.ts";

const EVERY_MS = 20_000;
const shown = new Set<() => void>();
setInterval(() => {
  for (const again of shown) again();
}, EVERY_MS);

export function Moment({ at }: { at: string | number | undefined }) {
  const [, count] = useState(0);
  useEffect(() => {
    const again = () => count((n) => n + 1);
    shown.add(again);
    return () => void shown.delete(again);
  }, []);
  const date = new Date(at ?? Number.NaN);
  if (Number.isNaN(date.getTime())) return null;
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      {ago(date.getTime(), Date.now())}
    </time>
  );
}
