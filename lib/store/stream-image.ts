import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";

/** The item in a stream record's image, or null when the record has no such image. */
export function itemOfImage(image: unknown): Record<string, unknown> | null {
  return image === undefined ? null : unmarshall(image as Record<string, AttributeValue>);
}
