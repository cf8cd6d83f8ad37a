import { resolve } from "node:path";
import { build, type Plugin } from "esbuild";

/** `import text from "./worker.ts?bundle"` is the source of that module with all it imports, for a thread of its own. */
export function bundledText(minify: boolean): Plugin {
  return {
    name: "bundled-text",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\?bundle$/ }, ({ path, resolveDir }) => ({
        path: resolve(resolveDir, path.replace(/\?bundle$/, "")),
        namespace: "bundle",
      }));
      onLoad({ filter: /./, namespace: "bundle" }, async ({ path }) => ({
        contents: await bundleAsText(path, minify),
        loader: "text",
      }));
    },
  };
}

/** One module with all it imports, as CommonJS for Node. */
export async function bundleAsText(path: string, minify: boolean): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path],
    write: false,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    minify,
    mainFields: ["module", "main"],
    logLevel: "warning",
    legalComments: "none",
  });
  return outputFiles.map(({ text }) => text).join("");
}
