/** What every route and loop of the coordinator works with; built once in start.ts. */
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Knowledge } from "../../shared/knowledge-ports.ts";
import type { BudgetLimits, ModelServices } from "../../shared/ledger-ports.ts";
import type { DeadLetters } from "../../shared/pipeline/dead-letters.ts";
import type { Keys } from "../../shared/pipeline/keys.ts";
import type { Listing } from "../../shared/pipeline/listing.ts";
import type { Operations } from "../../shared/pipeline/operations.ts";
import type { Records } from "../../shared/pipeline/records.ts";
import type { OperatorScripts } from "../../shared/pipeline/scripts/load-operator.ts";
import type { BrakesReader, GitReader } from "../../shared/ports.ts";
import type { Notices, RouterBook } from "../../shared/routing-ports.ts";
import type { Tokens } from "../../shared/runtime/tokens.ts";
import type { WatchedSource } from "../../shared/source-ports.ts";
import type { StageName } from "../../shared/stages.ts";
import type { ConfiguredValue } from "./configuration.ts";
import type { KnowledgeIndex } from "./knowledge-index.ts";
import type { Live } from "./live/hub.ts";
import type { CoordinatorSettings } from "./settings.ts";
import type { Sight } from "./sight.ts";
import type { ProxySettings } from "./sign-in/proxy-settings.ts";

export interface School {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly scripts: OperatorScripts;
  readonly operations: Operations;
  readonly records: Records;
  readonly listing: Listing;
  readonly deadLetters: DeadLetters;
  readonly brakes: BrakesReader;
  /** What models are asked through, and what was spent on them. */
  readonly models: ModelServices;
  /** What the router has learned, and who may be told to learn more. */
  readonly router: RouterBook;
  readonly notices: Notices;
  /** What may be spent on them. */
  readonly modelBudgets: BudgetLimits;
  readonly settings: CoordinatorSettings;
  /** The same for people to read: where each is from, and no secret. */
  readonly configuration: readonly ConfiguredValue[];
  readonly tokens: Tokens;
  /** Whose word on who is calling is believed. */
  readonly proxy: ProxySettings | undefined;
  readonly log: Logger;
  /** Loaded when somebody first looks at a diff. Throws ConfigurationError when no repository is configured. */
  readonly git: () => Promise<GitReader>;
  /** The same for a dry run of a rollback. */
  readonly sight: () => Promise<Sight>;
  /** What stands before the id of a commit on its forge, where that is known. */
  readonly commitPages?: string | undefined;
  /** What is indexed of the platform, with a key that only reads. Loaded by the first search. Throws ConfigurationError. */
  readonly knowledge: () => Promise<Knowledge>;
  /** The index itself: how far it is, and having it brought up to date. */
  readonly index: KnowledgeIndex;
  /** What the school looks at by itself. */
  readonly watches: readonly WatchedSource[];
  /** Has a layer whose list may have got an event looked at, and woken if it is cold. Returns at once, never throws. */
  readonly wake: (stage: StageName) => void;
  /** Those who follow the events as they happen. */
  readonly live: Live;
}
