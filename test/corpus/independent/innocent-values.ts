/** Names and stand-ins for the innocent texts of the independent set. */
import type { Chance } from "../../wire/chance.ts";
import { letters } from "../shape.ts";

/** So many hexadecimal digits. */
export const x = (c: Chance, length: number): string => letters(c, "x", length);

/** What a key may be of. */
export const thing = (c: Chance): string =>
  c.pick(["user", "order", "invoice", "session", "device", "cart", "tenant", "token", "secret", "key", "password"]);

/** A variable that holds a secret elsewhere. */
export const variable = (c: Chance): string =>
  c.pick([
    "DB_PASSWORD",
    "API_KEY",
    "STRIPE_SECRET_KEY",
    "GITHUB_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "JWT_SECRET",
    "SMTP_PASS",
    "OPENAI_API_KEY",
    "SLACK_BOT_TOKEN",
  ]);

const STAND_INS = [
  "your-api-key-here",
  "<YOUR_TOKEN>",
  "changeme",
  "xxxxxxxxxxxxxxxx",
  "REPLACE_ME",
  "\u0024{API_KEY}",
  "{{ api_key }}",
  "********",
  "$SECRET",
  "%API_KEY%",
  "TODO",
  "null",
  "...",
  "<redacted>",
  "[REDACTED]",
  "sk-...",
  "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
  "your_password",
  "insert-key-here",
  "example",
  "AKIAIOSFODNN7EXAMPLE",
  "sk_test_...",
  "dummy",
  "not-a-real-key",
  "fake-token",
  "__SECRET__",
  "$(cat /run/secrets/key)",
  "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x/)",
  "vault:secret/data/app#key",
  "op://vault/item/field",
  "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf",
  "!vault |",
  "file:///run/secrets/db",
  "secretKeyRef",
  "process.env.API_KEY",
  "os.environ['API_KEY']",
  "(sensitive value)",
  "sk-ant-api03-...",
  "your-256-bit-secret",
  "<your-secret>",
  "my-secret-token-here",
  "test",
  "none",
  "password",
  "secret",
  "••••••••",
  "hunter2example",
  "#{ENV['KEY']}",
  "sops:enc",
  "\u0024{{ secrets.API_KEY }}",
  "abc123",
  "xxx-xxx-xxx",
  "my_api_key",
  "API_KEY_HERE",
  "put-your-token-here",
  "00000000-0000-0000-0000-000000000000",
  "enter your key",
  "user-provided",
];

/** What people write where a secret will stand. */
export const standIn = (c: Chance): string => c.pick(STAND_INS);
