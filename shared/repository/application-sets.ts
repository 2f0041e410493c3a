/**
 * Expands ApplicationSets whose generators need nothing but the repository. Anything else (clusters, pull requests, SCM
 * providers, plugins, functions nobody here knows) depends on what we cannot see and is reported instead of guessed.
 */
import type { GeneratorSources } from "./application-set-git.ts";
import { deepMerged, type GeneratorContext, type ReadRepository, rowsOf } from "./application-set-rows.ts";
import { fill } from "./application-set-template.ts";
import { NotUnderstood } from "./templates/syntax.ts";
import { at, type Fields, fieldsAt, isFields, itemsAt, textAt } from "./values.ts";

export type Expanded =
  /** `reads`: the repositories its git generators read, which this one is taken to be. */
  | { readonly applications: readonly Fields[]; readonly reads: readonly ReadRepository[] }
  | { readonly because: string };

/** The Applications an ApplicationSet makes, or why that cannot be said. */
export function expandApplicationSet(set: Fields, sources: GeneratorSources): Expanded {
  const name = textAt(set, "metadata", "name") ?? "without a name";
  const template = at(set, "spec", "template");
  if (!isFields(template)) return { because: `ApplicationSet ${name} has no template` };
  if (at(set, "spec", "templatePatch") !== undefined) return { because: `ApplicationSet ${name} patches its template` };
  const context: GeneratorContext = {
    sources,
    goTemplate: at(set, "spec", "goTemplate") === true,
    nestedSelectors: at(set, "spec", "applyNestedSelectors") === true,
    reads: [],
  };
  try {
    const applications = itemsAt(set, "spec", "generators").flatMap((generator) => {
      const own = ownTemplate(generator, template);
      return rowsOf(generator, context).map((row) => fill(own, row, context.goTemplate) as Fields);
    });
    return { applications: applications.map((one) => ({ ...one, kind: "Application" })), reads: context.reads };
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    return { because: `ApplicationSet ${name}: ${error.message}` };
  }
}

/** What a generator's own `template` says wins over the set's. */
function ownTemplate(generator: Fields, template: Fields): Fields {
  const [kind] = Object.keys(generator).filter((key) => key !== "selector");
  return deepMerged(template, fieldsAt(generator, kind ?? "", "template"));
}
