import { rmSync } from "node:fs";
import { parseOperatorSettings } from "#contract/environment.ts";
import { synthesize } from "#infra/synthesize.ts";
import { startLocal } from "#local/start-local.ts";
import { readEnvironment } from "./environment.ts";
import { ownBuildDir } from "./own-build-dir.ts";

/** The whole service in one process: synthesises the app and runs what its template says, on loopback. */
const buildDir = ownBuildDir();
process.once("exit", () => rmSync(buildDir, { recursive: true, force: true }));
process.env.CDK_VALIDATION ??= "false"; // the template validator takes seconds; CI runs it

try {
  const environment = readEnvironment();
  const settings = parseOperatorSettings(environment);
  const assembly = await synthesize({
    stage: "local",
    bundleMode: "local",
    settings,
    bundleDir: `${buildDir}/functions`,
    outdir: `${buildDir}/assembly`,
  });
  const runtime = await startLocal({
    assembly: assembly.directory,
    dataDir: settings.DATA_DIR,
    host: settings.HOST,
    port: settings.PORT,
    dynamodb: {
      binary: environment.DYNOXIDE_BIN || undefined,
      endpoint: environment.AWS_ENDPOINT_URL_DYNAMODB || undefined,
    },
    onEvent: (event) => console.error(event.message),
    onFatal: (error) => fail(error),
  });
  console.error(
    `\nSluice is up at ${runtime.url}\n  docs    ${runtime.url}/docs\n  data    ${settings.DATA_DIR}\n  writes  ${(settings.API_KEY ?? settings.JWT_ISSUER) === undefined ? "open (set API_KEY to close them)" : "need credentials"}\n`,
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void runtime.stop().then(() => process.exit(0)));
  }
} catch (error) {
  fail(error);
}

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
