/** Who did what, when and why. */
import { Link } from "../components/link.tsx";
import { Empty } from "../components/states.tsx";
import type { Query } from "../logic/address.ts";

export function AuditPage(_props: { query: Query }) {
  return (
    <>
      <h1 tabIndex={-1}>Audit</h1>
      <p class="lead">Who did what, when and why.</p>
      <Empty title="Nothing is shown here yet">
        <Link href="/improvements">Go to the improvements</Link>
      </Empty>
    </>
  );
}
