/** The six experts: what each one's rules are. Their prompts are in ../prompts, for when a model is there to be asked. */
import type { Expert } from "../../../shared/domain/improvement.ts";
import type { Rubric } from "../rubric.ts";
import { architecture } from "./architecture/rules.ts";
import { database } from "./database/rules.ts";
import { integration } from "./integration/rules.ts";
import { monitoring } from "./monitoring/rules.ts";
import { networking } from "./networking/rules.ts";
import { security } from "./security/rules.ts";

export const RUBRICS: Readonly<Record<Expert, Rubric>> = {
  architecture,
  integration,
  security,
  database,
  networking,
  monitoring,
};
