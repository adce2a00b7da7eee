/**
 * Keys of AWS as the surroundings of the process give them, the first of: variables of the environment, a web identity
 * (a token in a file and a role), the role of the machine. The variables are those that all tools of AWS know.
 */
import { fileText, kept, type Lasting, type Surroundings } from "./credentials.ts";
import { exchange, goodBody, member } from "./http.ts";
import { ServiceError } from "./service.ts";
import type { AwsKeys } from "./sigv4.ts";

/** Finds the keys to use now. */
export type KeySource = (signal: AbortSignal) => Promise<AwsKeys>;

/** The keys of this process; fetched when they are first needed, and again before they end. */
export function awsKeys(region: string, surroundings: Surroundings): KeySource {
  const { env, now } = surroundings;
  return kept(async (signal) => {
    const fixed = fromVariables(env);
    if (fixed !== null) return { value: fixed, until: null };
    const { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: role } = env;
    if (file !== undefined && role !== undefined) return fromWebIdentity({ file, role, region }, surroundings, signal);
    return fromMachine(env, signal);
  }, now);
}

function fromVariables(env: Surroundings["env"]): AwsKeys | null {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = env;
  return id === undefined || secret === undefined ? null : { id, secret, token: token ?? null };
}

interface WebIdentity {
  readonly file: string;
  readonly role: string;
  readonly region: string;
}

async function fromWebIdentity(
  { file, role, region }: WebIdentity,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<Lasting<AwsKeys>> {
  const { env } = surroundings;
  const body = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: role,
    RoleSessionName: env.AWS_ROLE_SESSION_NAME ?? "sallyport",
    WebIdentityToken: fileText(file, surroundings).trim(),
  }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  const url = env.AWS_ENDPOINT_URL_STS ?? `https://sts.${region}.amazonaws.com`;
  const answer = goodBody(await exchange({ url, headers, body, signal }));
  const result = member(member(answer, "AssumeRoleWithWebIdentityResponse"), "AssumeRoleWithWebIdentityResult");
  return keysIn(member(result, "Credentials"), "SecretAccessKey", "SessionToken");
}

const MACHINE = "http://169.254.169.254";
const ROLE_PATH = "/latest/meta-data/iam/security-credentials/";

async function fromMachine(env: Surroundings["env"], signal: AbortSignal): Promise<Lasting<AwsKeys>> {
  const base = (env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? MACHINE).replace(/\/+$/, "");
  const get = async (path: string, headers: Record<string, string>, method: "GET" | "PUT" = "GET") => {
    const reply = await exchange({ url: base + path, headers, body: "", signal, method });
    goodBody(reply);
    return reply;
  };
  const life = { "x-aws-ec2-metadata-token-ttl-seconds": "21600" };
  const token = { "x-aws-ec2-metadata-token": (await get("/latest/api/token", life, "PUT")).text };
  const role = (await get(ROLE_PATH, token)).text.trim().split("\n")[0] ?? "";
  const { body } = await get(ROLE_PATH + encodeURIComponent(role), token);
  return keysIn(body, "SecretAccessKey", "Token");
}

function keysIn(found: unknown, secretName: string, tokenName: string): Lasting<AwsKeys> {
  const [id, secret, token] = ["AccessKeyId", secretName, tokenName].map((name) => member(found, name));
  const ends = member(found, "Expiration");
  if (typeof id !== "string" || typeof secret !== "string" || typeof token !== "string") {
    throw new ServiceError("credential", "AWS gives no keys to this process");
  }
  // Seconds since the epoch in JSON of STS, a date elsewhere.
  const until = typeof ends === "number" ? ends * 1000 : Date.parse(String(ends));
  return { value: { id, secret, token }, until: Number.isNaN(until) ? 0 : until };
}
