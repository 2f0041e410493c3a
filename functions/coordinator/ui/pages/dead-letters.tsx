/** Events that no stage could settle. */
import { Link } from "../components/link.tsx";
import { Empty } from "../components/states.tsx";
import type { Query } from "../logic/address.ts";

export function DeadLettersPage(_props: { query: Query }) {
  return (
    <>
      <h1 tabIndex={-1}>Dead letters</h1>
      <p class="lead">Events that no stage could settle.</p>
      <Empty title="Nothing is shown here yet">
        <Link href="/improvements">Go to the improvements</Link>
      </Empty>
    </>
  );
}
