// Write control.d.ts, the types of the control plane, from the OpenAPI document of the running stand.
import { writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import { address, token } from "./stand.js";

const answer = await fetch(`${address}/openapi.json`, { headers: { Authorization: `Bearer ${token}` } });
if (!answer.ok) throw new Error(`${answer.url} answers ${answer.status}`);
// What has a default may be left out of a body.
const types = await openapiTS(await answer.json(), { defaultNonNullable: false });
await writeFile("control.d.ts", astToString(types));
