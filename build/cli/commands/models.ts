/** school models: which models are asked for what, what they cost today against the limits, and who answered. */
import type { ModelUse, Questions, Spent } from "../../../functions/coordinator/model-use.ts";
import { type Common, JSON_OPTION, type Register } from "../command.ts";
import { harmless, short, type Terminal } from "../terminal.ts";

export const models: Register = (program, { terminal, school }) => {
  program
    .command("models")
    .description("which models are asked for what, what they cost today, and who answered")
    .option(...JSON_OPTION)
    .action(async ({ json }: Common) => {
      const answer = await school().get<ModelUse>("/api/models");
      if (json === true) return terminal.json(answer);
      show(terminal, answer);
    });
};

function show(terminal: Terminal, { configured, all, payers, renewsAt, questions, overBudget, unavailable }: ModelUse) {
  if (configured.length === 0) terminal.line("no model is configured here: what the school does is rule-based");
  else {
    const rows = configured.map(({ purpose, models: names, because }) => [
      short(purpose, 40),
      because !== undefined
        ? terminal.paint("red", "cannot be asked")
        : names.length > 0
          ? short(names.join(", "), 80)
          : terminal.paint("dim", "rule-based"),
      short(because, 80),
    ]);
    terminal.table(["ASKED FOR", "MODELS", "WHY NOT"], rows);
  }
  terminal.line("");
  const spending = [["all", all] as const, ...payers.map((one) => [one.payer, one] as const)];
  terminal.table(
    ["SPENT TODAY", "DOLLARS", "OF", "TOKENS", "OF"],
    spending.map(([payer, spent]) => spentRow(payer, spent)),
  );
  terminal.line(`renewed at ${renewsAt}`);
  if (questions.length > 0) {
    terminal.line("");
    const head = ["ASKED SO FAR", "MODEL", "VENDOR", "CACHE", "SHARED", "IN", "CACHED", "OUT", "SAVED", "DOLLARS"];
    terminal.table(head, questions.map(questionRow));
  }
  for (const { payer, asked, count } of overBudget) {
    terminal.line(
      harmless(
        `over the budget of ${payer}: ${count}, ${asked === "cheap" ? "the cheap model" : "no model"} was asked`,
      ),
    );
  }
  for (const { purpose, count } of unavailable) terminal.line(harmless(`no answer for ${purpose}: ${count}`));
}

function spentRow(payer: string, { dollars, tokens, limit }: Spent): readonly string[] {
  const most = limit.dollars === null ? "" : money(limit.dollars);
  return [short(payer, 40), money(dollars), most, String(tokens), limit.tokens === null ? "" : String(limit.tokens)];
}

function questionRow({ purpose, model, answeredBy, tokens, dollars }: Questions): readonly string[] {
  const { vendor, cache, shared } = answeredBy;
  const numbers = [vendor, cache, shared, tokens.input, tokens.cache_read, tokens.output, tokens.saved].map(String);
  return [short(purpose, 40), short(model, 60), ...numbers, money(dollars)];
}

/** Small questions cost less than a cent. */
function money(dollars: number): string {
  return `$${dollars.toFixed(dollars > 0 && dollars < 0.1 ? 4 : 2)}`;
}
