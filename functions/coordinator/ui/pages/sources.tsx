/** What the school learns from. */
import { Link } from "../components/link.tsx";
import { Empty } from "../components/states.tsx";
import type { Query } from "../logic/address.ts";

export function SourcesPage(_props: { query: Query }) {
  return (
    <>
      <h1 tabIndex={-1}>Sources</h1>
      <p class="lead">What the school learns from.</p>
      <Empty title="Nothing is shown here yet">
        <Link href="/improvements">Go to the improvements</Link>
      </Empty>
    </>
  );
}
