/** Tools that bring a database's schema up to date: how a container gives away that it runs one, and how each is run. */
import type { Fields } from "../../repository/values.ts";
import { textAt } from "../../repository/values.ts";
import { imageName } from "../resource-values.ts";

/** What a container runs, by image, command and arguments as one line. Each is the tool's documented way forward. */
const SIGNS: readonly (readonly [tool: string, sign: RegExp])[] = [
  ["flyway", /\bflyway\b.*\bmigrate\b/],
  ["liquibase", /\bliquibase\b.*\bupdate(?:-count|-to-tag)?\b/],
  ["alembic", /\balembic\b.*\bupgrade\b/],
  ["flask", /\bflask\b.*\bdb upgrade\b/],
  ["django", /\b(?:manage\.py|django-admin) migrate\b/],
  ["rails", /\b(?:rails|rake)\b.*\bdb:(?:migrate|prepare)\b/],
  ["prisma", /\bprisma migrate deploy\b/],
  ["knex", /\bknex\b.*\bmigrate:(?:latest|up)\b/],
  ["sequelize", /\bsequelize(?:-cli)?\b.*\bdb:migrate\b(?!:)/],
  ["typeorm", /\btypeorm\S*\b.*\bmigration:run\b/],
  ["drizzle", /\bdrizzle-kit migrate\b/],
  ["goose", /\bgoose\b.*\bup(?:-to|-by-one)?\b/],
  ["atlas", /\batlas (?:migrate|schema) apply\b/],
  ["golang-migrate", /\bmigrate\b.*-(?:path|source|database)\b.*\bup\b/],
  ["dbmate", /\bdbmate\b.*\b(?:up|migrate)\b/],
  ["sqlx", /\bsqlx migrate run\b/],
  ["diesel", /\bdiesel migration run\b/],
  ["entity framework", /\bdotnet ef database update\b|\befbundle\b/],
  ["artisan", /\bartisan migrate\b(?!:)/],
  ["doctrine", /\bdoctrine:migrations:migrate\b/],
  ["ecto", /\becto\.migrate\b|\bRelease\.migrate\b/],
  [
    "a script called migrate",
    /\b(?:npm|yarn|pnpm|bun)(?: run)? (?:-\S+ )*\S*\bmigrat(?:e|ions?)\b(?!:(?:undo|down|create|make|reset|status))/,
  ],
  ["a script called migrate", /(?:^|[ /])(?:run[-_])?(?:db[-_])?migrat(?:e|ions?)(?:\.(?:sh|py|js|mjs|rb))(?= |$)/],
];
const NAMED = /^(?:[a-z0-9-]+-)?(?:db-?)?migrat(?:e|ion|ions|or)$/;

/** The commands a person or a model may ask for by name: fixed words, each tool's own, that only ever go forward. */
export const migrationCommands = {
  alembic: ["alembic", "upgrade", "head"],
  artisan: ["php", "artisan", "migrate", "--force"],
  dbmate: ["dbmate", "--wait", "migrate"],
  django: ["python", "manage.py", "migrate", "--noinput"],
  flask: ["flask", "db", "upgrade"],
  flyway: ["flyway", "migrate"],
  goose: ["goose", "up"],
  knex: ["npx", "knex", "migrate:latest"],
  liquibase: ["liquibase", "update"],
  prisma: ["npx", "prisma", "migrate", "deploy"],
  rails: ["bundle", "exec", "rails", "db:migrate"],
  sequelize: ["npx", "sequelize-cli", "db:migrate"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type MigrationTool = keyof typeof migrationCommands;

/** The tool by which a container evidently migrates; undefined when nothing says that it does. */
export function migrationIn(spec: Fields): string | undefined {
  const tool = toolIn(`${imageName(textAt(spec, "image") ?? "")} ${commandOf(spec).join(" ")}`);
  if (tool !== undefined) return tool;
  return NAMED.test(textAt(spec, "name") ?? "") ? "its own command" : undefined;
}

/** The tool a command line runs. */
export function toolIn(line: string): string | undefined {
  const plain = line.replace(/\s+/g, " ").slice(0, 10_000);
  return SIGNS.find(([, sign]) => sign.test(plain))?.[0];
}

export function commandOf(spec: Fields): readonly string[] {
  return [spec["command"], spec["args"]].flat().filter((word) => typeof word === "string");
}

/** A script that migrates first and then goes on: both halves, each a script of its own. */
export interface SplitScript {
  readonly migration: string;
  readonly rest: string;
}

/** Words, paths, options and variables: nothing that changes what comes after it. */
const PLAIN = /^[\w./:@=,+%"'${} -]+$/;

/**
 * `alembic upgrade head && exec uvicorn app` or the same on two lines; undefined when the first command of the script is
 * anything but one migration, or when nothing or another migration follows.
 */
export function splitScript(script: string): SplitScript | undefined {
  const text = script.trim();
  const lines = text.split("\n");
  const start = lines.findIndex((line) => !/^\s*(?:#.*|set -[a-z]+(?: pipefail)?)?\s*$/.test(line));
  const first = lines[start];
  if (first === undefined) return undefined;
  const joined = first.indexOf("&&");
  const [migration, rest] =
    joined === -1
      ? [first, [...lines.slice(0, start), ...lines.slice(start + 1)].join("\n")]
      : [
          first.slice(0, joined),
          [...lines.slice(0, start), first.slice(joined + 2).trimStart(), ...lines.slice(start + 1)].join("\n"),
        ];
  const isWhole = PLAIN.test(migration.trim()) && toolIn(migration) !== undefined;
  const remains = rest.split("\n").some((line) => !/^\s*(?:#.*|set -[a-z]+(?: pipefail)?)?\s*$/.test(line));
  if (!isWhole || !remains || toolIn(rest) !== undefined) return undefined;
  return { migration: migration.trim(), rest };
}
