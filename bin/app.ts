import { parseOperatorSettings } from "#contract/environment.ts";
import { synthesize } from "#infra/synthesize.ts";
import { readEnvironment } from "./environment.ts";

/** The CDK app, as `cdk synth` and `cdk deploy` start it. */
const settings = parseOperatorSettings(readEnvironment());
await synthesize({ stage: "aws", bundleMode: "deploy", settings, bundleDir: "build/deploy" });
