/** What the school may do by itself. */
import { Link } from "../components/link.tsx";
import { Empty } from "../components/states.tsx";
import type { Query } from "../logic/address.ts";

export function SettingsPage(_props: { query: Query }) {
  return (
    <>
      <h1 tabIndex={-1}>Settings</h1>
      <p class="lead">What the school may do by itself.</p>
      <Empty title="Nothing is shown here yet">
        <Link href="/improvements">Go to the improvements</Link>
      </Empty>
    </>
  );
}
