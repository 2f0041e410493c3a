/**
 * An expert may pass on what is not its field, once. Who gets it judges it by its own measure, what the first one found stays,
 * and where that leaves a doubt a person decides.
 */
import type { Evaluation, Opinion, Risk } from "../../shared/domain/evaluation.ts";
import type { Expert } from "../../shared/domain/improvement.ts";
import { allRisks } from "./aggregate.ts";
import { type Checked, unbelieved } from "./check.ts";
import { foreignTo, ownField } from "./scope.ts";
import type { Situation } from "./situation.ts";
import { noRules } from "./subject.ts";

/** Who had it before, and what that one leaves behind. */
export interface PassedOn {
  readonly from: Expert;
  readonly because: string;
  readonly risks: readonly Risk[];
}

/** An opinion with what the expert who had it before left behind: no risk goes by being passed on. */
export function heir(opinion: Opinion, passed: PassedOn | undefined): Opinion & Pick<Evaluation, "passed_on"> {
  if (passed === undefined) return opinion;
  const { from, because, risks } = passed;
  return { ...opinion, risks: allRisks(opinion.risks, risks), passed_on: { from, because } };
}

/** A first opinion as far as its word on its own field counts; `person`: why one is asked, whatever is judged. */
export function inScope(
  said: Checked,
  { expert, improvement, topic, passed }: Situation,
  person: string | undefined,
): Checked & { readonly person: string | undefined } {
  const { out_of_scope: scope, ...rest } = said.opinion;
  const own = scope === undefined ? undefined : ownField(expert, improvement, topic);
  const notes = own === undefined ? [] : [unbelieved(rest, own)];
  const isForeign = scope !== undefined && own === undefined;
  const opinion = heir(isForeign ? said.opinion : rest, passed);
  const nobody =
    isForeign && (passed !== undefined || scope.better === undefined)
      ? `the ${expert} expert says that it is not its field${passed === undefined ? "" : " either"}: ${scope.because}`
      : undefined;
  const doubt = nobody ?? said.doubt ?? (passed === undefined ? undefined : person);
  return {
    opinion,
    notes: [...said.notes, ...notes],
    ...(doubt === undefined ? {} : { doubt }),
    person: nobody ?? person,
  };
}

/** The same with another expert, who is told nothing of the first one's judgement. */
export function passedTo(
  expert: Expert,
  { expert: from, out_of_scope: scope, risks }: Opinion,
  situation: Situation,
): Situation & { readonly passed: PassedOn } {
  return { ...situation, expert, passed: { from, because: scope?.because ?? "", risks } };
}

/** Why a person decides on what a model has passed on; undefined: rules agree with it. */
export function doubtOf({ expert, improvement, topic }: Situation): string | undefined {
  return topic === undefined ? noRules(expert) : foreignTo(expert, improvement, topic);
}
