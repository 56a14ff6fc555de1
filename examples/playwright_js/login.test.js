import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { serve } from "./app.js";
import { control, done, signIn } from "./propusk.js";

const address = `http://localhost:${process.env.PORT ?? 3000}`;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
});
after(() => browser.close());

test("a citizen signs in on a real page", async (t) => {
  const sandbox = await done(control().POST("/sandboxes", { body: {} }));
  t.after(() => control().DELETE("/sandboxes/{id}", { params: { path: { id: sandbox.id } } }));
  const esia = control(`/t/${sandbox.id}`);
  const client = await done(esia.POST("/clients", { body: { redirect_uris: [`${address}/callback`] } }));
  const vera = await done(
    esia.POST("/people", { body: { given_name: "Вера", family_name: "Ромашкина", second_factor_required: true } }),
  );
  const app = await serve({
    issuer: sandbox.issuer,
    clientId: client.client_id,
    clientSecret: client.client_secret ?? "",
    address,
  });
  t.after(app.stop);

  const page = await browser.newPage();
  await page.goto(`${address}/login`);
  await signIn(page, esia, vera);
  await page.waitForURL(`${address}/**`);

  assert.match(await page.innerText("body"), /Здравствуйте, Ромашкина Вера/);
});
