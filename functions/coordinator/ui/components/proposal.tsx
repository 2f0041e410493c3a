/** What was proposed, and the sentences of the source it rests on. */
import type { Improvement, Quote } from "../../../../shared/domain/improvement.ts";
import { atMoment } from "../logic/links.ts";
import { OutsideLink } from "./link.tsx";

export function Proposal({ improvement }: { improvement: Improvement }) {
  const { description, implementation_notes: notes, quotes, source_title: source, source_url: address } = improvement;
  return (
    <section>
      <h2>Proposal</h2>
      <p class="prose">{description}</p>
      {notes !== "" && (
        <>
          <h3>How</h3>
          <p class="prose">{notes}</p>
        </>
      )}
      {quotes.length > 0 && (
        <>
          <h3>Said in “{source}”</h3>
          <ul class="quotes">
            {quotes.map((quote) => (
              <QuoteItem key={`${quote.at} ${quote.text}`} quote={quote} address={address} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function QuoteItem({ quote: { text, at }, address }: { quote: Quote; address: string | undefined }) {
  return (
    <li>
      <blockquote>{text}</blockquote>
      {at !== undefined && (
        <span class="at">
          <OutsideLink href={atMoment(address, at)}>{at}</OutsideLink>
        </span>
      )}
    </li>
  );
}
