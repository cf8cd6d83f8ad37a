/**
 * True for a number that JavaScript cannot keep as it was written. Integers must be safe ones, and what is larger must keep
 * its digits, however it is written (9007199254740993.0); a fraction may be rounded to a double, but must stay finite and
 * not vanish.
 *
 * @param source the number as the JSON text has it
 */
export function altersNumber(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return true;
  if (value === 0) return /[1-9]/.test(digitsOf(source));
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return false;
  return /^-?\d+$/.test(source) || !keepsDigits(value, source);
}

function keepsDigits(value: number, source: string): boolean {
  const kept = digitsOf(String(value)).replace(/0+$/, "");
  const sent = digitsOf(source);
  return sent.startsWith(kept) && !/[1-9]/.test(sent.slice(kept.length));
}

/** The digits of a number's mantissa, from its first significant one. */
function digitsOf(number: string): string {
  return number.replace(/e.*$/i, "").replace(/\D/g, "").replace(/^0+/, "");
}
