/**
 * One setting of a ConfigMap that a program reads: rules change only what a small catalogue knows to be wrong, people and
 * models also what is written already. The pods that read it are told in the same change.
 */
import * as z from "zod";
import type { Platform, Resource } from "../../repository/platform.ts";
import { stringsAt } from "../../repository/values.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { labelName, objectName } from "../schema.ts";
import { needOf, settingPlan } from "./set-config-value-plan.ts";
import { advisedSettings } from "./settings/catalogue.ts";
import { locate } from "./settings/formats.ts";
import type { KnownSetting, Need } from "./settings/known-setting.ts";
import { FORMATS, type Format } from "./settings/place.ts";
import { overridden, type Reader, readersOf, technologyOf, usedConfigs } from "./settings/readers.ts";

const schema = z.strictObject({
  kind: z.literal("set-config-value"),
  namespace: labelName,
  configMap: objectName,
  key: z
    .string()
    .max(253)
    .regex(/^[-._a-zA-Z0-9]+$/, "not a key of a ConfigMap"),
  format: z.enum(FORMATS),
  setting: z
    .string()
    .max(200)
    .regex(/^[A-Za-z_][A-Za-z0-9_]*(?:[-./][A-Za-z0-9_]+)*$/, "not the name of a setting"),
  value: z
    .string()
    .max(200)
    .regex(/^[-+]?[A-Za-z0-9](?:[A-Za-z0-9 _.,:%+/-]*[A-Za-z0-9%])?$/, "not a plain value"),
});
export type SetConfigValue = z.infer<typeof schema>;

export const setConfigValue: IntentDefinition<SetConfigValue> = {
  kind: "set-config-value",
  purpose: "One setting of a ConfigMap that a running program reads, with the pods told of it.",
  schema,
  sizesPods: false,
  candidates(platform, about = "") {
    return lookedAt(platform, about)
      .map(({ config, key, format, known, reader, need }): Candidate<SetConfigValue> | undefined => {
        const { namespace, name: configMap } = config;
        if (namespace === undefined || need === "fine" || "blocked" in need || known.advice === undefined)
          return undefined;
        const { value } = known.advice;
        const intent: SetConfigValue = {
          kind: "set-config-value",
          namespace,
          configMap,
          key,
          format,
          setting: known.name,
          value,
        };
        const rendered = render(intent, platform);
        if (rendered.kind === "refused") return undefined;
        return {
          intent,
          target: `ConfigMap ${namespace}/${configMap}, ${known.name}`,
          namespace,
          because: `${reader.workload.kind} ${reader.workload.name} reads ${key}: ${need.needed}`,
          application: rendered.application,
          rank: advisedSettings(about).length - advisedSettings(about).indexOf(known),
        };
      })
      .filter((candidate) => candidate !== undefined)
      .sort(bestFirst);
  },
  survey,
  render,
};

interface Looked {
  readonly config: Resource;
  readonly key: string;
  readonly format: Format;
  readonly known: KnownSetting;
  readonly reader: Reader;
  readonly need: Need;
}

/** Every setting `about` asks for, in every configuration it may stand in. */
function lookedAt(platform: Platform, about: string): readonly Looked[] {
  const advised = advisedSettings(about);
  return usedConfigs(platform)
    .filter(({ application }) => application !== undefined)
    .flatMap((config) =>
      Object.entries(stringsAt(config.object, "data")).flatMap(([key, text]) => {
        for (const reader of readersOf(platform, config, key)) {
          const what = technologyOf(reader);
          if (what === undefined) continue;
          const { technology, format } = what;
          return advised
            .filter((known) => known.technology === technology && !overridden(reader, technology, known.name))
            .map((known) => ({
              config,
              key,
              format,
              known,
              reader,
              need: needOf(platform, known, reader, format, text),
            }));
        }
        return [];
      }),
    );
}

function survey(platform: Platform, about = ""): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  for (const { config, key, format, known, need } of lookedAt(platform, about)) {
    const { namespace, name, path } = config;
    const target = `ConfigMap ${namespace ?? ""}/${name}, ${known.name}`;
    const text = stringsAt(config.object, "data")[key] ?? "";
    const found = locate(format, text, known.name);
    if (found.kind === "unclear") open.push({ target, namespace, because: found.because });
    else if (need === "fine") done.push(`${path}: ${target}`);
    else if ("blocked" in need) open.push({ target, namespace, because: need.blocked });
    else open.push({ target, namespace, because: whyNot(platform, config, key, format, known) ?? need.needed });
  }
  return { done, open };
}

function whyNot(
  platform: Platform,
  { namespace = "", name }: Resource,
  key: string,
  format: Format,
  known: KnownSetting,
): string | undefined {
  const value = known.advice?.value ?? "";
  const plan = settingPlan(platform, { namespace, configMap: name, key, format, setting: known.name, value });
  return typeof plan === "string" ? plan : undefined;
}

function render({ kind: _kind, ...wanted }: SetConfigValue, platform: Platform): Rendered {
  const { namespace, configMap, key, setting, value } = wanted;
  const plan = settingPlan(platform, wanted);
  if (typeof plan === "string") return { kind: "refused", because: plan };
  const { config, restarted, application, files, before, notices } = plan;
  const was = before === undefined ? "which was not set" : `which was ${before.slice(0, 100)}`;
  return {
    kind: "rendered",
    files,
    objects: [
      { apiVersion: config.apiVersion, kind: "ConfigMap", namespace, name: configMap, effect: "change" },
      ...restarted.map(({ resource, kind, name }) => ({
        apiVersion: resource.apiVersion,
        kind,
        namespace,
        name,
        effect: "change" as const,
      })),
    ],
    application: application.name,
    changes: [`Set ${setting} to ${value} in ${key} of ConfigMap ${namespace}/${configMap}, ${was}`, ...notices],
  };
}
