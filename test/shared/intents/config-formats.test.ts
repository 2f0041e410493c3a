/** Formats of configuration files: one setting found and changed, everything else in the file stays. */
import { describe, expect, test } from "vitest";
import { addSetting, locate, replaceAt } from "../../../shared/intents/configuration/settings/formats.ts";
import type { Format } from "../../../shared/intents/configuration/settings/place.ts";

function changed(format: Format, text: string, setting: string, value: string): string {
  const found = locate(format, text, setting);
  if (found.kind === "unclear") return found.because;
  const next =
    found.kind === "absent"
      ? addSetting(format, text, setting, value)
      : replaceAt(format, text, setting, found.place, value);
  return "because" in next ? next.because : next.text;
}

describe("formats", () => {
  test.each<[Format, string, string, string, string]>([
    ["redis", "# a\nAppendOnly no\nsave 900 1\n", "appendonly", "yes", "# a\nAppendOnly yes\nsave 900 1\n"],
    ["redis", "dir /data\n\n", "appendonly", "yes", "dir /data\nappendonly yes\n\n"],
    [
      "postgresql",
      "a = 1\nlog_min_duration_statement = -1 # off\n",
      "log_min_duration_statement",
      "500ms",
      "a = 1\nlog_min_duration_statement = 500ms # off\n",
    ],
    [
      "postgresql",
      "password_encryption = 'md5'\n",
      "password_encryption",
      "scram-sha-256",
      "password_encryption = 'scram-sha-256'\n",
    ],
    ["postgresql", "wal_level minimal", "wal_level", "logical", "wal_level logical"],
    [
      "postgresql",
      "synchronous_standby_names = one",
      "synchronous_standby_names",
      "two, three",
      "synchronous_standby_names = 'two, three'",
    ],
    [
      "ini",
      "[client]\nport=1\n[mysqld]\nslow-query-log = 0 ; no\n[x]\n",
      "mysqld.slow_query_log",
      "1",
      "[client]\nport=1\n[mysqld]\nslow-query-log = 1 ; no\n[x]\n",
    ],
    [
      "ini",
      "[mysqld]\nport=1\n\n[client]\nport=2\n",
      "mysqld.long_query_time",
      "1",
      "[mysqld]\nport=1\nlong_query_time=1\n\n[client]\nport=2\n",
    ],
    [
      "nginx",
      "http {\n  server_tokens on; # told\n}\n",
      "server_tokens",
      "off",
      "http {\n  server_tokens off; # told\n}\n",
    ],
    [
      "nginx",
      "events {}\nhttp {\n  sendfile on;\n}\n",
      "server_tokens",
      "off",
      "events {}\nhttp {\n  server_tokens off;\n  sendfile on;\n}\n",
    ],
    [
      "nginx",
      "# of the shop\nserver {\n  listen 80;\n}\n",
      "server_tokens",
      "off",
      "# of the shop\nserver_tokens off;\nserver {\n  listen 80;\n}\n",
    ],
    ["properties", "! old\nlog.level: debug\n", "log.level", "info", "! old\nlog.level: info\n"],
    ["env", 'export LEVEL="debug" # loud\n', "LEVEL", "info", 'export LEVEL="info" # loud\n'],
    ["env", "NAME=one\n", "NAME", "one two", 'NAME="one two"\n'],
    ["json", '{"log": {"level": "debug", "rate": 5}}', "log.level", "info", '{"log": {"level": "info", "rate": 5}}'],
    ["json", '{"log": {"rate": 5}}', "log.rate", "2.5", '{"log": {"rate": 2.5}}'],
    ["yaml", "a.b:\n  - on: true # yes\n", "a.b.0.on", "false", "a.b:\n  - on: false # yes\n"],
    ["yaml", "level: debug\n", "level", "yes", 'level: "yes"\n'],
    ["plain", "debug", "LEVEL", "info", "info"],
  ])("%s: %j, %s", (format, before, setting, value, after) => {
    expect(changed(format, before, setting, value)).toBe(after);
  });

  test.each<[Format, string, string, string, RegExp]>([
    ["redis", "save 900 1\nsave 300 10\n", "save", "60 1", /written 2 times/],
    ["redis", "#appendonly no", "maxmemory", "${X}", /cannot be written|is not there|maxmemory/],
    ["ini", "[client]\n", "mysqld.port", "1", /no section mysqld/],
    ["properties", "a=1,\\\n  2\n", "a", "3", /left alone/],
    ["json", '{"a": 1}', "a", "one", /is a number/],
    ["json", '{"a": true}', "a", "1", /true or false/],
    ["json", '{"a": {}}', "a", "x", /no single value/],
    ["json", "{'a': 1}", "a", "2", /not JSON/],
    ["json", '{"a": 1}', "b", "2", /is not there/],
    ["yaml", "a: |\n  x\n", "a", "y", /several lines/],
    ["yaml", "a: &x 1\nb: *x\n", "a", "2", /no single value/],
    ["yaml", "a: [\n", "a", "2", /not one document/],
    ["nginx", "content_by_lua_block { x = 1; }\n", "x", "2", /programs of its own/],
    ["nginx", "http { server_tokens on; }\n", "server_tokens", "off", /no http block of a plain form|on/],
    ["postgresql", "fsync = on\n", "fsync", "5min", /is a switch/],
    ["postgresql", "work_mem = 4MB\n", "work_mem", "lots", /is an amount/],
    ["env", "A=${B}\n", "A", "x", /left alone/],
    ["plain", "a\nb", "LEVEL", "info", /several lines/],
  ])("%s is left alone: %j, %s", (format, before, setting, value, reason) => {
    expect(changed(format, before, setting, value)).toMatch(reason);
  });
});
