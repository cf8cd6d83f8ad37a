import { getDocsAsset } from "#contract/routes/service.ts";
import { api } from "#runtime/api.ts";
import { swaggerAsset } from "#runtime/swagger-ui.ts";

export const handler = api(getDocsAsset, async (request) => swaggerAsset(request.param("asset")));
