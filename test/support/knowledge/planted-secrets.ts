/** Secrets of every kind that people leave in repositories, freshly drawn, and the files they leave them in. */
import { createHash } from "node:crypto";

export interface Planted {
  readonly kind: string;
  /** Parts none of which may be seen anywhere. */
  readonly secrets: readonly string[];
  /** A name such a value has where one is needed. */
  readonly name: string;
  readonly value: string;
  /** Known by its form: gone wherever it stands, without a name beside it. */
  readonly byForm: boolean;
}

const ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX = "0123456789abcdef";

/** The same for the same seed. */
export function plantedSecrets(seed: number): readonly Planted[] {
  let count = 0;
  const draw = (length: number, signs = ALNUM): string => {
    let drawn = "";
    for (let round = 0; drawn.length < length; round += 1) {
      for (const byte of createHash("sha256").update(`${seed} ${count} ${round}`).digest())
        drawn += signs[byte % signs.length];
    }
    count += 1;
    // As every generator in use would: letters of both cases and digits.
    return `${drawn.slice(0, Math.max(0, length - 3))}${signs === ALNUM ? "a7K" : drawn.slice(-3)}`.slice(0, length);
  };
  const form = (kind: string, name: string, value: string): Planted => ({
    kind,
    name,
    value,
    secrets: [value],
    byForm: true,
  });
  const named = (kind: string, name: string, value: string): Planted => ({
    kind,
    name,
    value,
    secrets: [value],
    byForm: false,
  });
  const inside = (kind: string, name: string, value: string, secret: string): Planted => ({
    kind,
    name,
    value,
    secrets: [secret],
    byForm: true,
  });
  const armoured = (title: string): { readonly body: string; readonly text: string } => {
    const body = draw(64);
    return { body, text: `-----BEGIN ${title}-----\\n${body}\\n${draw(30)}==\\n-----END ${title}-----` };
  };
  const rsa = armoured("RSA PRIVATE KEY");
  const gcp = armoured("PRIVATE KEY");
  const password = draw(12);
  const userPassword = draw(14);
  const hook = draw(24);
  const account = draw(86);
  const token = draw(40);
  return [
    form("AWS access key", "aws_access_key_id", `AKIA${draw(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")}`),
    form("AWS secret key", "aws_secret_access_key", draw(40)),
    inside("GCP key", "private_key", gcp.text, gcp.body),
    inside(
      "Azure storage key",
      "connection",
      `DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=${account}==;`,
      account,
    ),
    form("Azure client secret", "client_secret", `${draw(3)}8Q~${draw(34)}`),
    form("GitHub classic token", "token", `ghp_${draw(36)}`),
    form("GitHub fine-grained token", "token", `github_pat_${draw(22)}_${draw(59)}`),
    form("GitLab token", "token", `glpat-${draw(20)}`),
    form("Slack token", "slack_token", `xoxb-${draw(12, "0123456789")}-${draw(24)}`),
    inside("Slack webhook", "url", `https://hooks.slack.com/services/T0${draw(8)}/B0${draw(8)}/${hook}`, hook),
    form("JSON web token", "jwt", `eyJ${draw(30)}.eyJ${draw(40)}.${draw(43)}`),
    inside("PEM key", "tls_key", rsa.text, rsa.body),
    form("age key", "key", `AGE-SECRET-KEY-1${draw(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L")}`),
    form("kubeconfig client key", "client-key-data", `LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ${draw(60)}==`),
    named("Docker auth", "auth", Buffer.from(`ci:${draw(9)}`).toString("base64")),
    inside("basic-auth address", "url", `https://ci:${password}@registry.example.com/v2/`, password),
    inside(
      "data source name",
      "dsn",
      `postgres://app:${userPassword}@db.shop.svc:5432/app?sslmode=disable`,
      userPassword,
    ),
    form("Stripe key", "stripe", `sk_live_${draw(24)}`),
    form("SendGrid key", "sendgrid", `SG.${draw(22)}.${draw(43)}`),
    form("npm token", "npm", `npm_${draw(36)}`),
    form("PyPI token", "pypi", `pypi-AgEIcHlwaS5vcmc${draw(70)}`),
    form("Vault token", "vault", `hvs.${draw(24)}`),
    form("Anthropic key", "model", `sk-ant-api03-${draw(93)}`),
    form("OpenAI key", "model", `sk-proj-${draw(48)}`),
    form("Telegram bot token", "bot", `${draw(10, "123456789")}:AA${draw(33)}`),
    inside("htpasswd line", "users", `admin:$2y$10$${token}aaaaaaaaaaaaa`, token),
    form("crypt hash", "passwd_hash", `$6$${draw(8)}$${draw(86)}`),
    named("TOTP secret", "totp_secret", draw(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")),
    named("password", "db_password", `${draw(5).toLowerCase()}-${draw(4).toLowerCase()}!`),
    named("cloud-init password", "plain_text_passwd", draw(10)),
    form("WireGuard key", "PrivateKey", `${draw(43)}=`),
    named("WPA key", "psk", draw(10).toLowerCase()),
    named("SNMP community", "community", `${draw(9).toLowerCase()}`),
    named("hexadecimal key", "encryption_key", draw(24, HEX)),
    form("Telegram-like digest", "api_key", draw(64, HEX)),
  ];
}

export interface PlantedFile {
  readonly path: string;
  readonly text: string;
  /** Lines without a secret that must be found again as they are. */
  readonly plain: readonly string[];
}

/** Files of every kind with the secret in it, and lines around it that must stay. */
export function filesWith({ name, value, byForm }: Planted): readonly PlantedFile[] {
  const upper = name.toUpperCase().replaceAll("-", "_");
  const lines = value.replaceAll("\\n", "\n").split("\n");
  const block = (indent: string): string => lines.map((line) => `${indent}${line}`).join("\n");
  const oneLine = value;
  const base64 = Buffer.from(value).toString("base64");
  const file = (path: string, text: string): PlantedFile => ({
    path,
    text,
    plain: text.split("\n").filter((line) => /stays/.test(line)),
  });
  const prose = byForm
    ? [file("docs/prose.md", `# Access\n\nThis stays here.\n\nWe use ${oneLine} for that.\n\nThat stays too.\n`)]
    : [];
  return [
    ...prose,
    file(
      "docs/named.md",
      `# Access\n\nThis stays here.\n\n- ${name}: ${oneLine}\n- The ${name} is ${oneLine}\n\nThat stays too.\n`,
    ),
    file(
      "docs/table.md",
      `# Table\n\n| Name | Value | Note |\n|---|---|---|\n| web | ok | stays |\n| ${name} | ${oneLine} | set |\n| api | ok | stays as well |\n`,
    ),
    file(
      "docs/fence.md",
      `# Fence\n\nText stays.\n\n\`\`\`sh\nexport ${upper}=${oneLine}\ncurl https://example.com # stays\n\`\`\`\n`,
    ),
    file("docs/quoted.md", `> It stays\n> ${name}="${oneLine}"\n> also stays\n`),
    file(
      "docs/manifest.md",
      `# M\n\nstays\n\n\`\`\`yaml\nkind: Secret\nmetadata:\n  name: stays\ndata:\n  x: ${base64}\n  y: ${oneLine}\n\`\`\`\n`,
    ),
    file(
      "apps/value.yaml",
      `kind: Thing\nmetadata:\n  name: stays\nspec:\n  ${name}: "${oneLine}"\n  replicas: 2 # stays\n`,
    ),
    file("apps/plain.yaml", `kind: Thing\nmetadata:\n  name: stays\nspec:\n  ${name}: ${oneLine}\n  size: 2 # stays\n`),
    file(
      "apps/block.yaml",
      `kind: ConfigMap\nmetadata:\n  name: stays\ndata:\n  ${name}: |\n${block("    ")}\n  other: stays\n`,
    ),
    file(
      "apps/secret.yaml",
      `apiVersion: v1\ndata:\n  anything: ${base64}\nkind: Secret\nmetadata:\n  name: stays\nstringData:\n  file: |\n${block("    ")}\n  plain: ${oneLine}\n`,
    ),
    file(
      "apps/list.yaml",
      `kind: List\nitems:\n- kind: Service\n  metadata: {name: stays}\n- kind: Secret\n  data:\n    a: ${base64}\n`,
    ),
    file(
      "apps/env.yaml",
      `kind: Pod\nspec:\n  containers:\n    - name: stays\n      env:\n        - name: ${upper}\n          value: "${oneLine}"\n        - name: LEVEL\n          value: stays\n`,
    ),
    file(
      "apps/flow.yaml",
      `kind: Pod\nspec: {containers: [{name: a, env: [{name: ${upper}, value: "${oneLine}"}]}]}\nother: stays\n`,
    ),
    file("charts/values.yaml", `image: stays\nauth:\n  ${name}: '${oneLine}'\n  existing: stays\n`),
    file(
      "charts/templates/broken.yaml",
      `kind: Secret\nmetadata:\n  name: {{ include "x" . }}-stays\n{{- if .Values.on }}\nstringData:\n  a: {{ "x" }}\n  b: "${oneLine}"\n{{- end }}\n`,
    ),
    file("apps/broken.yaml", `kind: Deployment\n  bad: : indent\n ${name}: ${oneLine}\nlast: stays\n`),
    file(
      "config.json",
      JSON.stringify({ first: "stays", [name]: oneLine.replaceAll("\\n", "\n"), last: "stays too" }, null, 2),
    ),
    file(
      "secret.json",
      JSON.stringify({ kind: "Secret", metadata: { name: "s" }, data: { a: base64 }, stringData: { b: value } }),
    ),
    file(
      "run.sh",
      `#!/bin/sh\necho stays\nexport ${upper}='${oneLine}'\n./run --${name} ${oneLine.includes(" ") ? `"${oneLine}"` : oneLine}\n`,
    ),
    file("settings.toml", `[stays]\n${name} = "${oneLine}"\nother = "stays"\n`),
    file("app.env", `LEVEL=stays\n${upper}=${oneLine}\n`),
    file("notes.rst", `Stays\n=====\n\n${name}: ${oneLine}\n\nstays\n`),
    file("windows.yaml", `kind: Thing\r\nspec:\r\n  ${name}: "${oneLine}"\r\n  other: stays\r\n`),
  ];
}
