import { LogFormatter, Logger, LogItem } from "@aws-lambda-powertools/logger";
import type { LogAttributes, UnformattedAttributes } from "@aws-lambda-powertools/logger/types";
import { currentContext } from "./request-context.ts";

/** One JSON line per entry; `request_id` is that of the request or message the line belongs to. */
class RequestLogFormatter extends LogFormatter {
  formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
    const { logLevel, message, timestamp, serviceName, lambdaContext, xRayTraceId } = attributes;
    return new LogItem({
      attributes: {
        level: logLevel,
        message,
        timestamp: this.formatTimestamp(timestamp),
        service: serviceName,
        request_id: currentContext()?.requestId ?? null,
        function_name: lambdaContext?.functionName,
        xray_trace_id: xRayTraceId,
      },
    }).addAttributes(additional);
  }
}

/** The log of this function. Bodies, headers and keys are never given to it. */
export const logger = new Logger({ logFormatter: new RequestLogFormatter() });
