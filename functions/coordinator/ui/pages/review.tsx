/** What waits for a person. */
import { Link } from "../components/link.tsx";
import { Empty } from "../components/states.tsx";
import type { Query } from "../logic/address.ts";

export function ReviewPage(_props: { query: Query }) {
  return (
    <>
      <h1 tabIndex={-1}>Review</h1>
      <p class="lead">What waits for a person.</p>
      <Empty title="Nothing is shown here yet">
        <Link href="/improvements">Go to the improvements</Link>
      </Empty>
    </>
  );
}
