// An application that is a page and nothing else: a public client of `oidc-client-ts`, told the provider's address and its own name.
"use strict";
const about = new URLSearchParams(document.currentScript.dataset.about);
window.manager = new oidc.UserManager({
  authority: about.get("issuer"),
  client_id: about.get("client_id"),
  redirect_uri: `${location.origin}/callback`,
  post_logout_redirect_uri: `${location.origin}/bye`,
  scope: "openid profile offline_access",
  prompt: "consent",
  loadUserInfo: true,
  automaticSilentRenew: false,
  revokeTokensOnSignout: true,
});
window.arrived =
  location.pathname === "/callback" ? manager.signinCallback()
  : location.pathname === "/bye" ? manager.signoutCallback().then(() => manager.getUser())
  : manager.getUser();
