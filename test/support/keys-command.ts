import { execFile } from "node:child_process";
import type { TestService } from "./service.ts";

/** What a run of `npm run keys` came to. */
export type CommandResult = { code: number; stdout: string; stderr: string };

/** Runs `bin/keys.ts` in a process of its own, as `npm run keys` does, with these variables besides. */
export function runKeys(args: readonly string[], environment: Record<string, string>): Promise<CommandResult> {
  // The service under test has put its own environment into this process; the command has none of it.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS_|TABLE_NAME$)/.test(name));
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["bin/keys.ts", ...args],
      { env: { ...Object.fromEntries(inherited), ...environment } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** Runs it against a service under test, as against a deployed one: by the name of its table. */
export async function keysOf(service: TestService, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runKeys(
    [...args, "--table", service.outputs.TableName ?? ""],
    account(service),
  );
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** What a shell has that can reach an account: here the service's own database. */
export function account(service: TestService): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: service.endpoints.dynamodb,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  };
}

/** The public part of a key. */
export function idOf(key: string): string {
  return key.split("_")[1] ?? "";
}
