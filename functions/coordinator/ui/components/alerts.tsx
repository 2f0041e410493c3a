/** What holds the school back, or lets it run further than usual: nobody should have to look for it. */
import type { StatusAnswer } from "../api/answers.ts";
import { inWords } from "../logic/words.ts";

interface Alert {
  readonly tone: "stop" | "warn";
  readonly title: string;
  readonly text: string;
}

type Restrictions = Pick<StatusAnswer, "breaker" | "freeze" | "flags" | "budgets">;

export function Alerts({ status }: { status: Restrictions }) {
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

/** Flag → what it means for whoever waits for a change. */
const FLAG_WORDS: Readonly<Record<string, readonly [title: string, text: string]>> = {
  auto_approve_none: ["No automatic approvals", "A person decides on every change (flag auto_approve_none)."],
  manual_rollback: ["No automatic rollbacks", "What fails is held until a person decides (flag manual_rollback)."],
  freeze: ["Frozen", "Nothing is approved automatically until the freeze ends (flag freeze)."],
  auto_approve_all: ["Thresholds are off", "Changes are approved without them (flag auto_approve_all)."],
  auto_approve_integrations: [
    "Integrations pass",
    "They may be approved automatically (flag auto_approve_integrations).",
  ],
  auto_approve_security: [
    "Security passes earlier",
    "Its changes need only the usual threshold (flag auto_approve_security).",
  ],
};

function alertsOf({ breaker, freeze, flags, budgets }: Restrictions): Alert[] {
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
    const [title, text] = FLAG_WORDS[flag] ?? [inWords(flag), "This flag is set."];
    alerts.push({ tone: "warn", title, text });
  }
  for (const text of flags.warnings) alerts.push({ tone: "warn", title: "A flag is ignored", text });
  return alerts;
}
