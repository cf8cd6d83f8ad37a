/** One thing that must hold. Checks run in their order, and may build on the ones before. @throws Error that says what did not hold. */
export type Check = { name: string; verify: () => Promise<void> };

/** Runs the checks one after the other, and says of each whether it held and how long it took. Returns whether all did. */
export async function runChecks(checks: readonly Check[], print: (line: string) => void): Promise<boolean> {
  const startedAtMs = Date.now();
  let failures = 0;
  for (const { name, verify } of checks) {
    const checkStartedAtMs = Date.now();
    const fault = await verify().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (fault !== null) failures += 1;
    print(`${fault === null ? "ok  " : "FAIL"} ${name} ${Date.now() - checkStartedAtMs} ms`);
    if (fault !== null) print(`     ${fault}`);
  }
  print(`${checks.length - failures} of ${checks.length} ok in ${((Date.now() - startedAtMs) / 1_000).toFixed(1)} s`);
  return failures === 0;
}
