/** OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG, as OpenTelemetry's specification names them. */
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-base";
import type { Logger } from "pino";
import type { Environment } from "../config.ts";

const DEFAULT = "parentbased_always_on";

/** All stages of one improvement decide alike: by the flag its trace carries, else by its trace's id. */
export function samplerOf(env: Environment, log: Pick<Logger, "warn">): Sampler {
  const name = (env["OTEL_TRACES_SAMPLER"] ?? DEFAULT).toLowerCase();
  const root = rootOf(name.replace(/^parentbased_/, ""), ratioIn(env["OTEL_TRACES_SAMPLER_ARG"]));
  if (root === undefined) {
    log.warn({ sampler: name }, "OTEL_TRACES_SAMPLER is not known; every trace is sent");
    return new ParentBasedSampler({ root: new AlwaysOnSampler() });
  }
  return name.startsWith("parentbased_") ? new ParentBasedSampler({ root }) : root;
}

function rootOf(name: string, ratio: number): Sampler | undefined {
  switch (name) {
    case "always_on":
      return new AlwaysOnSampler();
    case "always_off":
      return new AlwaysOffSampler();
    case "traceidratio":
      return new TraceIdRatioBasedSampler(ratio);
    default:
      return undefined;
  }
}

/** 0..1; 1 where it is none. */
function ratioIn(text: string | undefined): number {
  const ratio = Number(text ?? "1");
  return ratio >= 0 && ratio <= 1 ? ratio : 1;
}
