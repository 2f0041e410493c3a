/** What each check of validation found. */
import type { ValidationFinding } from "../../../../shared/domain/improvement.ts";

export function Validation({ findings }: { findings: readonly ValidationFinding[] | undefined }) {
  if (findings === undefined || findings.length === 0) return null;
  return (
    <section>
      <h2>Validation</h2>
      <ul class="findings">
        {findings.map(({ check, result, because, evidence }) => (
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
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
