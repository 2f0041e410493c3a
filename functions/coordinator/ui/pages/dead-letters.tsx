/** What no stage could work on: why it died, put back or discarded with a reason; and what was discarded. */
import { Link } from "../components/link.tsx";
import { Discarded } from "../components/operate/discarded.tsx";
import { Letters } from "../components/operate/letters.tsx";
import { pageAddress, type Query } from "../logic/address.ts";

export function DeadLettersPage({ query }: { query: Query }) {
  const discarded = query["show"] === "discarded";
  return (
    <>
      <h1 tabIndex={-1}>Dead letters</h1>
      <p class="lead">Events no stage could work on. Nothing is lost: each waits here for an operator.</p>
      <nav aria-label="Which" class="tabs">
        <Link href={pageAddress("dead-letters")} class="tab" current={!discarded}>
          Waiting
        </Link>
        <Link href={pageAddress("dead-letters", { show: "discarded" })} class="tab" current={discarded}>
          Discarded
        </Link>
      </nav>
      {discarded ? <Discarded /> : <Letters stage={query["stage"]} />}
    </>
  );
}
