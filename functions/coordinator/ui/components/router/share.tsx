/** A share with what it rests on. */
import type { Share } from "../../api/router-answers.ts";
import { percent } from "../../logic/time.ts";

export function ShareOf({ of: { share, low, high, n } }: { of: Share }) {
  if (share === null) return <span class="evidence">no data</span>;
  return (
    <>
      {percent(share)}{" "}
      <span class="interval">
        {percent(low)} to {percent(high)}, n={n}
      </span>
    </>
  );
}
