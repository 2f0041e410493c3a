/** The page's address as state. */
import { useEffect, useState } from "preact/hooks";
import { type Place, placeOf } from "../logic/address.ts";

const CHANGED = "school:address";

/** Goes to an address of this page; `replace` leaves no step in the history (while somebody types a search). */
export function goTo(address: string, { replace = false }: { replace?: boolean } = {}): void {
  if (address === location.pathname + location.search) return;
  const elsewhere = new URL(address, location.href).pathname !== location.pathname;
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  // As a browser does at a new page; at one that is come back to, it knows itself how far that was scrolled.
  if (elsewhere) scrollTo(0, 0);
  dispatchEvent(new Event(CHANGED));
}

export function usePlace(): Place {
  const [place, setPlace] = useState(() => placeOf(new URL(location.href)));
  useEffect(() => {
    const read = () => setPlace(placeOf(new URL(location.href)));
    addEventListener("popstate", read);
    addEventListener(CHANGED, read);
    return () => {
      removeEventListener("popstate", read);
      removeEventListener(CHANGED, read);
    };
  }, []);
  return place;
}
