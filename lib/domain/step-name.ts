/** What a step may be called, as a client is told. */
export const stepNameAdvice = "must be 1 to 64 letters, digits, _ or -";

/** True for a name that a step may have. */
export function isStepName(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text);
}

/** True for names such as `toString`: results are kept by the names of steps, where JavaScript knows these already. */
export function isReservedName(text: string): boolean {
  return text in Object.prototype || text === "prototype";
}
