/** Where the laptop pretends to be. */
export const region = "us-east-1";
/** The account that no one has; the emulators use it too. */
export const accountId = "000000000000";

/** The name of a function from its name, its ARN or its qualified ARN. */
export function functionNameOf(nameOrArn: string): string {
  const parts = nameOrArn.split(":");
  return parts[0] === "arn" ? (parts[6] ?? nameOrArn) : (parts[0] ?? nameOrArn);
}

/** An ARN in the laptop's region and account. */
export function localArn(service: string, resource: string): string {
  return `arn:aws:${service}:${region}:${accountId}:${resource}`;
}
