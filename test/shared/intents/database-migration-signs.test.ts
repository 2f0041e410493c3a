import { describe, expect, test } from "vitest";
import { splitScript, toolIn } from "../../../shared/intents/databases/migrations.ts";

describe("what a container gives away", () => {
  test.each([
    ["flyway/flyway:10 -url=jdbc:x migrate", "flyway"],
    ["liquibase --changelog-file=a.xml update", "liquibase"],
    ["alembic -c alembic.ini upgrade head", "alembic"],
    ["python manage.py migrate --noinput", "django"],
    ["bundle exec rails db:migrate", "rails"],
    ["npx prisma migrate deploy", "prisma"],
    ["node_modules/.bin/knex migrate:latest", "knex"],
    ["npx sequelize-cli db:migrate", "sequelize"],
    ["typeorm migration:run -d dist/source.js", "typeorm"],
    ["goose -dir migrations postgres up", "goose"],
    ["atlas migrate apply --env k8s", "atlas"],
    ["migrate -path /migrations -database $URL up", "golang-migrate"],
    ["php artisan migrate --force", "artisan"],
    ["npm run db:migrate", "a script called migrate"],
    ["/app/bin/migrate.sh", "a script called migrate"],
  ])("%s", (line, tool) => expect(toolIn(line)).toBe(tool));

  test.each([
    "alembic downgrade -1",
    "prisma migrate reset",
    "npx sequelize-cli db:migrate:undo",
    "php artisan migrate:fresh",
    "npm run migrate:undo",
    "python manage.py makemigrations",
    "rails server",
    "/app/immigrate --port 80",
    "wait-for-migrations",
    "liquibase rollback",
    "",
  ])("%s is none", (line) => expect(toolIn(line)).toBeUndefined());

  test.each<[string, ReturnType<typeof splitScript>]>([
    ["alembic upgrade head && uvicorn app:app", { migration: "alembic upgrade head", rest: "uvicorn app:app" }],
    [
      "set -e\nalembic upgrade head\nexec uvicorn app:app\n",
      { migration: "alembic upgrade head", rest: "set -e\nexec uvicorn app:app" },
    ],
    ["alembic upgrade head", undefined],
    ["set -e\nalembic upgrade head\n# done", undefined],
    ["python wait.py && alembic upgrade head && uvicorn app", undefined],
    ["alembic upgrade head; rm -rf / && uvicorn app", undefined],
    ["alembic upgrade $(cat head) && uvicorn app", undefined],
    ["alembic upgrade head || true && uvicorn app", undefined],
    ["alembic upgrade head && alembic upgrade base", undefined],
    ["alembic upgrade head | tee log && uvicorn", undefined],
    ["", undefined],
  ])("%j", (script, halves) => expect(splitScript(script)).toEqual(halves));
});
