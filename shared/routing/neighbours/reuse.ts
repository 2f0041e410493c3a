/** Whether the route of a past improvement is worth taking again. */
import type { Neighbour } from "../../routing-ports.ts";

/**
 * That the right expert was chosen and that the change held are different things. One of them must be known to be good and
 * neither known to be bad. Undefined: nobody knows, which is no success.
 */
export function isWorthReuse({ routeRight, held }: Pick<Neighbour, "routeRight" | "held">): boolean | undefined {
  if (routeRight === false || held === false) return false;
  return routeRight === true || held === true ? true : undefined;
}
