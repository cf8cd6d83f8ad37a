import { App } from "aws-cdk-lib";
import type { CloudAssembly } from "aws-cdk-lib/cx-api";
import type { OperatorSettings } from "#contract/environment.ts";
import { bundleFunctions } from "./bundle.ts";
import { SluiceStack } from "./sluice-stack.ts";

/** What to synthesise: for `aws` the very bundles that deploy; for `local` either those or the split build. */
export type SynthesizeOptions = {
  stage: "local" | "aws";
  bundleMode: "deploy" | "local";
  settings: OperatorSettings;
  bundleDir: string;
  outdir?: string;
};

/** Bundles the functions and synthesises the app into a cloud assembly. */
export async function synthesize(options: SynthesizeOptions): Promise<CloudAssembly> {
  const { stage, bundleMode, settings, bundleDir, outdir } = options;
  const bundles = await bundleFunctions(bundleMode, bundleDir, settings.CLASSIFICATION_RULES ?? null);
  const app = new App({
    analyticsReporting: false,
    ...(outdir === undefined ? {} : { outdir }),
    // The laptop reads bundles where they are: a split build's chunks lie beside the functions' folders.
    ...(stage === "local" ? { context: { "aws:cdk:disable-asset-staging": true } } : {}),
  });
  new SluiceStack(app, "Sluice", { stage, settings, bundles, description: "Sluice, a workflow service" });
  return app.synth();
}
