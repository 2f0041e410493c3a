/** What was proposed, the sentences of the source it rests on, and other sources that say the same. */
import type { Corroboration, Improvement, Quote } from "../../../../shared/domain/improvement.ts";
import { atMoment, sourceAddress } from "../logic/links.ts";
import { OutsideLink } from "./link.tsx";
import { PartSection } from "./part.tsx";

export function Proposal({ improvement }: { improvement: Improvement }) {
  const { description, implementation_notes: notes, quotes, corroborated_by: others = [] } = improvement;
  return (
    <PartSection name="proposal" title="Proposal">
      <p class="prose">{description}</p>
      {notes !== "" && (
        <>
          <h3>How</h3>
          <p class="prose">{notes}</p>
        </>
      )}
      {quotes.length > 0 && (
        <>
          <h3>Said in “{improvement.source_title}”</h3>
          <ul class="quotes">
            {quotes.map((quote) => (
              <QuoteItem key={`${quote.at} ${quote.text}`} quote={quote} address={sourceAddress(improvement)} />
            ))}
          </ul>
        </>
      )}
      {others.length > 0 && <Corroborations others={others} />}
    </PartSection>
  );
}

/** They raise its rank; what is allowed stays the same. */
function Corroborations({ others }: { others: readonly Corroboration[] }) {
  return (
    <>
      <h3>{others.length === 1 ? "Another source says the same" : `${others.length} other sources say the same`}</h3>
      <ul class="quotes">
        {others.map(({ source_id: id, source_title: title, source_url: address, quote }) => (
          <QuoteItem key={`${id} ${quote.text}`} quote={quote} address={address} from={title} />
        ))}
      </ul>
    </>
  );
}

/** `from`: the title of its source, where that is not said above. */
function QuoteItem({ quote, address, from }: { quote: Quote; address: string | undefined; from?: string }) {
  const { text, at } = quote;
  const link = atMoment(address, at);
  return (
    <li>
      <div>
        <blockquote>{text}</blockquote>
        {from !== undefined && <p class="evidence">{from}</p>}
      </div>
      {(at !== undefined || link !== undefined) && (
        <span class="at">
          <OutsideLink href={link}>{at ?? "source"}</OutsideLink>
        </span>
      )}
    </li>
  );
}
