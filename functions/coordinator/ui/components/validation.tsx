/** What each check of validation found. */
import type { Citation, ValidationFinding } from "../../../../shared/domain/improvement.ts";
import { PartSection } from "./part.tsx";

export function Validation({ findings }: { findings: readonly ValidationFinding[] | undefined }) {
  if (findings === undefined || findings.length === 0) return null;
  return (
    <PartSection name="validation" title="Validation">
      <ul class="findings">
        {findings.map(({ check, result, because, evidence, citations = [] }) => (
          <li key={`${check} ${because}`}>
            <span class={`result ${result}`}>{result}</span>
            <span>
              <strong>{check}</strong> {because}
              {evidence.length > 0 && (
                <ul class="places">
                  {evidence.map((place) => (
                    <li key={place}>
                      <code>{place}</code>
                    </li>
                  ))}
                </ul>
              )}
              {citations.map((citation) => (
                <Cited key={`${citation.path} ${citation.from} ${citation.quote}`} {...citation} />
              ))}
            </span>
          </li>
        ))}
      </ul>
    </PartSection>
  );
}

/** The platform's own words, with the place they stand at. */
function Cited({ path, place, from, to, quote }: Citation) {
  return (
    <figure class="cited">
      <blockquote>{quote}</blockquote>
      <figcaption>
        <code>{from === to ? `${path}:${from}` : `${path}:${from}-${to}`}</code> {place}
      </figcaption>
    </figure>
  );
}
