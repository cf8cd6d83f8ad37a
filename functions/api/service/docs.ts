import { getDocs } from "#contract/routes/service.ts";
import { api } from "#runtime/api.ts";
import { swaggerPage } from "#runtime/swagger-ui.ts";

export const handler = api(getDocs, async (request) =>
  request.path === "/" ? { status: 302, headers: { location: "/docs" }, body: null } : swaggerPage(),
);
