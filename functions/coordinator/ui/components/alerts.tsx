/** What holds the school back, or lets it run further than usual: nobody should have to look for it. */
import type { StatusAnswer } from "../api/answers.ts";
import { inWords } from "../logic/words.ts";

interface Alert {
  readonly tone: "stop" | "warn";
  readonly title: string;
  readonly text: string;
}

export function Alerts({ status }: { status: StatusAnswer }) {
  const alerts = alertsOf(status);
  if (alerts.length === 0) return null;
  return (
    <ul class="alerts" aria-label="Restrictions in force">
      {alerts.map(({ tone, title, text }) => (
        <li key={`${title} ${text}`} class={`alert ${tone}`}>
          <strong>{title}</strong> <span>{text}</span>
        </li>
      ))}
    </ul>
  );
}

const FLAG_WORDS: Readonly<Record<string, string>> = {
  auto_approve_none: "No change is approved automatically; a person decides on each.",
  freeze: "Nothing new is approved automatically until the freeze ends.",
  auto_approve_all: "Changes are approved without the usual thresholds.",
  auto_approve_integrations: "Integrations may be approved automatically.",
  auto_approve_security: "Security changes need only the usual threshold.",
};

function alertsOf({ breaker, freeze, flags, budgets }: StatusAnswer): Alert[] {
  const { commits } = budgets;
  const alerts: Alert[] = [];
  if (breaker.open) alerts.push({ tone: "stop", title: "Circuit breaker open", text: breaker.because ?? "" });
  if (freeze !== null) alerts.push({ tone: "stop", title: "Frozen", text: freeze });
  if (budgets.spent) {
    const text = `${commits.hour} of ${commits.perHour} commits this hour, ${commits.day} of ${commits.perDay} today.`;
    alerts.push({ tone: "stop", title: "Commit budget spent", text });
  }
  for (const flag of flags.on) {
    if (flag === "freeze" && freeze !== null) continue;
    alerts.push({ tone: "warn", title: inWords(flag), text: FLAG_WORDS[flag] ?? "This flag is set." });
  }
  for (const text of flags.warnings) alerts.push({ tone: "warn", title: "A flag is ignored", text });
  return alerts;
}
