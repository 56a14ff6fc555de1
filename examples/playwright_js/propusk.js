// A thin client of the control plane: openapi-fetch knows every path, body and answer from control.d.ts.
import createClient from "openapi-fetch";
import { address, token } from "./stand.js";

/** @typedef {import("./control.js").paths} Paths */

/** The operations of the stand, or of one sandbox. */
export const control = (path = "") =>
  /** @type {import("openapi-fetch").Client<Paths>} */ (
    createClient({ baseUrl: address + path, headers: { Authorization: `Bearer ${token}` } })
  );

/**
 * What an operation answered. Throws its problem (RFC 9457).
 * @template T
 * @param {Promise<{ data?: T, error?: unknown, response: Response }>} asked
 * @returns {Promise<T>}
 */
export async function done(asked) {
  const { data, error, response } = await asked;
  if (!response.ok) throw new Error(`${response.url}: ${JSON.stringify(error)}`);
  return /** @type {T} */ (data);
}

/**
 * Type password and SMS code on the provider's pages, and agree.
 * @param {import("playwright-core").Page} page on its way to the provider
 * @param {ReturnType<typeof control>} esia
 * @param {{ phone?: string | null, password?: string | null }} citizen
 */
export async function signIn(page, esia, citizen) {
  const { phone = "", password = "" } = /** @type {{ phone: string, password: string }} */ (citizen);
  await page.locator("#sign-in [name=login]").fill(phone);
  await page.locator("#sign-in [name=password]").fill(password);
  await page.locator("#sign-in #submit").click();
  await page.locator("#code-form").waitFor();
  const { messages } = await done(esia.GET("/outbox", { params: { query: { address: phone, wait_for: 10 } } }));
  const code = messages.at(-1)?.text.match(/\b\d{6}\b/)?.[0] ?? "";
  await page.locator("#code-form [name=code]").fill(code);
  await page.locator("#code-form #submit").click();
  await page.locator("#allow").click();
}
