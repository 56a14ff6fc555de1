// The smallest Node application that signs people in: openid-client, one address of configuration.
import { createServer } from "node:http";
import * as oidc from "openid-client";

/**
 * Serve the application at an address; `stop` ends it.
 * @param {{ issuer: string, clientId: string, clientSecret: string, address: string }} settings
 */
export async function serve({ issuer, clientId, clientSecret, address }) {
  const proof = oidc.ClientSecretBasic(clientSecret);
  const esia = await oidc.discovery(new URL(issuer), clientId, clientSecret, proof, {
    execute: [oidc.allowInsecureRequests], // the stand is on this machine, without TLS
  });
  /** @type {Map<string, string>} state → PKCE verifier; one process, and only until the answer */
  const waiting = new Map();

  /** @type {Record<string, (url: URL) => Promise<{ location?: string, text?: string }>>} */
  const pages = {
    "/login": async () => {
      const [verifier, state] = [oidc.randomPKCECodeVerifier(), oidc.randomState()];
      waiting.set(state, verifier);
      const challenge = await oidc.calculatePKCECodeChallenge(verifier);
      const leaving = oidc.buildAuthorizationUrl(esia, {
        redirect_uri: `${address}/callback`,
        scope: "openid profile",
        code_challenge: challenge,
        code_challenge_method: "S256",
        state,
      });
      return { location: leaving.href };
    },
    "/callback": async (url) => {
      const state = url.searchParams.get("state") ?? "";
      const checks = { pkceCodeVerifier: waiting.get(state), expectedState: state };
      waiting.delete(state);
      const tokens = await oidc.authorizationCodeGrant(esia, url, checks);
      const person = await oidc.fetchUserInfo(esia, tokens.access_token, tokens.claims()?.sub ?? "");
      return { text: `Здравствуйте, ${person.name}!` };
    },
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", address);
    try {
      const { location, text = "" } = (await pages[url.pathname]?.(url)) ?? { text: "Вы не вошли." };
      response.writeHead(location ? 303 : 200, { "Content-Type": "text/plain; charset=utf-8", ...(location && { Location: location }) });
      response.end(text);
    } catch (error) {
      response.writeHead(500, { "Content-Type": "text/plain; charset=utf-8" }).end(String(error));
    }
  });
  await new Promise((resolve) => server.listen(Number(new URL(address).port), "localhost", () => resolve(undefined)));
  return { stop: () => (server.closeAllConnections(), server.close()) };
}
